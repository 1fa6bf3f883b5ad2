/** The stages one after another: a model folder becomes a checked package, a plan that was shown is carried out. */
import type { ModelFolder } from '../source/byte-source.js';
import { withSections, NOTHING_OWN } from './own-sections.js';
import { checkTexts } from './checked-texts.js';
import { wholeConversion } from './conversion-progress.js';
import { convertPlanned } from './convert-planned.js';
import { evaluateConverted, packageElsewhere } from './evaluate-converted.js';
import { openModel } from './open-model.js';
import { OriginalModel } from './original-model.js';
import { boardOf, editModel, planOpened, refuseUnfit, type PlannedModel } from './plan-model.js';
import type { Conversion, ConvertOptions, Hooks, Runtime } from './types.js';

/**
 * Converts a model folder: open, edit, plan, convert, evaluate.
 * @throws FormatError for a bad model, UsageError for bad options, FitError when the model must fit and does not,
 *   TransportError, the signal's reason
 */
export async function convert(
  folder: ModelFolder,
  options: ConvertOptions,
  runtime: Runtime,
  hooks: Hooks = {},
): Promise<Conversion> {
  wantsReport(options);
  const opened = await editModel(
    await openModel(folder, runtime, hooks.signal),
    options.edits ?? [],
    runtime,
    hooks.signal,
  );
  const { actions, grammar, own = NOTHING_OWN } = options;
  const card = actions?.card ?? own.card;
  const wanted = { wiring: actions?.wiring, grammar };
  const whole = await withSections(opened, wanted, { ...own, card }, boardOf(options));
  return carryOut(planOpened(whole, options), options, runtime, hooks);
}

/** What is left to choose of a conversion when its plan is made. */
export type CarryOutOptions = Omit<
  ConvertOptions,
  'edits' | 'board' | 'scheme' | 'encodings' | 'fusions' | 'context' | 'actions' | 'grammar' | 'own'
>;

/**
 * Carries out a plan: convert and evaluate, with the original model loaded at most once for both.
 * @throws as {@link convert}
 */
export async function carryOut(
  planned: PlannedModel,
  options: CarryOutOptions,
  runtime: Runtime,
  hooks: Hooks = {},
): Promise<Conversion> {
  const report = wantsReport(options);
  if (options.mustFit === true) refuseUnfit(planned);
  const texts = checkTexts(planned, { ...options, report });
  const { opened, plan } = planned;
  const { effort, sink } = options;
  const told = { ...hooks, onProgress: wholeConversion(plan, { effort, report }, hooks.onProgress) };
  const original = new OriginalModel(opened, runtime, told);
  try {
    const converted = await convertPlanned(planned, { texts, effort, sink, original }, runtime, told);
    return {
      model: opened.model,
      plan,
      packageBytes: converted.packageBytes,
      package: converted.package,
      statistics: converted.statistics,
      report: report ? await evaluateConverted(converted, { texts, original }, runtime, told) : null,
      chat: opened.chat !== null,
      notes: [...opened.notes, ...texts.notes],
    };
  } finally {
    original.dispose();
  }
}

/** @throws UsageError when the report would run a package that is not in memory */
function wantsReport({ report, sink }: CarryOutOptions): boolean {
  if (report === true && sink !== undefined) throw packageElsewhere();
  return report ?? sink === undefined;
}
