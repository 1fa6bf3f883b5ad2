/** The one state of the element: a step of the way, with exactly the facts that exist at that step. */
import type { PlanJson } from '../plan/plan.js';
import type { WantedScheme } from '../plan/scheme.js';
import type { Effort } from '../quantize/effort.js';
import type { Progress, Stage } from '../shared/progress.js';
import type {
  ConvertResult,
  ConvertSettings,
  GenerateRequest,
  Inspection,
  ModelSource,
} from '../worker/jobs.js';
import type { BoardImage } from './board-image.js';

/** What a person can set before a conversion. */
export interface Settings extends WantedScheme {
  /** Changes of the model before it is planned. */
  readonly edits?: ConvertSettings['edits'];
  /** Encodings of single matrices, which go before the scheme: a point of the frontier. */
  readonly encodings?: ConvertSettings['encodings'];
  readonly board: string;
  /** Tokens; `null` lets the plan choose. */
  readonly context: number | null;
  /** Work that goes into the codes of weights; without it the pipeline's default. */
  readonly effort?: Effort | undefined;
  /** Which pins answers act on; `null` none, without it those that come with the model. */
  readonly wiring?: ConvertSettings['wiring'];
  /** `null`: the model may say anything, whatever comes with it. */
  readonly grammar?: null | undefined;
}

/** Something went wrong, in words for people. */
export interface Failure {
  /** What happened. */
  readonly title: string;
  /** What to do, in the page's language. */
  readonly help: string;
  /** The details in English. */
  readonly message: string;
  /** The error itself, for the event and for the console of an embedder. */
  readonly error: Error;
  /** Folders inside of what was chosen that may be meant instead. */
  readonly choices?: readonly string[] | undefined;
  /** Id of the control that it came of, beside which it is shown; absent where a page asked, or nobody. */
  readonly at?: string;
}

/** A model that was read and can be converted. */
export interface Choice {
  readonly source: ModelSource;
  readonly inspection: Inspection;
  readonly settings: Settings;
  /** The plan for these settings. */
  readonly plan: PlanJson;
}

/** What a conversation begins with. */
export type TrialOptions = GenerateRequest;

/** A tensor that is quantized, or was. */
export interface QuantizedTensor {
  readonly name: string;
  /** Bytes of the original. */
  readonly bytes: number;
}

/** The image of a result, made when it is first needed. */
export type ImageState =
  | { readonly kind: 'none' }
  | { readonly kind: 'making' }
  | { readonly kind: 'made'; readonly image: BoardImage }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What a conversion is looked at from: how it went, its cost, an emulated board, files, a board on a cable. */
export type Panel = 'convert' | 'compare' | 'try' | 'take' | 'flash' | 'chat';

/** Choose → read → fit → convert → compare, try, take away, flash, chat. */
export type State =
  | { readonly step: 'choose'; readonly failure: Failure | null }
  | {
      readonly step: 'reading';
      readonly name: string;
      /** How far a download is, `null` while there is none to speak of. */
      readonly download?: Progress | null;
    }
  /** Talking to a board without a conversion. */
  | { readonly step: 'talk' }
  | {
      readonly step: 'fit';
      readonly choice: Choice;
      /** The settings changed and their plan is not there yet. */
      readonly planning: boolean;
      readonly failure: Failure | null;
    }
  | {
      readonly step: 'converting';
      readonly choice: Choice;
      /** Stages so far, the current one last. */
      readonly stages: readonly Exclude<Stage, 'downloading'>[];
      /** Tensors quantized so far, the current one last. */
      readonly tensors: readonly QuantizedTensor[];
      readonly progress: Progress | null;
      /** How far a download is that the stage waits for, `null` while there is none to speak of. */
      readonly download?: Progress | null;
    }
  | {
      readonly step: 'result';
      readonly panel: Panel;
      readonly choice: Choice;
      readonly result: ConvertResult;
      readonly image: ImageState;
      readonly options: TrialOptions;
    };

/** A conversion with what is known of it. */
export type Result = Extract<State, { step: 'result' }>;

/** Where the element is, as pages see it. */
export type Step = Exclude<State['step'], 'result' | 'talk'> | Panel;

/** The step of a state. */
export function stepOf(state: State): Step {
  if (state.step === 'talk') return 'chat';
  return state.step === 'result' ? state.panel : state.step;
}
