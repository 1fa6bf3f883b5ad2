/**
 * Expressions against the tokenizers library: what test/fixtures/tokenizers/expressions.py wrote is split by the engine. By
 * hand, with a file of more cases: `node --import ./scripts/lib/ts-register.mjs test/tokenizer/expressions.fuzz.ts FILE`.
 */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { crc32, gunzipSync } from 'node:zlib';
import { UnsupportedError } from '../../src/shared/errors.js';
import { BYTE_CHARACTERS } from '../../src/tokenizer/byte-level.js';
import { openJson } from './fixtures.js';

interface Case {
  readonly pattern: string;
  readonly behavior: string;
  readonly invert: boolean;
  readonly texts: readonly string[];
  readonly pieces: readonly number[];
}

/** What a run saw. */
export interface ExpressionsResult {
  readonly same: number;
  /** Expressions by why they are refused. */
  readonly refused: ReadonlyMap<string, number>;
  /** The first expressions whose pieces differ. */
  readonly different: readonly string[];
}

const NAMES: Readonly<Record<string, string>> = {
  isolated: 'Isolated',
  removed: 'Removed',
  merged_with_previous: 'MergedWithPrevious',
  merged_with_next: 'MergedWithNext',
  contiguous: 'Contiguous',
};

/** Splits by each expression of a file. */
export async function checkExpressions(file: URL): Promise<ExpressionsResult> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .trim()
    .split('\n');
  const refused = new Map<string, number>();
  const different: string[] = [];
  let same = 0;
  for (const line of lines) {
    const one = JSON.parse(line) as Case;
    try {
      const tokenizer = await openJson(definitionOf(one));
      const wrong = one.texts.find(
        (text, index) => crc32(Uint8Array.from(tokenizer.encode(text))) !== one.pieces[index],
      );
      if (wrong === undefined) same++;
      else {
        const pieces = Buffer.from(tokenizer.encode(wrong)).toString();
        different.push(
          `${one.pattern} ${one.behavior} ${String(one.invert)} ${JSON.stringify([wrong, pieces])}`,
        );
      }
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw new Error(`${line} fails`, { cause: error });
      const reason = /is not supported: (.*?)\. /u.exec(error.message)?.[1] ?? error.message;
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
    }
  }
  return { same, refused, different };
}

/** Bytes are ids, and each piece begins with a space. */
function definitionOf({ pattern, behavior, invert }: Case): string {
  return JSON.stringify({
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: pattern }, behavior: NAMES[behavior], invert },
        { type: 'ByteLevel', add_prefix_space: true, use_regex: false },
      ],
    },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(BYTE_CHARACTERS.map((c, byte) => [c, byte])),
      merges: [],
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await checkExpressions(pathToFileURL(process.argv[2] ?? ''));
  console.log(result.same, 'the same;', [...result.refused].sort((a, b) => b[1] - a[1]).slice(0, 30));
  console.log(result.different.length, 'different:', result.different.slice(0, 20).join('\n'));
}
