// What docs/model-package.md says of each field, kind, section and role of src/schema, beside what the schema says itself.
// The generator of its tables fails when something here is missing or superfluous.

/** By record: the field's name for people, and what its range does not say. */
export const FIELDS = {
  HEADER: {
    magic: ['magic', '`S3LM`'],
    majorVersion: ['major version', 'another value is refused'],
    minorVersion: ['minor version', '0 so far; a reader accepts higher ones of the same major version'],
    totalLength: ['total length', 'of the file in bytes'],
    sectionCount: ['section count', ''],
    tableEnd: ['table end', '64 + 32 × section count'],
    checksum: ['CRC-32', 'of bytes 0 to 59, continued over the section table'],
  },
  SECTION_ENTRY: {
    kind: ['kind', 'four printable ASCII characters; each kind at most once'],
    flags: ['flags', 'bit 0: required; the others 0'],
    offset: ['offset', 'from the start of the file'],
    length: ['length', 'in bytes, without padding'],
    checksum: ['CRC-32', 'of the content'],
  },
  CONFIG: {
    hiddenSize: ['hidden size', ''],
    layers: ['layers', ''],
    vocabSize: ['vocabulary size', 'rows of the embedding'],
    context: ['context', 'positions of the rotary tables and of the cache'],
    maxBatch: ['prefill batch', 'prompt tokens that share one pass over the weights'],
    cache: ['cache', 'of keys and values'],
    activations: ['activations', 'inputs of matrices'],
    bosId: ['begin-of-text id', 'below the vocabulary size'],
    finalNorm: ['final norm', ''],
    finalNormEpsilon: ['epsilon of the final norm', ''],
    embeddingScale: ['factor on embedding rows', ''],
    logitScale: ['factor on logits', ''],
    rotaryTables: ['rotary tables', 'each used by a step'],
    logitCap: ['cap of logits', '0 for none'],
    embeddingSize: [
      'embedding size',
      'columns of embedding and head, with projections between; 0: the hidden size, without',
    ],
  },
  STEP_HEAD: {
    layer: ['layer', 'below the number of layers'],
    kind: ['kind', 'what follows from byte 8 on'],
    reads: ['reads', 'the place of the vector that goes in'],
    writes: ['writes', 'the place of the result'],
    adds: ['adds', '1: the result is added to what is there; 0: it replaces it'],
  },
  'STEP_BODY.norm': {
    norm: ['norm', ''],
    epsilon: ['epsilon', ''],
  },
  'STEP_BODY.attention': {
    heads: ['query heads', ''],
    kvHeads: [
      'key/value heads',
      'divides the query heads; key/value head *j* serves query heads *j·g* to *j·g + g − 1*, *g* = query heads / key/value heads',
    ],
    headDim: ['head size', ''],
    window: ['window', 'tokens that a query sees, itself included; 0 for all'],
    position: ['position', ''],
    rotaryTable: ['rotary table', 'below the number of tables; none without rotation, and only then'],
    rotaryDim: [
      'rotating elements of a head',
      '2 to the head size; 0 without rotation; the same for all steps of a table',
    ],
    scoreScale: ['factor on attention scores', '1 when it is folded into the queries'],
    scoreCap: ['cap of attention scores', '0 for none'],
    clip: ['largest magnitude of queries, keys and values', '0 for no limit'],
    headNorm: ['norm of heads', 'of queries and of keys'],
    headNormKind: ['norm', '`rms` where heads are not normalized'],
    headNormTurned: ['turned', '1: heads are normalized after their rotation; 0: before, or not at all'],
    headNormEpsilon: ['epsilon', '0 where heads are not normalized, and only there'],
  },
  'STEP_BODY.mlp': {
    mlp: ['feed-forward', ''],
    function: ['function', ''],
    width: ['width', ''],
  },
  'STEP_BODY.conv': {
    taps: ['taps', 'tokens that it sees, the token itself included'],
  },
  TENSOR: {
    role: ['role', 'below'],
    index: [
      'index',
      "number of the step that it belongs to, among all steps; the table's number for rotary tables; 0xFFFF for what the model has once",
    ],
    encoding: ['encoding', 'below'],
    placement: ['placement', 'memory in which the planner wants it'],
    input: ['input', 'how the vector is quantized that it is multiplied with; `int8` where there is none'],
    rows: ['rows', 'as the sizes demand'],
    cols: ['columns', 'as the sizes demand'],
    rowBytes: ['row bytes', 'from row to row: columns × bits of the encoding, rounded up to 16 bytes'],
    group: [
      'group',
      'columns of a group, 16 to the columns rounded up to 16 (16, 32 or 64 for `int4Group`), for encodings in groups; else 0',
    ],
    dataOffset: ['data offset', 'from the start of `WGHT`'],
    dataLength: ['data length', 'rows × row bytes'],
    tablesOffset: [
      'tables offset',
      'from the start of `WGHT`: the end of the data aligned up to 64; none for encodings without tables',
    ],
    tablesLength: [
      'tables length',
      'from there to the end of the last table, without the padding behind it; 0 without tables',
    ],
    activationScale: ['activation scale', "static scale of this matrix's input; 0 for dynamic"],
    placedRows: [
      'placed rows',
      'rows from the first on that the placement is for, fewer than there are; 0 for all. Only of a matrix of codes whose tables belong to rows',
    ],
    restPlacement: ['rest placement', 'memory of the other rows; 0 where there are none'],
  },
  SAMPLING: {
    doSample: ['sample', '0 greedy, 1 sampling'],
    temperature: ['temperature', '0 is greedy'],
    topK: ['top-k', '0 is off'],
    topP: ['top-p', 'positive; 1 is off'],
    minP: ['min-p', '0 is off'],
    repetitionPenalty: ['repetition penalty', '1 is off'],
    maxNewTokens: ['most new tokens', '0: until the context is full'],
    stopIds: ['stop ids', 'their number; they follow as u32, each below the vocabulary size'],
  },
};

