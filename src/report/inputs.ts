/** Kinds of inputs as reports show them, from coarse to fine, alike in every language. */
import type { InputKind } from '../schema/kinds.js';

export const INPUTS: readonly InputKind[] = ['int8', 'int8By64', 'int8By32', 'int16'];

export const INPUT_LABELS: Readonly<Record<InputKind, string>> = {
  int8: 'INT8',
  int8By64: 'INT8/64',
  int8By32: 'INT8/32',
  int16: 'INT16',
};
