/** What the inputs of matrices lose, out of what the original model showed while it read the report's text. */
import { isMultiplied, type PlannedTensor } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import { wideInputMicros } from '../plan/speed.js';
import type { ActivationRange } from '../quantize/kernel-types.js';
import type { InputReport } from '../quantize/report.js';
import type { SiteKind } from '../schema/kinds.js';
import { GLOBAL_INDEX } from '../schema/package.js';

/**
 * @param ranges of all sites, observed over the text
 * @param costs of INT8 at each site by itself, nats, where they were measured
 */
export function inputReports(
  plan: Plan,
  ranges: readonly ActivationRange[],
  costs: ReadonlyMap<string, number>,
): InputReport[] {
  if (plan.scheme.activations === 'static') return [];
  const bySite = new Map(ranges.map((range) => [siteKey(range.step, range.site), range]));
  return plan.tensors.flatMap((placed) => {
    const { tensor } = placed;
    const range = isMultiplied(tensor) ? rangeOf(tensor, bySite) : undefined;
    if (range === undefined) return [];
    const { int8, int8By32, int8By64, int16 } = tensor.gain === null ? range.sqnr : range.foldedSqnr;
    const sqnr = {
      int8: known(int8),
      int8By32: known(int8By32),
      int8By64: known(int8By64),
      int16: known(int16),
    };
    const kl = costs.get(siteKey(range.step, range.site)) ?? null;
    const micros = wideInputMicros(plan.board.chip, placed);
    return [{ name: tensor.name, input: tensor.input, sqnr, kl, micros }];
  });
}

/** What was observed at the input of a tensor. */
export function rangeOf(
  { index, site }: Pick<PlannedTensor, 'index' | 'site'>,
  ranges: ReadonlyMap<string, ActivationRange>,
): ActivationRange | undefined {
  return site === null ? undefined : ranges.get(siteKey(index === GLOBAL_INDEX ? null : index, site));
}

/** A site's key in a map. */
export function siteKey(step: number | null, site: SiteKind): string {
  return `${step ?? 'head'} ${site}`;
}

function known(decibels: number): number | null {
  return Number.isFinite(decibels) ? decibels : null;
}
