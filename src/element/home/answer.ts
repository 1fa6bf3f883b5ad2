/** A model's answer as its action card understands it, and the sentence that says it. */
import type { ActionCard, Effect, Sayings } from '../../input/action-card.js';

/** Values by the keys of the card. */
export type Answer = ReadonlyMap<string, string>;

/** An answer is one short object; what is longer is no action. */
const MAX_ANSWER = 512;

/** A number with letters before or after it: `-10%`, `21C`, `ch5`. */
const MEASURE = /^(\p{L}*)([+-]?)(\d+(?:\.\d+)?)(%|\p{L}*)$/u;

/** @returns `null` where the text is not an action: a sentence, an unfinished or another object */
export function readAnswer(card: ActionCard, text: string): Answer | null {
  const written = text.trim();
  if (written.length > MAX_ANSWER || !written.startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    return null;
  }
  const entries = Object.entries(value as object);
  if (entries.length === 0) return null;
  if (!entries.every(([key, inner]) => card.keys.includes(key) && typeof inner === 'string')) return null;
  return new Map(entries as [string, string][]);
}

/** What the answer does, `null` where no rule knows it or it does nothing. */
export function effectOf(card: ActionCard, answer: Answer): Effect | null {
  const rule = card.rules.find(({ when }) =>
    Object.entries(when).every(([key, wanted]) => wanted.includes(answer.get(key) ?? '')),
  );
  return rule?.effect ?? null;
}

/** The answer as a sentence; in English, or the first language of the card, where it does not speak this one. */
export function sentenceOf(card: ActionCard, answer: Answer, language: string): string {
  const sayings = own(card.say, language) ?? own(card.say, 'en') ?? Object.values(card.say)[0];
  if (sayings === undefined) return [...answer.values()].join(' ');
  const pieces = sayings.sentence.map((piece) => {
    let says = true;
    const said = piece.replace(/\{([^{}]*)\}/g, (_, key: string) => {
      const word = wordOf(sayings, key, answer.get(key));
      if (word === '') says = false;
      return word;
    });
    return says ? said : '';
  });
  // Without its first piece a sentence would begin with what joins the others.
  return pieces.join('').replace(/^[\s\p{P}]*(?=[\p{L}\p{N}¿¡−])/u, '');
}

/** A place as the card names it. */
export function placeName(card: ActionCard, place: string, language: string): string {
  const sayings = own(card.say, language) ?? own(card.say, 'en');
  return sayings === undefined || card.place === null ? place : wordOf(sayings, card.place, place);
}

function wordOf(sayings: Sayings, key: string, value: string | undefined): string {
  if (value === undefined) return '';
  const word = own(own(sayings.words, key) ?? {}, value);
  if (word !== undefined) return word;
  const [, before = '', sign = '', digits = '', after = ''] = MEASURE.exec(value) ?? [];
  const template = own(own(sayings.units, key) ?? {}, before || after);
  if (digits === '' || template === undefined) return value;
  return template.replaceAll('{n}', () => `${sign.replace('-', '−')}${digits}`);
}

/** A number with its unit, `null` for what is none. */
export function measure(
  value: string,
): { readonly sign: string; readonly number: number; readonly unit: string } | null {
  const [, before = '', sign = '', digits, after = ''] = MEASURE.exec(value) ?? [];
  return digits === undefined ? null : { sign, number: Number(digits), unit: before || after };
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
