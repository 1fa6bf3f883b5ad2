/** The jobs that the page hands to the worker, with what each takes and gives. Everything here can be cloned. */
import type { EndReason } from '../device/twin-types.js';
import type { Edit } from '../edit/edit.js';
import type { ActionCard } from '../input/action-card.js';
import type { ModelFile } from '../input/model-input.js';
import type { GivenFile } from '../kit/kit.js';
import type { GenerationDefaults } from '../model/decoder.js';
import type { PlanJson } from '../plan/plan.js';
import type { WantedScheme } from '../plan/scheme.js';
import type { Effort } from '../quantize/effort.js';
import type { Report } from '../quantize/report.js';
import type { Encoding } from '../schema/encodings.js';
import type { Seeded } from '../shared/sampling.js';
import type { NamedFile } from '../source/file-list-folder.js';
import type { KeptFile } from '../source/kept-folder.js';
import './failures.js';
import type { Note } from './notes.js';

/** Where a model folder is. */
export type ModelSource =
  /** Files, and the folder among them that is meant where there are several with models. */
  | { readonly kind: 'files'; readonly files: readonly NamedFile[]; readonly inside?: string }
  /** Absolute address of a folder that is served over HTTP, and those of its files where they lie elsewhere. */
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly files?: Readonly<Record<string, string>>;
      /** Absolute addresses of its finished conversion, which is taken where the settings are those that it was made with. */
      readonly ready?: ReadyAddresses;
    }
  /** A repository of the Hugging Face Hub, or of the mirror of it at `endpoint`. */
  | {
      readonly kind: 'hub';
      readonly repo: string;
      readonly revision: string;
      readonly endpoint?: string;
    };

/** Where a finished conversion is. */
export interface ReadyAddresses {
  /** JSON: settings, inspection, result, and the digest of the package. */
  readonly facts: string;
  readonly package: string;
}

/** What a person can choose before a conversion; what is absent gets the pipeline's default. */
export interface ConvertSettings {
  /** Changes of the model before it is planned, in their order. */
  readonly edits?: readonly Edit[] | undefined;
  readonly board?: string | undefined;
  readonly scheme?: Partial<WantedScheme> | undefined;
  /** Encodings of matrices that are not what the scheme says, by the names of their tensors. */
  readonly encodings?: Readonly<Record<string, Encoding>> | undefined;
  readonly context?: number | undefined;
  readonly effort?: Effort | undefined;
  /** Which pins answers act on, as docs/actions.md describes; `null` none, without it those of the model's own folder. */
  readonly wiring?: string | null | undefined;
  /** What the model may say, as a JSON schema or GBNF (docs/grammars.md); `null` and without it as above. */
  readonly grammar?: string | null | undefined;
  readonly calibrationText?: string | undefined;
  readonly evaluationText?: string | undefined;
  readonly prompts?: readonly string[] | undefined;
}

/** What is known of a model before anything is converted. */
export interface Inspection {
  /** Name of the folder. */
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabSize: number;
  /** Longest position that the model was made for. */
  readonly maxPositions: number;
  /** Bytes of all tensors. */
  readonly bytes: number;
  /** Storage types of the tensors, most bytes first. */
  readonly dtypes: readonly string[];
  readonly hasTokenizer: boolean;
  /** A chat template was understood; otherwise the model continues text. */
  readonly chat: boolean;
  /** What its answers mean, `null` where the folder does not say. */
  readonly actions: ActionCard | null;
  /** The wiring that the folder carries, as text; `null` without. */
  readonly wiring: string | null;
  /** It carries a grammar. */
  readonly hasGrammar: boolean;
  readonly notes: readonly Note[];
  /** The plan for the settings that were given. */
  readonly plan: PlanJson;
}

/** What a conversion gives. */
export interface ConvertResult {
  readonly plan: PlanJson;
  /** The `.s3lm` file. */
  readonly package: Uint8Array;
  readonly report: Report;
  readonly chat: boolean;
  readonly generation: GenerationDefaults;
  readonly notes: readonly Note[];
  /** The model's small files as they were read, for a kit, which carries them. */
  readonly files: readonly KeptFile[];
  /** Which files of the folder carry the model, for the kit as well. */
  readonly carriers: readonly ModelFile[];
  /** Seconds that the whole job took. */
  readonly seconds: number;
}

/** Whose files are read, and what a conversion says of them. */
export interface FilesInput extends Pick<ConvertResult, 'files' | 'carriers'> {
  readonly source: ModelSource;
}

/** What to generate and how. */
export interface GenerateRequest extends Seeded<'temperature' | 'topK' | 'topP' | 'maxNewTokens'> {
  /** The user's words where the model chats, else the text to continue. */
  readonly prompt: string;
  /** A chat goes on, where its template can; else it begins anew. */
  readonly next?: boolean;
}

/** Input of the job `generate`. */
export interface GenerateInput {
  readonly request: GenerateRequest;
  /** Names the package, so that it crosses to the worker once. */
  readonly key: number;
  /** The package, `null` when this worker has the one named `key` loaded. */
  readonly package: Uint8Array | null;
}

/** Text that became ready since the last message. */
export interface GeneratedText {
  readonly text: string;
  /** Tokens so far. */
  readonly tokens: number;
}

/** How a generation went. */
export interface GenerateSummary {
  readonly text: string;
  readonly tokens: number;
  readonly promptTokens: number;
  readonly reason: EndReason;
  /** New tokens per second, reading the prompt left out; 0 when too few were made to tell. */
  readonly tokensPerSecond: number;
}

/** What is converted. */
export interface ConvertInput {
  readonly source: ModelSource;
  readonly settings: ConvertSettings;
  /** To the threads that tune (`tuner-start.ts`), for an effort above `quick`; it moves. */
  readonly tuner?: MessagePort | undefined;
}

/** The jobs by name. */
export interface Jobs {
  inspect: { input: { source: ModelSource; settings: ConvertSettings }; result: Inspection };
  plan: { input: { source: ModelSource; settings: ConvertSettings }; result: PlanJson };
  convert: { input: ConvertInput; result: ConvertResult };
  /** The model's files, for a kit. */
  files: { input: FilesInput; result: readonly GivenFile[] };
  generate: { input: GenerateInput; result: GenerateSummary };
}

export type JobName = keyof Jobs;
