/** A converter without a worker: answers as told, and stops when told, so that every state of the element can be reached. */
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import type { BoardImage } from '../../src/element/board-image.js';
import type { Converter } from '../../src/element/store.js';
import type { GivenFile } from '../../src/kit/kit.js';
import { readModelFiles } from '../../src/kit/model-files.js';
import type { Progress } from '../../src/shared/progress.js';
import type { JobOptions } from '../../src/worker/bridge.js';
import type {
  ConvertResult,
  ConvertSettings,
  FilesInput,
  GenerateSummary,
  Inspection,
} from '../../src/worker/jobs.js';
import { openModelFolder } from '../../src/worker/model-folder.js';
import { KeptFolder } from '../../src/source/kept-folder.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { samplePlan, sampleReport } from '../report/sample.js';

export function sampleInspection(changes: Partial<Inspection> = {}): Inspection {
  return {
    name: 'home-commands',
    architecture: 'LlamaForCausalLM',
    parameters: 655_360,
    layers: 4,
    hiddenSize: 128,
    heads: 8,
    kvHeads: 4,
    vocabSize: 512,
    maxPositions: 512,
    bytes: 1_310_720,
    dtypes: ['BF16'],
    hasTokenizer: true,
    chat: true,
    actions: null,
    wiring: null,
    hasGrammar: false,
    notes: [{ code: 'chat-absent' }],
    plan: samplePlan(),
    ...changes,
  };
}

export function sampleResult(changes: Partial<ConvertResult> = {}): ConvertResult {
  return {
    plan: samplePlan(),
    package: new Uint8Array(702_464),
    report: sampleReport(),
    chat: true,
    generation: {
      doSample: false,
      temperature: null,
      topK: null,
      topP: null,
      minP: null,
      repetitionPenalty: null,
      maxNewTokens: null,
    },
    notes: [],
    files: [],
    carriers: [],
    seconds: 2.4,
    ...changes,
  };
}

/** An image that nobody boots: two parts, the second the package. */
export function sampleImage(changes: Partial<BoardImage> = {}): BoardImage {
  const bytes = new Uint8Array(1000);
  const files = [
    { path: 'firmware.bin', offset: 0, bytes },
    { path: 'model.bin', offset: 0x100000, bytes },
  ];
  const builds = [
    { chipFamily: 'ESP32-S3', parts: files.map(({ path, offset }) => ({ path, offset })) },
  ] as const;
  return {
    file: new Blob([bytes, bytes]),
    bytes: 2000,
    sha256: 'ab'.repeat(32),
    made: {
      source: new MemorySource('firmware.elf', bytes),
      layout: {
        chip: ESP32S3,
        partitions: [],
        model: {
          name: 'model',
          type: 1,
          subtype: 0x40,
          offset: 0x100000,
          size: 4096,
          encrypted: false,
          readOnly: false,
        },
        packageBytes: 1000,
        parts: [],
        bootable: true,
        totalBytes: 2000,
        flashBytes: 2 << 20,
      },
      pieces: () => [bytes, bytes],
      files,
      manifest: (name) => ({
        name,
        version: '0',
        new_install_prompt_erase: true,
        new_install_improv_wait_time: 0,
        builds,
      }),
    },
    ...changes,
  };
}

export const PROGRESS: Progress = {
  stage: 'quantizing',
  item: 'model.layers.2.mlp.gate_proj.weight',
  begun: [{ name: 'model.layers.2.mlp.gate_proj.weight', bytes: 90_112 }],
  done: 786_432,
  total: 1_310_720,
  unit: 'bytes',
  perSecond: 200_000,
  secondsLeft: 3,
};

/** An answer that the test gives when it wants to. */
export class Pending<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Each job waits for the answer that the test gives; an abort rejects it as the bridge does. */
export class FakeConverter implements Converter {
  inspection = new Pending<Inspection>();
  conversion = new Pending<ConvertResult>();
  generation = new Pending<GenerateSummary>();
  /** The plan that the next call of `plan` gives. */
  nextPlan: () => Promise<Inspection['plan']> = async () => samplePlan();
  /** What the files of a kit wait for. */
  filesReady: Promise<void> = Promise.resolve();
  readonly sources: unknown[] = [];
  readonly settings: ConvertSettings[] = [];
  readonly requests: unknown[] = [];
  disposed = 0;
  progress: (progress: Progress) => void = () => undefined;
  say: (text: string, tokens: number) => void = () => undefined;

  inspect(source: unknown, settings: ConvertSettings, options: JobOptions): Promise<Inspection> {
    this.sources.push(source);
    this.settings.push(settings);
    this.progress = (progress) => options.onProgress?.(progress);
    return abortable((this.inspection = new Pending()).promise, options.signal);
  }

  plan(_source: unknown, settings: ConvertSettings): Promise<Inspection['plan']> {
    this.settings.push(settings);
    return this.nextPlan();
  }

  convert(_source: unknown, settings: ConvertSettings, options: JobOptions): Promise<ConvertResult> {
    this.settings.push(settings);
    this.progress = (progress) => options.onProgress?.(progress);
    return abortable((this.conversion = new Pending()).promise, options.signal);
  }

  /** The files themselves: what a kit is made of. */
  async files(
    { source, files, carriers }: FilesInput,
    { signal }: JobOptions,
  ): Promise<readonly GivenFile[]> {
    await this.filesReady;
    return readModelFiles(new KeptFolder(await openModelFolder(source, signal), files), carriers, signal);
  }

  generate(_bytes: Uint8Array, request: unknown, options: JobOptions): Promise<GenerateSummary> {
    this.requests.push(request);
    this.say = (text, tokens) => options.onText?.({ text, tokens });
    return abortable((this.generation = new Pending()).promise, options.signal);
  }

  dispose(): void {
    this.disposed++;
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    }),
  ]);
}
