/**
 * The TensorFlow Lite operators that a decoder step is written with: their numbers in the published schema (schema.fbs, version 3),
 * the version that the types used here ask for (`op_version.cc`), and the name under which TensorFlow Lite Micro's resolver adds them.
 */

interface OperatorFacts {
  /** `BuiltinOperator` */
  readonly code: number;
  readonly version: number;
  /** `BuiltinOptions`, 0 for none. */
  readonly options: number;
  /** Method of `MicroMutableOpResolver`. */
  readonly add: string;
}

/** By their names in the schema. */
export const OPERATORS = {
  ABS: { code: 101, version: 1, options: 0, add: 'AddAbs' },
  ADD: { code: 0, version: 1, options: 11, add: 'AddAdd' },
  ASSIGN_VARIABLE: { code: 144, version: 1, options: 113, add: 'AddAssignVariable' },
  BATCH_MATMUL: { code: 126, version: 1, options: 101, add: 'AddBatchMatMul' },
  CONCATENATION: { code: 2, version: 1, options: 10, add: 'AddConcatenation' },
  DEQUANTIZE: { code: 6, version: 3, options: 0, add: 'AddDequantize' },
  DIV: { code: 42, version: 1, options: 29, add: 'AddDiv' },
  DYNAMIC_UPDATE_SLICE: { code: 151, version: 1, options: 117, add: 'AddDynamicUpdateSlice' },
  EMBEDDING_LOOKUP: { code: 7, version: 1, options: 0, add: 'AddEmbeddingLookup' },
  EXP: { code: 47, version: 1, options: 0, add: 'AddExp' },
  /** 11: INT16 by INT8 with `quantized_bias_type`; floats with `keep_num_dims` would do with 5. */
  FULLY_CONNECTED: { code: 9, version: 11, options: 8, add: 'AddFullyConnected' },
  GATHER: { code: 36, version: 1, options: 23, add: 'AddGather' },
  LESS_EQUAL: { code: 63, version: 1, options: 0, add: 'AddLessEqual' },
  LOGISTIC: { code: 14, version: 1, options: 0, add: 'AddLogistic' },
  MAXIMUM: { code: 55, version: 1, options: 0, add: 'AddMaximum' },
  MEAN: { code: 40, version: 1, options: 27, add: 'AddMean' },
  MINIMUM: { code: 57, version: 1, options: 0, add: 'AddMinimum' },
  MUL: { code: 18, version: 1, options: 21, add: 'AddMul' },
  NEG: { code: 59, version: 1, options: 0, add: 'AddNeg' },
  QUANTIZE: { code: 114, version: 2, options: 0, add: 'AddQuantize' },
  READ_VARIABLE: { code: 143, version: 1, options: 112, add: 'AddReadVariable' },
  RELU: { code: 19, version: 1, options: 0, add: 'AddRelu' },
  RESHAPE: { code: 22, version: 1, options: 17, add: 'AddReshape' },
  RSQRT: { code: 76, version: 1, options: 0, add: 'AddRsqrt' },
  SELECT_V2: { code: 123, version: 1, options: 0, add: 'AddSelectV2' },
  SOFTMAX: { code: 25, version: 1, options: 9, add: 'AddSoftmax' },
  SPLIT: { code: 49, version: 1, options: 35, add: 'AddSplit' },
  SPLIT_V: { code: 102, version: 1, options: 79, add: 'AddSplitV' },
  SUB: { code: 41, version: 1, options: 28, add: 'AddSub' },
  TANH: { code: 28, version: 1, options: 0, add: 'AddTanh' },
  VAR_HANDLE: { code: 142, version: 1, options: 111, add: 'AddVarHandle' },
} as const satisfies Readonly<Record<string, OperatorFacts>>;

export type OperatorName = keyof typeof OPERATORS;

/** Since when TensorFlow Lite Micro has the youngest of them; older copies answer "Didn't find op for builtin opcode". */
export const YOUNGEST_OPERATOR = { name: 'DYNAMIC_UPDATE_SLICE', since: 'November 2025' } as const;
