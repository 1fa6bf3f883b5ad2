/** What the worker does: the pipeline and the twin behind the jobs. */
import { stepsOf } from '../model/decoder.js';
import { Twin } from '../device/twin.js';
import type { Runtime } from '../pipeline/types.js';
import { convert, openModel, planModel, type OpenedModel } from '../pipeline/convert.js';
import { planToJson, type PlanJson } from '../plan/plan.js';
import { generateText } from './generate.js';
import type { ConvertResult, GenerateInput, GenerateSummary, Inspection, Jobs, ModelSource } from './jobs.js';
import { openModelFolder } from './model-folder.js';
import type { JobHooks, Work } from './serve.js';

/** The real jobs, on compiled modules. */
export function createWork(runtime: Runtime): Work {
  const worker = new PipelineWork(runtime);
  return {
    inspect: (input, hooks) => worker.inspect(input, hooks),
    plan: (input, hooks) => worker.plan(input, hooks),
    convert: (input, hooks) => worker.convert(input, hooks),
    generate: (input, hooks) => worker.generate(input, hooks),
  };
}

class PipelineWork {
  readonly #runtime: Runtime;
  /** The model looked at last: planning again for every move of a slider must not read the folder again. */
  #opened: { readonly key: string; readonly model: OpenedModel } | null = null;
  #twin: { readonly key: number; readonly engine: Twin } | null = null;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  async inspect(input: Jobs['inspect']['input'], hooks: JobHooks): Promise<Inspection> {
    this.#opened = null;
    const opened = await this.#open(input.source, hooks);
    const { model, checkpoint, input: parts } = opened;
    const attention = stepsOf(model, 'attention')[0]?.step.attention;
    return {
      name: parts.name,
      architecture: model.architecture,
      parameters: model.parameters,
      layers: model.blocks.length,
      hiddenSize: model.hiddenSize,
      heads: attention?.heads ?? 0,
      kvHeads: attention?.kvHeads ?? 0,
      vocabSize: model.vocabSize,
      maxPositions: model.maxPositions,
      bytes: checkpoint.bytes,
      dtypes: dtypes(opened),
      hasTokenizer: opened.tokenizer !== null,
      chat: opened.chat !== null,
      notes: opened.notes,
      plan: planToJson(planModel(opened, input.settings)),
    };
  }

  async plan(input: Jobs['plan']['input'], hooks: JobHooks): Promise<PlanJson> {
    return planToJson(planModel(await this.#open(input.source, hooks), input.settings));
  }

  async convert(input: Jobs['convert']['input'], hooks: JobHooks): Promise<ConvertResult> {
    const begun = performance.now();
    const folder = await openModelFolder(input.source, hooks.signal);
    const result = await convert(folder, { ...input.settings, report: true }, this.#runtime, {
      onProgress: hooks.onProgress,
      signal: hooks.signal,
    });
    if (result.package === null || result.report === null) {
      throw new Error('The conversion gave neither package nor report.');
    }
    return {
      plan: planToJson(result.plan),
      package: result.package,
      report: result.report,
      chat: result.chat,
      generation: result.model.generation,
      notes: result.notes,
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

  async #open(source: ModelSource, hooks: JobHooks): Promise<OpenedModel> {
    const key = sourceKey(source);
    if (this.#opened?.key !== key) {
      this.#opened = {
        key,
        model: await openModel(await openModelFolder(source, hooks.signal), this.#runtime, hooks.signal),
      };
    }
    return this.#opened.model;
  }
}

/** Equal for equal folders; a file that was written to since has another time. */
function sourceKey(source: ModelSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'hub') return `hf:${source.repo}@${source.revision}`;
  return JSON.stringify(source.files.map(({ path, file }) => [path, file.size, file.lastModified]));
}

function dtypes({ checkpoint }: OpenedModel): string[] {
  const bytes = new Map<string, number>();
  for (const tensor of checkpoint.tensors.values()) {
    bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + tensor.end - tensor.begin);
  }
  return [...bytes].sort((a, b) => b[1] - a[1]).map(([dtype]) => dtype);
}
