/**
 * Figures of conversions over a reload of the page, in the browser's storage for this site: what a page there wrote, so it is
 * read as a stranger's. Nothing else is kept, neither weights nor where a model came from.
 */
import { BOARDS } from '../../plan/boards.js';
import {
  CHATS,
  GRANULARITIES,
  WANTED_ACTIVATIONS,
  WANTED_CACHES,
  WANTED_GRANULARITIES,
  WANTED_WEIGHTS,
  WEIGHT_KINDS,
  INPUT_OF,
  type Scheme,
} from '../../plan/scheme.js';
import type { SpeedAt, SpeedFigures } from '../../plan/speed-figures.js';
import { EFFORTS } from '../../quantize/effort.js';
import { GRADES } from '../../quantize/verdict.js';
import { CACHE, type CacheKind } from '../../schema/kinds.js';
import { showableLine, showable } from '../../shared/safe-text.js';
import type { Settings } from '../state.js';
import { MOST_TEXT, type ModelMark, type RowFacts, type RowText } from './row.js';

/** Where they are kept. */
export const STORED_KEY = 'esp32-llm-converter.conversions';

/** Raised whenever rows of before would be misread; they are then forgotten. */
const VERSION = 1;

/** Rows of earlier sessions, and characters of all of them: a storage has some 5 million for everything of a site. */
const MOST_STORED = 24;
const MOST_CHARACTERS = 200_000;

const MOST_TEXTS = 4;
const MOST_LABEL = 60;

/** The rows of earlier sessions; none where the page may not store. */
export function readRows(): RowFacts[] {
  try {
    const text = localStorage.getItem(STORED_KEY);
    if (text === null || text.length > MOST_CHARACTERS) return [];
    const kept: unknown = JSON.parse(text);
    if (!isRecord(kept) || kept['version'] !== VERSION || !Array.isArray(kept['rows'])) return [];
    return kept['rows'].slice(-MOST_STORED).flatMap((row) => {
      try {
        return [readRow(row)];
      } catch (error) {
        if (error instanceof Unreadable) return [];
        throw error;
      }
    });
  } catch {
    // Storage is forbidden, or what is in it is no JSON: rows are a convenience.
    return [];
  }
}

/** Keeps the newest rows, as many as there is room for. */
export function writeRows(rows: readonly RowFacts[]): void {
  try {
    if (rows.length === 0) {
      localStorage.removeItem(STORED_KEY);
      return;
    }
    for (let count = Math.min(rows.length, MOST_STORED); count > 0; count--) {
      const text = JSON.stringify({ version: VERSION, rows: rows.slice(-count).map(storable) });
      if (text.length > MOST_CHARACTERS) continue;
      localStorage.setItem(STORED_KEY, text);
      return;
    }
  } catch {
    // Storage is full or forbidden.
  }
}

/** A choice by matrix has a line for each of them, a cut may carry a text, and a wiring is one: such rows keep their figures alone. */
function storable(facts: RowFacts): RowFacts {
  const { settings } = facts;
  const isShort =
    settings !== null &&
    settings.encodings === undefined &&
    settings.wiring === undefined &&
    settings.grammar === undefined &&
    (settings.edits ?? []).length === 0;
  return { ...facts, settings: isShort ? settings : null, texts: facts.texts.slice(-MOST_TEXTS) };
}

/** What was stored is not a row. */
class Unreadable extends Error {}

function readRow(value: unknown): RowFacts {
  const row = record(value);
  const { settings, verdict, texts } = row;
  if (!Array.isArray(texts)) throw new Unreadable();
  return {
    label: line(row['label'], MOST_LABEL),
    model: readModel(row['model']),
    settings: settings === null ? null : readSettings(settings),
    scheme: readScheme(row['scheme']),
    board: board(row['board']),
    context: number(row['context'], 2),
    fits: row['fits'] === true,
    speed: readSpeed(row['speed']),
    bytes: number(row['bytes'], 1),
    kl: number(row['kl'], 0),
    klError: row['klError'] === null ? null : number(row['klError'], 0),
    top1: number(row['top1'], 0, 1),
    top1Error: row['top1Error'] === null ? null : number(row['top1Error'], 0),
    positions: number(row['positions'], 1),
    verdict: verdict === null ? null : one(verdict, ['undecided', ...GRADES] as const),
    texts: texts.slice(0, MOST_TEXTS).map(readText),
  };
}

function readModel(value: unknown): ModelMark {
  const { name, parameters, bytes } = record(value);
  return { name: line(name, 200), parameters: number(parameters, 1), bytes: number(bytes, 1) };
}

function readSettings(value: unknown): Settings {
  const settings = record(value);
  const { context, effort } = settings;
  return {
    weights: one(settings['weights'], WANTED_WEIGHTS),
    granularity: one(settings['granularity'], WANTED_GRANULARITIES),
    activations: one(settings['activations'], WANTED_ACTIVATIONS),
    cache: one(settings['cache'], WANTED_CACHES),
    chat: one(settings['chat'], CHATS),
    board: board(settings['board']),
    context: context === null ? null : number(context, 2),
    ...(effort === undefined ? {} : { effort: one(effort, EFFORTS) }),
  };
}

const CACHES = Object.keys(CACHE) as CacheKind[];
const ACTIVATIONS = [...(Object.keys(INPUT_OF) as (keyof typeof INPUT_OF)[]), 'mixed'] as const;

function readScheme(value: unknown): Scheme {
  const { weights, granularity, activations, cache } = record(value);
  return {
    weights: one(weights, [...WEIGHT_KINDS, 'mixed'] as const),
    granularity: one(granularity, [...GRANULARITIES, 'mixed'] as const),
    activations: one(activations, ACTIVATIONS),
    cache: one(cache, CACHES),
  };
}

function readSpeed(value: unknown): SpeedFigures {
  const { start, half, full } = record(value);
  const at = (one: unknown): SpeedAt => {
    const { position, bound, expected } = record(one);
    return { position: number(position, 0), bound: number(bound, 0), expected: number(expected, 0) };
  };
  return { start: at(start), half: at(half), full: at(full) };
}

function readText(value: unknown): RowText {
  const { prompt, before, after, isCut } = record(value);
  const cut = record(isCut);
  const text = (one: unknown): string => {
    if (typeof one !== 'string' || one.length > MOST_TEXT) throw new Unreadable();
    return showable(one);
  };
  return {
    prompt: text(prompt),
    before: text(before),
    after: text(after),
    isCut: { before: cut['before'] === true, after: cut['after'] === true },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new Unreadable();
  return value;
}

function line(value: unknown, most: number): string {
  if (typeof value !== 'string' || value.length > most) throw new Unreadable();
  return showableLine(value);
}

function number(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) throw new Unreadable();
  return value;
}

function one<T extends string>(value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Unreadable();
  return found;
}

function board(value: unknown): string {
  return one(
    value,
    BOARDS.map(({ id }) => id),
  );
}
