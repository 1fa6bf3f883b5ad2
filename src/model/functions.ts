/** Functions of feed-forwards by their spellings in configs, as transformers knows them. */
import type { FunctionKind } from '../schema/kinds.js';

export const FUNCTIONS: Readonly<Record<string, FunctionKind>> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'geluTanh',
  gelu_fast: 'geluTanh',
  gelu_accurate: 'geluTanh',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_python_tanh: 'geluTanh',
  relu: 'relu',
  relu2: 'relu2',
};

/** Where "gelu" was always written for the form with a tangent. */
export const TANH_FUNCTIONS: typeof FUNCTIONS = { ...FUNCTIONS, gelu: 'geluTanh' };
