/** What the store asks of others: who does the work, and who hears of it. */
import type { GivenFile } from '../kit/kit.js';
import type { PlanJson } from '../plan/plan.js';
import type { Progress } from '../shared/progress.js';
import type { JobOptions } from '../worker/bridge.js';
import type {
  ConvertResult,
  ConvertSettings,
  FilesInput,
  GenerateRequest,
  GenerateSummary,
  Inspection,
  ModelSource,
} from '../worker/jobs.js';
import type { BoardImage } from './board-image.js';
import type { Failure, State } from './state.js';

/** Who does the work: the worker's bridge, or a stand-in in tests. */
export interface Converter {
  inspect(source: ModelSource, settings: ConvertSettings, options: JobOptions): Promise<Inspection>;
  plan(source: ModelSource, settings: ConvertSettings, options: JobOptions): Promise<PlanJson>;
  convert(source: ModelSource, settings: ConvertSettings, options: JobOptions): Promise<ConvertResult>;
  files(input: FilesInput, options: JobOptions): Promise<readonly GivenFile[]>;
  generate(bytes: Uint8Array, request: GenerateRequest, options: JobOptions): Promise<GenerateSummary>;
  dispose(): void;
}

export interface StoreOptions {
  /** Brings the converter; called with the first request that needs it. */
  readonly converter: () => Promise<Converter>;
  /** Puts the image of a result together. */
  readonly image: (result: ConvertResult) => Promise<BoardImage>;
  /** Called when an image is ready. */
  readonly onImage: (image: BoardImage) => void;
  /** Turns an error into words, given what was being done. */
  readonly explain: (error: Error, doing: 'read' | 'plan' | 'convert' | 'image') => Failure;
  /** Called after every change. */
  readonly onChange: (state: State, before: State) => void;
  /** Called for every progress report of a conversion. */
  readonly onProgress: (progress: Progress) => void;
  /** Called for every failure that is shown. */
  readonly onFailure: (failure: Failure) => void;
}
