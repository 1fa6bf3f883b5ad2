/** What a conversion takes and gives: the one API behind the page's worker and the command line. */
import type { WantedActions } from './act.js';
import type { OwnSections } from './own-sections.js';
import type { Edit } from '../edit/edit.js';
import type { DecoderModel } from '../model/decoder.js';
import type { PackageSink } from '../package/writer.js';
import type { Board } from '../plan/boards.js';
import type { Plan } from '../plan/plan.js';
import type { Fusions, WantedScheme } from '../plan/scheme.js';
import type { Effort } from '../quantize/effort.js';
import type { Report } from '../quantize/report.js';
import type { SourceStatistics } from '../quantize/quantize.js';
import type { Tuner } from '../quantize/tuning-types.js';
import type { Encoding } from '../schema/encodings.js';
import './failures.js';
import type { Note } from './notes.js';
import type { OnProgress } from '../shared/progress.js';
import type { Deadline } from '../tokenizer/index.js';

/** The compiled WebAssembly modules; how they were fetched is the caller's business. */
export interface Runtime {
  /** `kernels/prebuilt` */
  readonly kernels: WebAssembly.Module;
  /** `device-runtime/prebuilt/twin.wasm` */
  readonly twin: WebAssembly.Module;
  /** Rounds in order, and tunes; an effort above `quick` needs it. */
  readonly tuner?: Tuner | undefined;
  /** Ends a stranger's program (a chat template) that takes too long; without it, what it does is counted. */
  readonly deadline?: Deadline | undefined;
}

export interface ConvertOptions {
  /** Changes of the model before it is planned, in their order. */
  readonly edits?: readonly Edit[] | undefined;
  /** A board, or a board id of `plan/boards.ts`; default `DEFAULT_BOARD_ID`. */
  readonly board?: string | Board | undefined;
  /** Refuse a model that does not fit the board before anything is converted; otherwise the plan says so and no more. */
  readonly mustFit?: boolean | undefined;
  readonly scheme?: Partial<WantedScheme> | undefined;
  /** Encodings of matrices that are not what the scheme says, by the names of their tensors: a point of a frontier. */
  readonly encodings?: Readonly<Record<string, Encoding>> | undefined;
  /** Default: those that cost no quality with the scheme. */
  readonly fusions?: Fusions | undefined;
  /** Context in tokens; default the model's, at most 512. */
  readonly context?: number | undefined;
  /** Work that goes into the codes of weights; default `DEFAULT_EFFORT`. */
  readonly effort?: Effort | undefined;
  /**
   * Text for static activation scales, and for efforts that look at what weights are multiplied with; without it the
   * original model writes its own.
   */
  readonly calibrationText?: string | undefined;
  /** Text for the report; without it the original model writes its own. Stories are parted by lines `<|story|>`. */
  readonly evaluationText?: string | undefined;
  /** Prompts for the side-by-side texts; default one that suits the model. */
  readonly prompts?: readonly string[] | undefined;
  /** `false` leaves the report out, and with it the only step that holds the whole original model in memory. */
  readonly report?: boolean | undefined;
  /** What answers do to pins of the board; without it what `own` says. */
  readonly actions?: WantedActions | undefined;
  /** What the model may say, as a JSON schema or GBNF (docs/grammars.md); without it what `own` says. */
  readonly grammar?: string | undefined;
  /** What the model's folder carries besides, as `readOwnSections` gives it; without it nothing. */
  readonly own?: OwnSections | undefined;
  /** Where the package goes; default memory. A report needs the package in memory. */
  readonly sink?: PackageSink | undefined;
}

export interface Hooks {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The result of a conversion. */
export interface Conversion {
  readonly model: DecoderModel;
  readonly plan: Plan;
  /** Length of the package in bytes. */
  readonly packageBytes: number;
  /** The package, `null` when it went to a sink of the caller's. */
  readonly package: Uint8Array | null;
  readonly statistics: readonly SourceStatistics[];
  readonly report: Report | null;
  /** Whether the package carries chat pieces, or the model continues text. */
  readonly chat: boolean;
  /** Notes for people from every room: what was assumed or ignored. */
  readonly notes: readonly Note[];
}
