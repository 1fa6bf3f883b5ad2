/** A cut of the vocabulary as data, and what it does to the tensors. */
import { isRange, type IndexRange } from '../checkpoint/tensor-view.js';
import type { DecoderModel, TensorRef } from '../model/decoder.js';

/** Tokens of a cut for which nothing else is asked: they have the words that children's stories, commands and simple talk use. */
export const DEFAULT_CUT_TOKENS = 4096;

/** Most bytes of a text that tokens are chosen by. */
export const MAX_KEEP_TEXT_BYTES = 16 * 1024 * 1024;

export interface VocabularyCut {
  readonly kind: 'vocabulary';
  /** Tokens that are left; `text`: those that the text uses. */
  readonly tokens: number | 'text';
  /** What the model is to read and write: its tokens come before all others. Stories are parted by lines `<|story|>`. */
  readonly text?: string | undefined;
}

/**
 * A model with some of its tokens. Rows are taken by views: the checkpoint stays as it is, and nothing is copied.
 * @param rows those of the embedding that stay, by their new ids
 * @throws RangeError for a row that there is not
 */
export function withTokens(model: DecoderModel, rows: IndexRange | readonly number[]): DecoderModel {
  const { embedding, head } = model;
  const cut = (ref: TensorRef): TensorRef => takeRows(ref, rows);
  const kept = {
    embedding: cut(embedding),
    head: head && { weight: cut(head.weight), bias: head.bias && cut(head.bias) },
  };
  const lost = [
    [embedding, kept.embedding],
    [head?.weight, kept.head?.weight],
    [head?.bias, kept.head?.bias],
  ].reduce((sum, [before, after]) => sum + elements(before) - elements(after), 0);
  return {
    ...model,
    ...kept,
    vocabSize: isRange(rows) ? rows.end - rows.begin : rows.length,
    parameters: model.parameters - lost,
  };
}

function takeRows(ref: TensorRef, rows: IndexRange | readonly number[]): TensorRef {
  const { view = {}, shape } = ref;
  const [all = 0, ...rest] = shape;
  const count = isRange(rows) ? rows.end - rows.begin : rows.length;
  const inside = isRange(rows)
    ? rows.begin >= 0 && rows.end <= all
    : rows.every((row) => Number.isInteger(row) && row >= 0 && row < all);
  if (!inside) throw new RangeError(`${ref.name}: not all of the rows that are kept are among its ${all}.`);
  return { ...ref, shape: [count, ...rest], view: { ...view, rows: rowsOf(view.rows, rows) } };
}

/** Rows of a selection of rows. */
function rowsOf(
  selected: IndexRange | readonly number[] | undefined,
  rows: IndexRange | readonly number[],
): IndexRange | readonly number[] {
  if (selected === undefined) return rows;
  if (!isRange(selected))
    return isRange(rows) ? selected.slice(rows.begin, rows.end) : rows.map((row) => selected[row] as number);
  const { begin } = selected;
  return isRange(rows)
    ? { begin: begin + rows.begin, end: begin + rows.end }
    : rows.map((row) => begin + row);
}

function elements(ref: TensorRef | null | undefined): number {
  return ref ? ref.shape.reduce((product, d) => product * d, 1) : 0;
}
