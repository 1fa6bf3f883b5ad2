/** What is known of a board that one talks to, emulated or on a cable: the link to it, what was said, what it wrote. */
import type { ConsoleAction, ConsoleEndReason, ConsoleWelcome } from '../../device/console-client.js';
import type { EmulatorReport } from '../../device/emulator-types.js';
import type { Seeded } from '../../shared/sampling.js';

/** Who answers; `page` is the engine in the page, which is spoken of as a board is. */
export type BoardKind = 'emulated' | 'serial' | 'page';

/** What is awaited before a board is there. */
export type OpeningStage = 'image' | 'emulator' | 'port';

/** How the board can be reached: the states that a connection goes through. */
export type BoardLink =
  /** There is none; `error` says why the last one did not come about. */
  | { readonly kind: 'absent'; readonly error: Error | null }
  | { readonly kind: 'opening'; readonly stage: OpeningStage }
  /** It is there and boots, or is asked who it is. */
  | { readonly kind: 'greeting' }
  /** It is there and does not speak this firmware's protocol; its text is read all the same. */
  | { readonly kind: 'silent'; readonly error: Error }
  | {
      readonly kind: 'ready';
      readonly welcome: ConsoleWelcome;
      /** Board, memory and model, by the names of docs/console.md. */
      readonly facts: ReadonlyMap<string, string>;
      readonly activity: 'idle' | 'generating' | 'measuring';
    }
  /** It went away, or the emulated chip stopped. */
  | { readonly kind: 'lost'; readonly error: Error; readonly fault: EmulatorReport | null };

/** One prompt and what the board made of it. */
export interface Turn {
  readonly prompt: string;
  readonly text: string;
  readonly state: 'running' | 'failed' | ConsoleEndReason;
  /** Why it failed, `null` when it did not. */
  readonly error: Error | null;
  readonly tokens: number;
  /** New tokens per second by the board's clock; `null` before there are two. */
  readonly boardRate: number | null;
  /** Tokens that the context held when these came, on average; `null` before there are two. */
  readonly position: number | null;
  /** The same by this computer's clock. */
  readonly liveRate: number | null;
  /** Share of the tokens after the first that took no pass of their own, 0..1; `null` before its end. */
  readonly guessed: number | null;
}

/** What the next prompt is and how it is answered. */
export interface TalkOptions extends Seeded<'temperature' | 'topK' | 'topP' | 'maxNewTokens'> {
  readonly prompt: string;
}

export interface BoardState {
  readonly link: BoardLink;
  /** Name of the device, empty while there is none. */
  readonly name: string;
  /** What the board wrote for people since it was opened, the newest end of it. */
  readonly log: string;
  readonly turns: readonly Turn[];
  /** What it told of its pins, the last of each by its name. */
  readonly told: ReadonlyMap<string, ConsoleAction>;
  readonly options: TalkOptions;
  /** The last measurement, by the names of docs/console.md. */
  readonly bench: ReadonlyMap<string, string> | null;
  /** Why the last request besides a prompt failed. */
  readonly error: Error | null;
  /** Id of the control of that request. */
  readonly asked?: 'measure' | 'start-over' | 'console-line';
}

/** Greedy, and a length that ends soon. */
export const DEFAULT_TALK: TalkOptions = {
  prompt: '',
  temperature: 0,
  topK: 0,
  topP: 1,
  seed: 1,
  maxNewTokens: 128,
};
