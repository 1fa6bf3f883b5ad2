// What docs/console.md says of each message, field, bit and code of src/schema/console.ts; `{name}` is a limit of it or of
// console-board.ts. The generator of its tables fails when something here is missing or superfluous.

/** Requests: what follows the fixed part, and the answer. */
export const REQUESTS = {
  hello: ['', 'WELCOME'],
  info: ['', 'FACTS'],
  set: ['a sampling block', 'SETTINGS, all of them'],
  stats: ['', 'FACTS'],
  prompt: ['bytes', 'OK: bytes of the prompt that are there'],
  generate: ['stop ids, stop strings', 'STARTED, events, FINISHED'],
  cancel: ['', 'OK: 1 when something of this port was running, else 0'],
  reset: ['', 'OK; the conversation is forgotten'],
  bench: ['', 'FACTS, after some seconds'],
  reboot: ['', 'OK, then the board restarts'],
};

/** Answers and events: what follows the fixed part. */
export const ANSWERS = {
  ok: '',
  welcome: 'firmware version (UTF-8)',
  facts: 'lines `name=value\\n` (UTF-8)',
  settings: 'a sampling block',
  started: '',
  prefill: '',
  token: 'text (UTF-8)',
  logits: 'up to {logitsCount} f32',
  moreText: "text (UTF-8) before the next TOKEN's, when that is longer than {maxText} bytes",
  action: '`name=value` (UTF-8)',
  finished: 'text that no token brought (UTF-8)',
  error: 'a sentence (UTF-8)',
};

/** Fields of the fixed parts by message; `sampling` is the sampling block. Fields called `zero` and `zeros` are 0. */
export const FIELDS = {
  sampling: {
    given: 'bits: which fields count',
    temperature: 'temperature',
    topK: 'top-k',
    topP: 'top-p',
    minP: 'min-p',
    repetitionPenalty: 'repetition penalty',
    maxNewTokens: 'most new tokens',
    seed: 'seed',
  },
  hello: { version: 'version that the host speaks' },
  prompt: { kind: 'kind: text 0, ids 1', zero: '', zeros: '', offset: 'offset in bytes' },
  generate: {
    mode: 'mode',
    flags:
      'bits: 1 send logits, 2 slide when the context is full, 4 run each token by itself, 8 whatever the grammar says',
    stopStrings: 'number of stop strings, at most {stopStrings}',
    stopIds: 'number of stop ids, at most {stopIds}',
    sampling: 'sampling block',
    keep: 'tokens at the start that sliding keeps',
  },
  ok: { value: 'see the request' },
  welcome: {
    version: 'version that both will speak',
    zero: '',
    longestPayload: 'longest payload',
    capabilities: 'capabilities',
    boot: 'another number after every restart',
    vocabSize: 'vocabulary size',
    context: 'context',
    promptBytes: 'prompt bytes that the board has room for',
    promptIds: 'prompt ids that it has room for',
  },
  facts: { first: 'number of the first line', last: 'whether this is the last page' },
  started: {
    promptTokens: 'prompt tokens',
    position: 'tokens that the context held before',
    context: 'context',
    seed: 'seed',
  },
  prefill: { done: 'prompt tokens read', total: 'prompt tokens', micros: 'µs of this pass' },
  token: { id: 'id', micros: 'µs' },
  logits: { token: 'index of the token', first: 'index of the first logit' },
  action: {
    told: 'what is told',
    kind: 'kind of the output or input',
    pin: 'pin, 255 for none',
    input: 'whether it is an input',
    value: 'value',
    seconds: 'seconds until it is done',
  },
  finished: {
    reason: 'reason',
    status: 'status of the engine (`s3lm_status`)',
    accepted: 'new tokens that earlier passes had guessed; 65,535 is the most that is told',
    promptRead: 'prompt tokens read',
    newTokens: 'new tokens',
    contextUsed: 'tokens in the context',
    prefillMicros: 'µs of passes over the prompt',
    decodeMicros: 'µs of passes for new tokens',
    promptTokens: 'prompt tokens',
  },
  error: { code: 'code' },
};

export const GIVEN = {
  temperature: 'temperature',
  topK: 'top-k',
  topP: 'top-p',
  minP: 'min-p',
  repetitionPenalty: 'repetition penalty',
  maxNewTokens: 'most new tokens',
  seed: 'seed',
  doSample: 'whether to sample is given,',
  sampling: 'and this is the answer',
  defaults: 'first go back to what the package says',
};

export const MODE = {
  fresh: 'empties the context and adds what the tokenizer puts before a text',
  append: 'goes on after what the model holds',
  'first-turn': 'puts the prompt into the chat template, in an empty context',
  'next-turn':
    'the same after what the model holds; a first one in an empty context, and for templates without later turns',
};

export const CAPABILITY = {
  model: 'a model is loaded',
  tokenizer: 'it has a tokenizer',
  chat: 'a chat template',
  turns: 'one with later turns',
  actions: 'answers act on pins',
  grammar: 'a grammar says what may be generated',
};

export const END_REASON = {
  eos: 'a stop id',
  length: 'the asked number of tokens',
  stop: 'a stop string',
  context: 'the context is full',
  cancelled: 'cancelled',
  error: "the model's numbers overflowed",
  stalled: 'nobody read',
};

export const ERRORS = {
  type: 'unknown type',
  payload: 'wrong payload',
  busy: 'busy',
  'no-model': 'no model',
  options: 'impossible options',
  context: 'longer than the context',
  token: 'id outside the vocabulary',
  numeric: 'overflow',
  'too-long': 'prompt too long for the board',
  'no-tokenizer': 'no tokenizer',
  'no-chat': 'no chat template',
  'no-prompt': 'no prompt',
  version: 'version',
  cancelled: 'the measurement was cancelled',
};
