/** The terms of the page in English, in the words of docs/glossary.md: a name and what it means. */
export const enTerms = {
  token: [
    'Token',
    'a piece of text that the model reads and writes as one: a short word, a part of a word, a sign.',
  ],
  vocabulary: [
    'Vocabulary',
    'all tokens that a model knows; cutting it makes a model much smaller, and texts take more tokens.',
  ],
  parameter: ['Parameter', 'one of the numbers that the model has learned.'],
  tensor: ['Tensor', 'a block of parameters with a shape, such as a matrix of 288 rows and 128 columns.'],
  layer: [
    'Layer',
    'one of the equal steps that a text goes through on its way to the next token; each has attention and a feed-forward.',
  ],
  head: [
    'Head',
    'two things of one name: a part of attention that looks for one kind of relation; and the last matrix, which gives every token of the vocabulary its score.',
  ],
  context: [
    'Context',
    'how many tokens the model can have before it at once, the question and the answer together.',
  ],
  cache: [
    'Cache',
    'what attention keeps of every token that was read, so that none is read twice; it grows with the context.',
  ],
  template: [
    'Chat template',
    'the frame that a model was taught to expect around a question, with marks for who speaks.',
  ],
  quantization: [
    'Quantization',
    'writing numbers with fewer bits, so that they take less room and are read faster; each number moves a little.',
  ],
  int8: [
    'INT8, INT4',
    'whole numbers of 8 bits (−127 to 127) and of 4 bits (0 to 15), which stand for the real ones by a scale.',
  ],
  scale: ['Scale', 'the number by which a whole code is multiplied to give the real one: 0.02 × 57 = 1.14.'],
  channel: ['Channel', 'here a row of a matrix: the parameters that together give one number of the result.'],
  group: ['Group', 'a run of 16, 32, 64 or 128 neighbouring parameters of a row, which share a scale.'],
  activations: [
    'Activations',
    'the numbers that flow through the model while it works; the parameters stay as they are.',
  ],
  calibration: ['Calibration', 'running the original over a text to see how large its activations get.'],
  effort: [
    'Effort',
    'how much work goes into the codes: quick rounds each row by itself, good lets later numbers make up for what earlier ones lost, best also trains them to follow the original.',
  ],
  probability: ['Probability', 'how likely the model holds it to be the next one, from 0 to 1.'],
  perplexity: [
    'Perplexity',
    'between how many tokens the model hesitates on average; lower is better, and what counts here is the ratio of after to before.',
  ],
  kl: [
    'KL divergence',
    "how far the probabilities moved from the original's, averaged over all positions of a text; 0 is identical.",
  ],
  agreement: [
    'Agreement',
    'at how many of a hundred positions both models hold the same token for the likeliest.',
  ],
  sqnr: [
    'SQNR',
    'signal over quantization noise, in decibels: how much larger the numbers are than what rounding did to them; 6 dB are about one bit.',
  ],
  percentile: [
    'Percentile',
    'the value below which that share of all positions lies; it shows the bad moments that an average hides.',
  ],
  error: [
    '±',
    'the standard error: with another text of the same length the figure would most likely lie within about twice that.',
  ],
  temperature: [
    'Temperature',
    'how bold the choice is: 0 is greedy, 1 follows the probabilities, more is wilder.',
  ],
  topK: ['Top-k', 'only the k likeliest tokens may be chosen.'],
  topP: ['Top-p', 'only the likeliest tokens that have the probability p together may be chosen.'],
  seed: [
    'Seed',
    'the number that chance begins with: the same seed, question and settings give the same text.',
  ],
  module: [
    'Module',
    'chip, flash, crystal and often PSRAM under a metal lid; its name says how much: N16R8 is 16 MB of flash and 8 MB of PSRAM.',
  ],
  flash: [
    'Flash',
    'the memory that keeps its content without power; slow to read, large; image and model lie there.',
  ],
  sram: [
    'SRAM',
    'the memory inside the chip, about 512 KB, most of which a model can have: the fastest, and the smallest.',
  ],
  psram: [
    'PSRAM',
    'a memory chip beside it, 2 to 16 MB, several times slower; quad or octal says how many wires it has.',
  ],
  core: ['Core', 'a part of the chip that runs a program; two work at once.'],
  image: ['Image', 'firmware, table and model in one file, as they lie in flash.'],
  package: ['Package', 'the model by itself, in the form that the board reads (.s3lm).'],
  partitions: ['Partition table', 'the list in flash of what lies where.'],
  buttons: [
    'BOOT, RESET',
    'the two buttons of a board: RESET starts it anew; BOOT, held while it starts, makes it wait for a new program.',
  ],
  port: [
    'Serial port',
    'how a computer sees the board on its USB cable: a line on which text goes both ways.',
  ],
  console: ['Console', 'the text that the board says and understands on its serial port.'],
  emulator: [
    'Emulator',
    'a program that behaves as the chip does, so that the image can be tried without a board.',
  ],
  bound: [
    'Bound',
    'the tokens a second that reading the memories alone would allow; no program can be faster.',
  ],
  rate: ['Tokens a second', 'how fast the answer comes; a person reads six or seven.'],
} as const;
