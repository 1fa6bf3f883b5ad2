/** The fixtures that test/fixtures/tokenizers/make.py made with the tokenizers library; it describes the files. */
import { readFile, readdir } from 'node:fs/promises';
import { crc32, gunzipSync } from 'node:zlib';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { JsonPart } from '../../src/input/model-input.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { parseStrictJson } from '../../src/source/strict-json.js';
import type { JsonObject } from '../../src/source/strict-json.js';
import { openTokenizer } from '../../src/tokenizer/device-tokenizer.js';
import type { ChatReading } from '../../src/tokenizer/tokenizer.js';
import { chatReader, readTokenizer, type DeviceTokenizer } from '../../src/tokenizer/index.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { engineModule } from './engine.js';

const FOLDER = new URL('../fixtures/tokenizers/', import.meta.url);

/** Names of the fixture tokenizers. */
export async function fixtureNames(): Promise<string[]> {
  const names = await readdir(FOLDER);
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
}

/** A fixture's tokenizer.json. */
export async function fixtureJson(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, FOLDER), 'utf8');
}

/** A text as the part of a model that tokenizer.json is. */
export function definition(json: string): JsonPart {
  return { fields: parseStrictJson(json) as JsonObject, file: 'tokenizer.json' };
}

/** A tokenizer.json opened with the engine. */
export async function openJson(json: string, config: JsonObject | null = null): Promise<DeviceTokenizer> {
  return openTokenizer(await engineModule(), await parseTokenizer(definition(json), config));
}

/** A folder's tokenizer, `null` when it has none. */
export async function folderTokenizer(folder: ModelFolder): Promise<DeviceTokenizer | null> {
  const part = await hfFolderInput(folder).tokenizer();
  return part === null ? null : readTokenizer(part, await engineModule());
}

/** What a folder's chat template becomes. */
export async function folderChat(folder: ModelFolder, tokenizer: DeviceTokenizer): Promise<ChatReading> {
  return (await chatReader(await hfFolderInput(folder).chat()))(tokenizer);
}

/** CRC-32 of a text's UTF-8. */
export function textCheck(text: string): number {
  return crc32(Buffer.from(text));
}

/** Ids and the check of their two decodings. */
export interface Expected {
  readonly ids: readonly number[];
  readonly check: number;
}

export interface Corpus {
  readonly lines: readonly Uint8Array[];
  /** Range of the lines that hold added tokens. */
  readonly addedBegin: number;
  readonly addedEnd: number;
}

export async function readCorpus(): Promise<Corpus> {
  const reader = new Reader(await gunzip('corpus.bin.gz'));
  const count = reader.word();
  const [addedBegin, addedEnd] = [reader.word(), reader.word()];
  return { lines: Array.from({ length: count }, () => reader.bytes(reader.word())), addedBegin, addedEnd };
}

/** What the library made of the corpus and of random ids. */
export async function readExpected(
  name: string,
  { lines, addedBegin, addedEnd }: Corpus,
): Promise<{ lines: Expected[]; asText: (readonly number[])[]; random: Expected[] }> {
  const reader = new Reader(await gunzip(`${name}.bin.gz`));
  const checked = (): Expected => ({ ids: reader.ids(), check: reader.word() });
  return {
    lines: lines.map(checked),
    asText: Array.from({ length: addedEnd - addedBegin }, () => reader.ids()),
    random: Array.from({ length: reader.word() }, checked),
  };
}

/** A folder whose tokenizer is not tokenizer.json, with what the library makes of lines of the corpus. */
export interface FileFixture {
  readonly name: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly expected: Expected[];
}

/** The folders that test/fixtures/tokenizers/make_files.py made. */
export async function fileFixtures(): Promise<FileFixture[]> {
  const names = (await readdir(new URL('files/', FOLDER))).flatMap(
    (name) => /^(.+)\.json\.gz$/.exec(name)?.[1] ?? [],
  );
  return Promise.all(
    names.map(async (name) => {
      const folder = JSON.parse((await gunzip(`files/${name}.json.gz`)).toString()) as Record<
        string,
        string | { readonly base64: string }
      >;
      const files = Object.entries(folder).map(([file, content]) => [
        file,
        typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.base64, 'base64'),
      ]);
      const expected = readExpectedLines(await gunzip(`files/${name}.bin.gz`));
      return { name, files: Object.fromEntries(files) as FileFixture['files'], expected };
    }),
  );
}

/** Ids and checks of some lines, their count before them. */
function readExpectedLines(data: Buffer): Expected[] {
  const reader = new Reader(data);
  return Array.from({ length: reader.word() }, () => ({ ids: reader.ids(), check: reader.word() }));
}

/** The check of a text with its special tokens and without. */
export function bothTexts(tokenizer: DeviceTokenizer, ids: readonly number[]): number {
  return textCheck(`${tokenizer.decode(ids)}\0${tokenizer.decode(ids, { skipSpecial: true })}`);
}

async function gunzip(name: string): Promise<Buffer> {
  return gunzipSync(await readFile(new URL(name, FOLDER)));
}

class Reader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  word(): number {
    this.#at += 4;
    return this.#data.readUInt32LE(this.#at - 4);
  }

  bytes(length: number): Uint8Array {
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }

  ids(): number[] {
    const count = this.#data.readUInt16LE(this.#at);
    const first = this.#at + 2;
    this.#at = first + count * 2;
    return Array.from({ length: count }, (_, index) => this.#data.readUInt16LE(first + index * 2));
  }
}