/** By table of kinds: what the words mean. */
export const KINDS = {
  STEP: {
    norm: 'normalizes a vector',
    attention: 'query, key and value of a vector, attention over the cache, output',
    mlp: 'a feed-forward',
    conv: 'a short convolution over the newest tokens, each channel by itself',
  },
  PLACE: {
    residual: 'the residual stream: the embedding begins it, the final norm reads it',
    normed: 'a vector of the layer; usually what norms write, and what attention and feed-forward read',
    branch: 'another one, for branches that are parallel or normalized afterwards',
  },
  NORM: { rms: 'root mean square', layer: 'less the mean, then as `rms`' },
  MLP: { gated: '`down(function(gate(x)) · up(x))`', plain: '`down(function(up(x)))`' },
  FUNCTION: {
    silu: '`x / (1 + exp(−x))`',
    gelu: '`x · Φ(x)`, Φ the normal distribution function',
    geluTanh: '`x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³)))`',
    relu: '`max(x, 0)`',
    relu2: '`max(x, 0)²`',
  },
  POSITION: {
    none: 'attention knows no positions',
    rotary: 'queries and keys rotate, rotate-half pairing',
    alibi: 'a slope of each head times the distance is taken off its scores',
  },
  HEAD_NORM: {
    none: 'queries and keys are not normalized',
    head: 'each head by itself, with the same gains for all',
    heads: 'each head by itself, with gains of its own',
    all: 'all heads together',
  },
  CACHE: {
    int8: 'INT8, one scale a key/value head and token',
    float32: 'F32',
    int16: 'codes of 16 bits within ±32,639, one scale a key/value head and token',
    k16v8: 'keys of 16 bits, values of INT8, likewise',
  },
  ACTIVATION: {
    dynamic: 'codes as the input of each matrix says, their scales found while running',
    static: 'INT8, with the activation scale of the matrix where it has one, else as `dynamic`',
    float32: 'F32: goes with F32 matrices and only with them',
  },
  INPUT: {
    int8: 'INT8, one scale a vector',
    int8By32: 'INT8, a scale for each 32 elements',
    int8By64: 'INT8, a scale for each 64 elements',
    int16: '16 bits, one scale a vector',
  },
  MEMORY: { flash: 'flash', psram: 'PSRAM', sram: 'internal SRAM' },
};

