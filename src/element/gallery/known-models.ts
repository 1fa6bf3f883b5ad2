/** Written by `npm run models`: models of the Hub, and what the planner says of them. */

/** Whether a model fits a board, with the planner's scheme for it. */
export interface KnownFit {
  readonly tokensPerSecond: number;
  /** Tokens that are left of its vocabulary, `null` for all. */
  readonly tokens: number | null;
}

export interface KnownModel {
  readonly name: string;
  /** On the Hub. */
  readonly repository: string;
  /** `null`: its repository states none. */
  readonly licence: string | null;
  readonly use: 'stories' | 'text' | 'chat';
  readonly parameters: number;
  /** By board, as in {@link KNOWN_BOARDS}; `null` where it does not fit. */
  readonly fits: readonly (KnownFit | null)[];
}

/** Boards by their memories. */
export const KNOWN_BOARDS: readonly string[] = ['N4', 'N8R2', 'N8R8', 'N16R8'];

export const KNOWN_MODELS: readonly KnownModel[] = [
  {
    name: 'stories15M',
    repository: 'nickypro/tinyllama-15M',
    licence: 'MIT',
    use: 'stories',
    parameters: 15191712,
    fits: [
      null,
      { tokensPerSecond: 4.2, tokens: 4096 },
      { tokensPerSecond: 11, tokens: 4096 },
      { tokensPerSecond: 2.7, tokens: null },
    ],
  },
  {
    name: 'stories42M',
    repository: 'nickypro/tinyllama-42M',
    licence: 'MIT',
    use: 'stories',
    parameters: 41689600,
    fits: [null, null, null, null],
  },
  {
    name: 'TinyStories-1M',
    repository: 'roneneldan/TinyStories-1M',
    licence: null,
    use: 'stories',
    parameters: 3745984,
    fits: [
      { tokensPerSecond: 40, tokens: 4096 },
      { tokensPerSecond: 6.7, tokens: null },
      { tokensPerSecond: 16, tokens: null },
      { tokensPerSecond: 16, tokens: null },
    ],
  },
  {
    name: 'TinyStories-3M',
    repository: 'roneneldan/TinyStories-3M',
    licence: null,
    use: 'stories',
    parameters: 8278400,
    fits: [
      { tokensPerSecond: 13, tokens: 4096 },
      { tokensPerSecond: 11, tokens: 4096 },
      { tokensPerSecond: 25, tokens: 4096 },
      { tokensPerSecond: 3.9, tokens: null },
    ],
  },
  {
    name: 'TinyStories-8M',
    repository: 'roneneldan/TinyStories-8M',
    licence: null,
    use: 'stories',
    parameters: 19702528,
    fits: [
      null,
      { tokensPerSecond: 4.1, tokens: 4096 },
      { tokensPerSecond: 8.3, tokens: 4096 },
      { tokensPerSecond: 7.2, tokens: 4096 },
    ],
  },
  {
    name: 'TinyStories-33M',
    repository: 'roneneldan/TinyStories-33M',
    licence: null,
    use: 'stories',
    parameters: 68514048,
    fits: [null, null, null, null],
  },
  {
    name: 'Pythia-14M',
    repository: 'EleutherAI/pythia-14m',
    licence: 'Apache-2.0',
    use: 'text',
    parameters: 14067712,
    fits: [
      { tokensPerSecond: 17, tokens: 4096 },
      { tokensPerSecond: 16, tokens: 4096 },
      { tokensPerSecond: 38, tokens: 4096 },
      { tokensPerSecond: 8.6, tokens: null },
    ],
  },
  {
    name: 'Pythia-31M',
    repository: 'EleutherAI/pythia-31m',
    licence: 'Apache-2.0',
    use: 'text',
    parameters: 30494720,
    fits: [
      null,
      { tokensPerSecond: 4.8, tokens: 4096 },
      { tokensPerSecond: 12, tokens: 4096 },
      { tokensPerSecond: 12, tokens: 4096 },
    ],
  },
  {
    name: 'Pythia-70M',
    repository: 'EleutherAI/pythia-70m',
    licence: 'Apache-2.0',
    use: 'text',
    parameters: 70426624,
    fits: [null, null, null, { tokensPerSecond: 2.4, tokens: 4096 }],
  },
  {
    name: 'MiniMind2-Small',
    repository: 'jingyaogong/MiniMind2-Small',
    licence: 'Apache-2.0',
    use: 'chat',
    parameters: 25829888,
    fits: [null, null, null, null],
  },
  {
    name: 'GPT-2',
    repository: 'openai-community/gpt2',
    licence: 'MIT',
    use: 'text',
    parameters: 124439808,
    fits: [null, null, null, null],
  },
  {
    name: 'SmolLM2-135M',
    repository: 'HuggingFaceTB/SmolLM2-135M',
    licence: 'Apache-2.0',
    use: 'text',
    parameters: 134515008,
    fits: [null, null, null, null],
  },
];
