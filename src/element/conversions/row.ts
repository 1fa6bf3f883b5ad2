/** A conversion as a line of figures: what is kept of it when its package is gone, and over a reload of the page. */
import type { MeasuredScheme } from '../../pipeline/schemes.js';
import type { SpeedFigures } from '../../plan/speed-figures.js';
import type { Scheme } from '../../plan/scheme.js';
import type { TextPair } from '../../quantize/report.js';
import type { Verdict } from '../../quantize/verdict.js';
import type { ConvertResult } from '../../worker/jobs.js';
import type { Choice, Settings } from '../state.js';

/** What a row's model is known by: conversions of one model are compared, those of two are not. */
export interface ModelMark {
  readonly name: string;
  readonly parameters: number;
  /** Bytes of all tensors. */
  readonly bytes: number;
}

/** What both models wrote after a prompt. */
export type RowText = Pick<TextPair, 'prompt' | 'before' | 'after' | 'isCut'>;

/** Plain data. */
export interface RowFacts {
  /** What a person calls it, empty for none. */
  readonly label: string;
  readonly model: ModelMark;
  /** What it was converted with; `null` where that was not kept, so that it cannot be converted again. */
  readonly settings: Settings | null;
  readonly scheme: Scheme;
  readonly board: string;
  /** Tokens. */
  readonly context: number;
  readonly fits: boolean;
  readonly speed: SpeedFigures;
  /** Length of the package. */
  readonly bytes: number;
  /** Mean divergence in nats, and its standard error over sequences where there are several. */
  readonly kl: number;
  readonly klError: number | null;
  /** Share of positions with the same first choice, 0..1. */
  readonly top1: number;
  readonly top1Error: number | null;
  /** Positions that were compared. */
  readonly positions: number;
  /** `null` where only figures were measured, over a short text. */
  readonly verdict: Verdict | null;
  readonly texts: readonly RowText[];
}

/** Nothing of a text beyond this many characters is kept: 64 tokens have fewer, unless somebody wants them to be many. */
export const MOST_TEXT = 4000;

export function markOf({ inspection: { name, parameters, bytes } }: Choice): ModelMark {
  return { name, parameters, bytes };
}

export function isSameModel(a: ModelMark, b: ModelMark): boolean {
  return a.name === b.name && a.parameters === b.parameters && a.bytes === b.bytes;
}

/** Equal for rows of which the later takes the place of the earlier: one model with the same settings. */
export function rowKey({ model, settings, scheme, board, context }: RowFacts): string {
  const { name, parameters, bytes } = model;
  // What is not said and what is said to be nothing are the same.
  const said = Object.entries(settings ?? { scheme, board, context }).filter(
    ([, value]) => value !== undefined,
  );
  return JSON.stringify([name, parameters, bytes, said.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** What a row has of its plan. */
function plannedFacts(
  choice: Choice,
  { scheme, board, context, fits, speed }: ConvertResult['plan'],
): Pick<RowFacts, 'label' | 'model' | 'settings' | 'scheme' | 'board' | 'context' | 'fits' | 'speed'> {
  return { label: '', model: markOf(choice), settings: choice.settings, scheme, board, context, fits, speed };
}

/** The row of a finished conversion. */
export function factsOf(choice: Choice, { plan, report }: ConvertResult): RowFacts {
  const { kl, top1, top1Error, positions, verdict, size, texts } = report;
  return {
    ...plannedFacts(choice, plan),
    bytes: size.after,
    kl: kl.mean,
    klError: kl.meanError,
    top1,
    top1Error,
    positions,
    verdict,
    texts: texts.map(shortened),
  };
}

/** The row of figures that were measured without a conversion to be kept. */
export function measuredFacts(choice: Choice, measured: MeasuredScheme, positions: number): RowFacts {
  const { plan, bytes, kl, klError, top1, top1Error, texts } = measured;
  return {
    ...plannedFacts(choice, plan),
    bytes,
    kl,
    klError,
    top1,
    top1Error,
    positions,
    verdict: null,
    texts: texts.map(shortened),
  };
}

function shortened({ prompt, before, after, isCut }: RowText): RowText {
  const short = (text: string): string => text.slice(0, MOST_TEXT);
  return {
    prompt: short(prompt),
    before: short(before),
    after: short(after),
    isCut: {
      before: isCut.before || before.length > MOST_TEXT,
      after: isCut.after || after.length > MOST_TEXT,
    },
  };
}
