/** Values of options as a person types them. What is wrong with one is a UsageError that says what would be right. */
import { MAX_STOP_BYTES, MAX_STOP_STRINGS } from '../device/twin-exports.js';
import { UsageError } from '../shared/errors.js';
import { LEAST_TEMPERATURE } from '../shared/sampling.js';
import type { VocabularyRequest } from './requests.js';

export function choice<T extends string>(
  value: string | undefined,
  choices: readonly T[],
  name: string,
): T | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((entry) => entry === value);
  if (found === undefined) throw new UsageError(`--${name} is one of ${choices.join(', ')}, not "${value}".`);
  return found;
}

/** `16`, `16MB`, `16M` or `16MiB` as bytes. */
export function flashSize(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const size = Number(/^(\d{1,3})(m|mb|mib)?$/i.exec(value)?.[1] ?? NaN);
  if (![2, 4, 8, 16, 32].includes(size))
    throw new UsageError(`--flash-size is 2MB, 4MB, 8MB, 16MB or 32MB, not "${value}".`);
  return size * 1024 * 1024;
}

/** `4000000`, `500KB` or `3.5MB`; a kilobyte has 1024 bytes. */
export function byteCount(value: string, name: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(|k|kb|kib|m|mb|mib)$/i.exec(value) ?? [];
  const factor = /^m/i.test(unit ?? '') ? 1024 * 1024 : /^k/i.test(unit ?? '') ? 1024 : 1;
  const bytes = Math.floor(Number(number) * factor);
  if (!(bytes >= 1) || !Number.isSafeInteger(bytes))
    throw new UsageError(`--${name} is a number of bytes such as 500KB or 3.5MB, not "${value}".`);
  return bytes;
}

/** `80`, `80m` or `80MHz`. */
export function flashMegahertz(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const found = choice(value.replace(/m(hz)?$/i, ''), ['80', '40', '26', '20'] as const, 'flash-freq');
  return found === undefined ? undefined : Number(found);
}

export function whole(value: string | undefined, name: string, least: number): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (!Number.isSafeInteger(number) || number < least)
    throw new UsageError(`--${name} is a whole number from ${least}, not "${value}".`);
  return number;
}

export function real(
  value: string | undefined,
  name: string,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === '' ? NaN : Number(value);
  if (!(number >= least && number <= most))
    throw new UsageError(`--${name} is a number from ${least} to ${most}, not "${value}".`);
  return number;
}

/** 0 is greedy; between it and the least, logits over the temperature would overflow in the engine. */
export function temperature(value: string | undefined): number | undefined {
  const number = real(value, 'temperature', 0, 100);
  if (number !== undefined && number !== 0 && number < LEAST_TEMPERATURE) {
    throw new UsageError(
      `--temperature is 0 (the likeliest token) or from ${LEAST_TEMPERATURE} to 100, not "${value}".`,
    );
  }
  return number;
}

export function topP(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === '' ? NaN : Number(value);
  if (value !== undefined && !(number > 0 && number <= 1))
    throw new UsageError(`--top-p is a number from above 0 to 1, not "${value}".`);
  return value === undefined ? undefined : number;
}

export function stopTexts(texts: readonly string[]): readonly string[] {
  if (texts.length > MAX_STOP_STRINGS)
    throw new UsageError(`--stop can be given ${MAX_STOP_STRINGS} times, not ${texts.length}.`);
  const wrong = texts.find((text) => text === '' || Buffer.byteLength(text) > MAX_STOP_BYTES);
  if (wrong !== undefined)
    throw new UsageError(`--stop is a text of 1 to ${MAX_STOP_BYTES} bytes, not "${wrong}".`);
  return texts;
}

/** A number of tokens, or `text` for those that a text uses. */
export function vocabulary(
  value: string | undefined,
  text: string | undefined,
): VocabularyRequest | undefined {
  if (value === undefined) {
    if (text !== undefined)
      throw new UsageError(
        '--keep-text says what a smaller vocabulary is for: add --vocabulary 4096, or --vocabulary text for what the text uses.',
      );
    return undefined;
  }
  const tokens = value === 'text' ? value : /^\d{1,8}$/.test(value) ? Number(value) : 0;
  if (tokens === 0) throw new UsageError(`--vocabulary is a number of tokens, or text, not "${value}".`);
  if (tokens === 'text' && text === undefined)
    throw new UsageError('--vocabulary text keeps what a text uses: add --keep-text FILE.');
  return { tokens, text };
}

export function parseIds(text: string): number[] {
  return text.split(',').map((part) => {
    const id = whole(part.trim(), 'ids', 0);
    if (id === undefined) throw new UsageError('--ids needs numbers.');
    return id;
  });
}
