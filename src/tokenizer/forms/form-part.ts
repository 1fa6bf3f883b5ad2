/** Unicode's normal forms as a part of the TOKN section (docs/tokenizer-tables.md, "Normal forms"). */
import { COMPOSED, DECOMPOSED, MARKS, SINGLE } from './canonical.js';

export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

const COMPOSES = 1;
const IS_COMPATIBLE = 2;
/** Code points have 21 bits; above them lies another number. */
const ABOVE_POINT = 0x200000;
/** Stands for "no second character". */
const NO_SECOND = 0x7ff;

/** The words of the part. */
export async function formPart(form: NormalForm): Promise<number[]> {
  const composes = form === 'NFC' || form === 'NFKC';
  const marks = rows(MARKS, 2).map(([first = 0, value = 0]) => first * 0x100 + value);
  const composed = rows(COMPOSED, 3);
  const pairs = [...composed, ...rows(DECOMPOSED, 3)];
  const seconds = [...new Set(pairs.map(([, , second = 0]) => second))].sort((a, b) => a - b);
  const steps = [...pairs, ...rows(SINGLE, 2)]
    .map(([point = 0, first = 0, second]) => ({
      key: point + (second === undefined ? NO_SECOND : seconds.indexOf(second)) * ABOVE_POINT,
      first,
      point,
    }))
    .sort((a, b) => a.point - b.point);
  const composable = new Set(composed.map(([point]) => point));
  const compositions = steps
    .map(({ point }, index) => ({ point, index }))
    .filter(({ point }) => composes && composable.has(point))
    .map(({ index }) => index)
    .sort((a, b) => {
      const [one, other] = [steps[a], steps[b]] as [(typeof steps)[0], (typeof steps)[0]];
      return one.first - other.first || one.key - one.point - (other.key - other.point);
    });
  const compatible =
    form === 'NFKC' || form === 'NFKD' ? await compatibility() : { keys: [], places: [], pool: [] };
  return [
    (composes ? COMPOSES : 0) + (compatible.keys.length > 0 ? IS_COMPATIBLE : 0) + marks.length * 0x10000,
    steps.length + seconds.length * 0x10000,
    compositions.length + compatible.keys.length * 0x10000,
    compatible.pool.length,
    ...marks,
    ...seconds,
    ...steps.map(({ key }) => key),
    ...steps.map(({ first }) => first),
    ...packed(compositions, 2),
    ...compatible.keys,
    ...packed(compatible.places, 2),
    ...packed(compatible.pool, 4),
  ];
}

/** Whole decompositions in UTF-8, each text once. */
async function compatibility(): Promise<{ keys: number[]; places: number[]; pool: number[] }> {
  const { COMPATIBLE } = await import('./compatibility.js');
  const numbers = COMPATIBLE.split(' ').map((word) => Number.parseInt(word, 36));
  const keys: number[] = [];
  const places: number[] = [];
  const pool: number[] = [];
  const known = new Map<string, number>();
  for (let at = 0, point = 0; at < numbers.length;) {
    point += numbers[at] as number;
    const length = numbers[at + 1] as number;
    const text = String.fromCodePoint(...numbers.slice(at + 2, at + 2 + length));
    at += 2 + length;
    const bytes = new TextEncoder().encode(text);
    let place = known.get(text);
    if (place === undefined) {
      place = pool.length;
      known.set(text, place);
      pool.push(...bytes);
    }
    keys.push(point + bytes.length * ABOVE_POINT);
    places.push(place);
  }
  return { keys, places, pool };
}

/** Entries of a list whose first numbers are differences. */
function rows(list: string, width: number): number[][] {
  const numbers = list.split(' ').map((word) => Number.parseInt(word, 36));
  let before = 0;
  return Array.from({ length: numbers.length / width }, (_, row) => {
    const [difference = 0, ...more] = numbers.slice(row * width, (row + 1) * width);
    before += difference;
    return [before, ...more];
  });
}

/** Numbers as little-endian words, `perWord` in each, zeros behind the last. */
function packed(values: readonly number[], perWord: 2 | 4): number[] {
  const factor = perWord === 2 ? 0x10000 : 0x100;
  return Array.from({ length: Math.ceil(values.length / perWord) }, (_, word) =>
    values.slice(word * perWord, (word + 1) * perWord).reduceRight((sum, value) => sum * factor + value, 0),
  );
}
