/** What the worker does: the pipeline and the twin behind the jobs. */
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import { readModelFiles } from '../kit/model-files.js';
import { stepsOf } from '../model/decoder.js';
import { Twin } from '../device/twin.js';
import type { Runtime } from '../pipeline/types.js';
import { carryOut } from '../pipeline/convert.js';
import { withSections, readOwnSections, type OwnSections } from '../pipeline/own-sections.js';
import { openModel, type OpenedModel } from '../pipeline/open-model.js';
import { boardOf, editModel, planOpened, type PlannedModel } from '../pipeline/plan-model.js';
import { planToJson, type PlanJson } from '../plan/plan.js';
import type { OnProgress } from '../shared/progress.js';
import { KeptFolder } from '../source/kept-folder.js';
import { generateText } from './generate.js';
import type {
  ConvertResult,
  ConvertSettings,
  GenerateInput,
  GenerateSummary,
  Inspection,
  Jobs,
  ModelSource,
} from './jobs.js';
import { openModelFolder } from './model-folder.js';
import type { JobHooks, Work } from './serve.js';
import { shown } from './shown.js';
import { onceBehind } from './tuner-port.js';

/** The real jobs, on compiled modules. */
export function createWork(runtime: Runtime): Work {
  const worker = new PipelineWork(runtime);
  return {
    inspect: (input, hooks) => worker.inspect(input, hooks),
    plan: (input, hooks) => worker.plan(input, hooks),
    convert: (input, hooks) => worker.convert(input, hooks),
    files: async ({ source, files, carriers }, { signal }) =>
      readModelFiles(new KeptFolder(await openModelFolder(source, signal), files), carriers, signal),
    generate: (input, hooks) => worker.generate(input, hooks),
  };
}

/** The model looked at last. */
interface Opened {
  readonly key: string;
  /** Keeps the small files for the kit, which carries them. */
  readonly folder: KeptFolder;
  readonly model: OpenedModel;
  readonly own: OwnSections;
}

/** The plan shown last. */
interface Planned {
  readonly key: string;
  readonly planned: PlannedModel;
  readonly json: PlanJson;
}

