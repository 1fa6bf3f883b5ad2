/** The families that test/fixtures/tokenizers/make_families.py made; it describes the files. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { readCorpus } from './fixtures.js';

const FILE = new URL('../fixtures/tokenizers/families.json.gz', import.meta.url);

export interface Family {
  readonly name: string;
  /** Its tokenizer.json. */
  readonly json: string;
  /** Ids of some lines, by their number. */
  readonly ids: Readonly<Record<string, readonly number[]>>;
}

interface Described {
  readonly models: Readonly<Record<string, unknown>>;
  readonly extra: readonly string[];
  readonly families: Readonly<
    Record<string, { readonly model: string; readonly ids: Readonly<Record<string, readonly number[]>> }>
  >;
}

/** The families, and the lines that are encoded. */
export async function readFamilies(): Promise<{ lines: readonly Uint8Array[]; families: readonly Family[] }> {
  const { models, extra, families } = JSON.parse(gunzipSync(await readFile(FILE)).toString()) as Described;
  const corpus = await readCorpus();
  return {
    lines: [...corpus.lines, ...extra.map((line) => new TextEncoder().encode(line))],
    families: Object.entries(families).map(([name, { ids, model, ...rest }]) => ({
      name,
      ids,
      json: JSON.stringify({ version: '1.0', added_tokens: [], ...rest, model: models[model] }),
    })),
  };
}
