/** The error of each layer in words: what the page's chart and the HTML report both draw, as bars from zero on one axis. */
import type { TensorReport } from '../quantize/report.js';
import { zeroAxis } from './axes.js';
import { layerErrors, layerSpread } from './layers.js';
import { ENGLISH_REPORT, type ReportWords } from './words.js';

export interface LayerRow {
  readonly name: string;
  readonly error: string;
  /** Length of the bar, 0..1 of the axis. */
  readonly share: number;
  /** It moved most. */
  readonly most: boolean;
}

export interface LayerRows {
  readonly rows: readonly LayerRow[];
  /** Both ends of the axis, formatted. */
  readonly axis: readonly [string, string];
  /** What the picture shows, in a sentence; `null` where nothing was quantized. */
  readonly answer: string | null;
}

export function layerRows(
  tensors: readonly TensorReport[],
  { format, layers: words }: Pick<ReportWords, 'format' | 'layers'> = ENGLISH_REPORT,
): LayerRows {
  const { percent } = format;
  const layers = layerErrors(tensors);
  const { least, most } = layerSpread(layers);
  const { max } = zeroAxis(most?.error ?? 0);
  const name = (layer: number | null): string => (layer === null ? words.others : words.layer(layer));
  const said = (error: number): string => percent(error, 2);
  const answer = ((): string | null => {
    if (least === null || most === null) return null;
    const [low, high] = [said(least.error), said(most.error)];
    return least.error * 1.5 > most.error ? words.alike(low, high) : words.worst(name(most.layer), high, low);
  })();
  return {
    rows: layers.map(({ layer, error }) => ({
      name: name(layer),
      error: said(error),
      share: error / max,
      most: layer === most?.layer,
    })),
    axis: [percent(0, 0), said(max)],
    answer,
  };
}