class PipelineWork {
  readonly #runtime: Runtime;
  /** Kept, so that neither a move of a slider nor the conversion reads the folder again. */
  #opened: Opened | null = null;
  /** Kept, so that a move of a slider does not cut again. */
  #edited: { readonly key: string; readonly model: OpenedModel } | null = null;
  /** Kept, so that what was shown is what is carried out. */
  #planned: Planned | null = null;
  /** The job that runs hears of downloads, whichever job opened the folder. */
  #onProgress: OnProgress = () => undefined;
  #twin: { readonly key: number; readonly engine: Twin } | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async inspect(input: Jobs['inspect']['input'], hooks: JobHooks): Promise<Inspection> {
    this.#forget();
    const opened = await this.#open(input.source, hooks);
    const { planned, json: plan } = await this.#plan(opened, input.settings, hooks);
    const { model, checkpoint } = opened.model;
    const { card, wiring, grammar, notes } = opened.own;
    const attention = stepsOf(model, 'attention')[0]?.step.attention;
    return {
      name: shown(opened.model.input.name),
      architecture: shown(model.architecture),
      parameters: model.parameters,
      layers: model.blocks.length,
      hiddenSize: model.hiddenSize,
      heads: attention?.heads ?? 0,
      kvHeads: attention?.kvHeads ?? 0,
      vocabSize: model.vocabSize,
      maxPositions: model.longer?.maxPositions ?? model.maxPositions,
      bytes: checkpoint.bytes,
      dtypes: dtypes(opened.model),
      hasTokenizer: opened.model.tokenizer !== null,
      chat: opened.model.chat !== null,
      actions: card,
      wiring,
      hasGrammar: grammar !== null,
      notes: shown([
        ...opened.model.notes,
        ...notes,
        ...planned.opened.notes.filter(({ code }) => code.startsWith('file-')),
      ]),
      plan,
    };
  }

  async plan(input: Jobs['plan']['input'], hooks: JobHooks): Promise<PlanJson> {
    return (await this.#plan(await this.#open(input.source, hooks), input.settings, hooks)).json;
  }

  async convert(input: Jobs['convert']['input'], hooks: JobHooks): Promise<ConvertResult> {
    const begun = performance.now();
    const opened = await this.#open(input.source, hooks);
    const { planned, json } = await this.#plan(opened, input.settings, hooks);
    const carriers = await opened.model.input.files(hooks.signal);
    const { effort, calibrationText, evaluationText, prompts } = input.settings;
    const result = await carryOut(
      planned,
      {
        effort,
        calibrationText,
        evaluationText,
        prompts,
        report: true,
      },
      { ...this.#runtime, tuner: input.tuner && onceBehind(input.tuner) },
      { onProgress: hooks.onProgress, signal: hooks.signal },
    );
    if (result.package === null || result.report === null) {
      throw new Error('The conversion gave neither package nor report.');
    }
    return {
      plan: json,
      package: result.package,
      report: shown(result.report),
      chat: result.chat,
      generation: result.model.generation,
      notes: shown(result.notes),
      files: opened.folder.kept,
      carriers,
      seconds: (performance.now() - begun) / 1000,
    };
  }

  async generate(input: GenerateInput, hooks: JobHooks): Promise<GenerateSummary> {
    if (input.package !== null) {
      this.#twin = null;
      this.#twin = { key: input.key, engine: await Twin.load(this.#runtime.twin, input.package) };
    }
    if (this.#twin?.key !== input.key) throw new Error('The package to generate from is not loaded.');
    return generateText(this.#twin.engine, input.request, hooks);
  }

  async #open(source: ModelSource, hooks: JobHooks): Promise<Opened> {
    this.#onProgress = hooks.onProgress;
    const key = sourceKey(source);
    if (this.#opened?.key === key) return this.#opened;
    this.#forget();
    const folder = new KeptFolder(
      await openModelFolder(source, hooks.signal, (progress) => this.#onProgress(progress)),
    );
    const model = await openModel(folder, this.#runtime, hooks.signal);
    this.#opened = { key, folder, model, own: await readOwnSections(folder, hooks.signal) };
    return this.#opened;
  }

  async #plan(opened: Opened, settings: ConvertSettings, { signal }: JobHooks): Promise<Planned> {
    const key = planKey(settings);
    if (this.#planned?.key === key) return this.#planned;
    const edited = await this.#edit(opened, settings, signal);
    const planned = planOpened(await withSections(edited, settings, opened.own, boardOf(settings)), settings);
    this.#planned = { key, planned, json: shown(planToJson(planned.plan)) };
    return this.#planned;
  }

  async #edit(
    { model }: Opened,
    { edits = [] }: ConvertSettings,
    signal?: AbortSignal,
  ): Promise<OpenedModel> {
    const key = JSON.stringify(edits);
    if (this.#edited?.key !== key)
      this.#edited = { key, model: await editModel(model, edits, this.#runtime, signal) };
    return this.#edited.model;
  }

  /** A plan is of the model that is kept, and goes with it. */
  #forget(): void {
    this.#opened = null;
    this.#edited = null;
    this.#planned = null;
  }
}

/** Equal for settings that give the same plan; effort, texts and prompts do not change it. */
function planKey({ edits, board, scheme, encodings, context, wiring, grammar }: ConvertSettings): string {
  return JSON.stringify([
    edits ?? [],
    board,
    Object.entries({ ...DEFAULT_SCHEME, ...scheme }),
    encodings,
    context,
    { wiring, grammar },
  ]);
}

/** Equal for equal folders; a file that was written to since has another time. */
function sourceKey(source: ModelSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'hub') return `hf:${source.repo}@${source.revision} ${source.endpoint ?? ''}`;
  return JSON.stringify(source.files.map(({ path, file }) => [path, file.size, file.lastModified]));
}

function dtypes({ checkpoint }: OpenedModel): string[] {
  const bytes = new Map<string, number>();
  for (const tensor of checkpoint.tensors.values()) {
    const dtype = tensor.stored ?? tensor.dtype;
    bytes.set(dtype, (bytes.get(dtype) ?? 0) + tensor.end - tensor.begin);
  }
  return [...bytes].sort((a, b) => b[1] - a[1]).map(([dtype]) => dtype);
}
