/** What a person can ask of boards; the views for boards call these and nothing else. */
import type { EmulatorSpeed } from '../../device/emulator-types.js';
import type { Panel } from '../state.js';
import type { BoardState, TalkOptions } from './board-state.js';
import type { RegionName } from './memory-regions.js';

/** Who answers: a board, or the engine in the page. */
export interface Talker {
  readonly state: BoardState;
  change(options: Partial<TalkOptions>): void;
  send(): Promise<unknown>;
  cancel(): void;
  startOver(): unknown;
}

/** Of whoever answers. */
export interface SpeechActions {
  change(options: Partial<TalkOptions>): void;
  send(): void;
  /** Stops an answer, a measurement, or a connection that is not there yet. */
  cancel(): void;
  startOver(): void;
  /** Saves what was said. */
  transcript(): void;
}

/** Of a board that one talks to, emulated or on a cable. */
export interface TalkActions extends SpeechActions {
  measure(): void;
  /** Sends a line as a terminal would. */
  type(line: string): void;
  /** The reset button. */
  restart(): void;
}

/** Of the emulated board. */
export interface EmulatorActions {
  readonly talk: TalkActions;
  start(): void;
  stop(): void;
  pause(): void;
  resume(): void;
  step(core: 0 | 1): void;
  setSpeed(speed: EmulatorSpeed): void;
  lookAt(region: RegionName): void;
  goTo(address: number): void;
  turn(pages: number): void;
  /** Talks to the other engine. */
  choose(engine: EngineName): void;
}

/** Who answers in the step `try`: the emulated board, or the engine in the page. */
export type EngineName = 'board' | 'page';

/** Of the board on the cable, for talking. */
export interface ChatActions {
  readonly talk: TalkActions;
  connect(): void;
  /** Greets a board again that did not answer. */
  retry(): void;
  disconnect(): void;
  /** Talks to the emulated board instead. */
  toTry(): void;
  /** Leaves a conversation that belongs to no conversion. */
  leave(): void;
}

/** Of the board on the cable, for flashing. */
export interface FlashActions {
  /** Makes the image again after it failed. */
  prepare(): void;
  connect(): void;
  lookAgain(): void;
  accept(accepted: boolean): void;
  /** Flashes at the lowest rate, or not. */
  setSlow(slow: boolean): void;
  name(label: string): void;
  /** Takes the list of boards away. */
  saveTally(): void;
  flash(): void;
  cancel(): void;
  next(): void;
  /** Opens the console of the board that was flashed. */
  talk(): void;
  copy(text: string): void;
  show(panel: Panel): void;
}