/** Kinds that no package holds. */
export const OTHER_KINDS = ['SITE'];

/** What a package has several of, by the limit of their number. */
export const COUNTS = {
  sections: 'sections',
  steps: 'steps',
  tensors: 'tensors',
};

/** By section: its content. */
export const SECTIONS = {
  config: "the model's sizes",
  steps: 'what the layers do, one record a step',
  tensors: 'the tensor directory',
  sampling: 'sampling defaults and stop ids',
  tokenizer: 'tokenizer tables ([tokenizer-tables.md](tokenizer-tables.md))',
  chat: 'chat pieces ([tokenizer-tables.md](tokenizer-tables.md))',
  actions: 'what answers do to pins ([actions.md](actions.md))',
  grammar: 'what a model may say, over its tokens ([grammars.md](grammars.md))',
  metadata: 'strings for people: one UTF-8 JSON object whose values are strings',
  weights: 'data and tables of the tensors',
};

/** By encoding: what a row holds. */
export const ENCODINGS = {
  float32: 'F32',
  int8Tensor: 'INT8 codes, one scale for the rows of each source tensor',
  int8Channel: 'INT8 codes, one scale a row (an output channel)',
  int8Group: 'INT8 codes, one scale a group of columns of a row',
  int8GroupU8:
    'INT8 codes, one scale a row, times a whole number a group of columns (of at most 512); its input has one scale',
  int4Group:
    'INT4 codes in blocks of 32 columns; scale × (group scale × code + 8 × group offset); groups of 16, 32 or 64 columns; its input has one scale',
};

/** By role: what else is to say; roles without a word need none. */
export const ROLES = {
  embedding: 'looked up by row; also the head when there is none',
  head: 'absent when the embedding is the head',
  'head.bias': 'also without a head of its own',
  final_norm: 'its gain; absent when folded into the head',
  'final_norm.bias': 'added after the gain',
  rotary: 'cosines of the first half, then sines',
  positions:
    'the row of its position is added to the row of a token; absent where no vector is learned for positions',
  norm: 'its gain; absent when folded into what follows',
  'norm.bias': 'added after the gain',
  query_norm: 'gains; absent where there are none',
  'query_norm.bias': 'added after the gains',
  key_norm: 'gains; absent where there are none',
  'key_norm.bias': 'added after the gains',
  slopes: 'of the query heads',
  qkv: 'rows of query, key and value, one behind the other',
  gate_up: 'rows alternate: gate 0, up 0, gate 1, up 1 …',
  'gate_up.bias': 'alternating alike',
  conv_in: 'rows of what opens, of what closes, of what goes in',
  conv_taps: 'factors on the oldest token that is seen, on the next …, on the token itself',
  'conv_taps.bias': 'added to the sum over the taps',
};

/** Sizes of which shapes are made. */
export const SIZES = {
  one: '1',
  hidden: 'hidden',
  embedding: 'embedding size',
  vocab: 'vocabulary',
  context: 'context',
  query: 'heads · head size',
  key: 'key/value heads · head size',
  queryKeyValue: '(heads + 2 key/value heads) · head size',
  width: 'width',
  twoWidths: '2 · width',
  threeHidden: '3 · hidden',
  kernel: 'taps · hidden',
  rotaryDim: 'rotating elements',
  heads: 'heads',
  queryNorm: 'head size, or heads · head size unless the norm of heads is `head`',
  keyNorm: 'the same of key/value heads',
};
