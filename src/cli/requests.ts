/** What a command line asks for, once it is read. */
import type { VocabularyCut } from '../edit/vocabulary-cut.js';
import type { FlashMode } from '../image/flash-settings.js';
import type { KitView } from '../kit/lesson-words.js';
import type { Target } from '../pipeline/frontier.js';
import type { Fusions, WantedScheme } from '../plan/scheme.js';
import type { Effort } from '../quantize/effort.js';
import type { Sampling } from '../shared/sampling.js';
import type { TfliteWeights } from '../tflite/linear.js';
import type { TfliteCache } from '../tflite/memory.js';
import type { HelpTopic } from './help/render.js';

export interface ConvertRequest {
  readonly command: 'convert';
  readonly folder: string;
  /** File to write: a merged image when it ends in `.bin`, else a package. `undefined` when only {@link parts} or {@link component} are wanted. */
  readonly output: string | undefined;
  /** Folder for the separate parts of the image and their manifest. */
  readonly parts: string | undefined;
  /** Folder for what an application of somebody's own needs to call the model. */
  readonly component: string | undefined;
  /** Somebody's own firmware instead of this project's. */
  readonly firmware: string | undefined;
  readonly flash: FlashRequest;
  /** Print the frontier instead of converting. */
  readonly frontier: boolean;
  /** What the weights may take, or must reach; each matrix is then chosen by itself. */
  readonly target: Target | undefined;
  /** Convert although the model does not fit the board. */
  readonly force: boolean;
  readonly vocabulary: VocabularyRequest | undefined;
  readonly board: string;
  readonly scheme: WantedScheme;
  readonly fusions: Fusions | undefined;
  readonly context: number | undefined;
  /** Work that goes into the codes of weights. */
  readonly effort: Effort;
  /** File that says which pins answers act on; `null` none, `undefined` that of the model's folder. */
  readonly wire: string | null | undefined;
  /** File that says what the model may say; `null` and `undefined` as above. */
  readonly grammar: string | null | undefined;
  readonly calibrate: string | undefined;
  readonly evaluate: string | undefined;
  readonly prompts: readonly string[] | undefined;
  readonly report: boolean;
  /** File for the report as a page. */
  readonly html: string | undefined;
  /** Print every figure before the summary. */
  readonly tensors: boolean;
  readonly json: boolean;
}

/** What the image's header says about the flash, and the capacity that is planned for; default the board's. */
export interface FlashRequest {
  readonly bytes: number | undefined;
  readonly mode: FlashMode | undefined;
  readonly megahertz: number | undefined;
}

/** Tokens that are left of a vocabulary, and the file of the text that they are chosen by. */
export interface VocabularyRequest {
  readonly tokens: VocabularyCut['tokens'];
  readonly text: string | undefined;
}

/** `convert -o OUT.tflite`. */
export interface TfliteRequest {
  readonly command: 'tflite';
  readonly folder: string;
  readonly output: string;
  readonly weights: TfliteWeights;
  readonly cache: TfliteCache;
  readonly context: number | undefined;
  /** File of the text that ranges are found with. */
  readonly calibrate: string | undefined;
  readonly vocabulary: VocabularyRequest | undefined;
  readonly chat: WantedScheme['chat'];
  readonly json: boolean;
}

export type EngineName = 'twin' | 'host' | 'float' | 'emulator';

/** Parameters of sampling that are not given are the model's. */
type RunSampling = {
  readonly [Name in Exclude<keyof Sampling, 'doSample' | 'maxNewTokens'>]: Sampling[Name] | undefined;
};

export interface RunRequest extends RunSampling {
  readonly command: 'run';
  readonly model: string;
  readonly prompt: string | undefined;
  readonly ids: readonly number[] | undefined;
  /** The prompt is continued as it is, not put into the chat template. */
  readonly raw: boolean;
  /** For a folder's model; a package has its own. */
  readonly vocabulary: VocabularyRequest | undefined;
  /** How a chat with a folder's model begins; a package has its own. */
  readonly chat: WantedScheme['chat'] | undefined;
  /** Most new tokens. */
  readonly tokens: number | undefined;
  readonly seed: number;
  readonly stop: readonly string[];
  readonly slide: boolean;
  /** Whether passes run guesses at the tokens that come. */
  readonly drafts: boolean;
  readonly engine: EngineName;
  /** The emulator counts cycles by the timing model, and the speed of the board is printed. */
  readonly timing: boolean;
  /** The board to emulate; `undefined`: as the image says. */
  readonly board: string | undefined;
  /** Show what the emulated board prints while it starts. */
  readonly bootLog: boolean;
  readonly logits: boolean;
  readonly json: boolean;
}

export interface InspectRequest {
  readonly command: 'inspect';
  readonly target: string;
  /** Print every tensor and every board, too. */
  readonly tensors: boolean;
  readonly json: boolean;
}

export interface KitCommandRequest {
  readonly command: 'kit';
  readonly folder: string;
  /** Folder that is made. */
  readonly output: string;
  readonly board: string;
  /** As the element's attribute `scheme`. */
  readonly scheme: string;
  readonly effort: Effort;
  readonly context: number | undefined;
  /** Questions for the class. */
  readonly prompts: readonly string[];
  readonly view: KitView;
  /** Where the kit will be found. */
  readonly url: string | undefined;
  /** A Markdown file with texts for the page. */
  readonly texts: string | undefined;
  /** BCP 47. */
  readonly language: string;
  /** Somebody's own firmware instead of this project's. */
  readonly firmware: string | undefined;
  /** What the class calls the model; default the folder's name. */
  readonly name: string | undefined;
}

export interface SelftestRequest {
  readonly command: 'selftest';
  /** Image to write. */
  readonly output: string;
}

export interface HelpRequest {
  readonly command: 'help';
  /** `null`: the list of commands. */
  readonly topic: HelpTopic | null;
}

export interface VersionRequest {
  readonly command: 'version';
}

export type Request =
  | ConvertRequest
  | TfliteRequest
  | RunRequest
  | InspectRequest
  | KitCommandRequest
  | SelftestRequest
  | HelpRequest
  | VersionRequest;
