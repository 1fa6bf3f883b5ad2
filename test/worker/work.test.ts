/** The worker's jobs on a real model: what was shown is what is carried out, and nothing is read twice on the way. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { BoardImage } from '../../src/element/board-image.js';
import { makeKitDownload } from '../../src/element/kit-download.js';
import { convertSettings } from '../../src/element/settings.js';
import type { Settings, State } from '../../src/element/state.js';
import { DEFAULT_BOARD_ID } from '../../src/plan/boards.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import type { ConvertSettings, ModelSource } from '../../src/worker/jobs.js';
import type { JobHooks } from '../../src/worker/serve.js';
import { createWork } from '../../src/worker/work.js';
import { sampleImage } from '../element/fake-converter.js';
import { testRuntime } from '../support/runtime.js';

const FOLDER = new URL('../../models/home-commands/', import.meta.url);
const NAMES = [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** One read of a file. */
interface Read {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/** A file that a person dropped, which tells what is read of it. */
class ToldFile extends File {
  readonly #tell: (read: Read) => void;

  constructor(bytes: Uint8Array<ArrayBuffer>, name: string, tell: (read: Read) => void) {
    super([bytes], name, { lastModified: 1 });
    this.#tell = tell;
  }

  override slice(begin = 0, end = this.size, type?: string): Blob {
    this.#tell({ name: this.name, begin, end });
    return super.slice(begin, end, type);
  }
}

async function dropped(): Promise<{ source: ModelSource; reads: Read[] }> {
  const reads: Read[] = [];
  const files: { path: string; file: File }[] = [];
  for (const name of NAMES) {
    const bytes = new Uint8Array(await readFile(new URL(name, FOLDER)));
    files.push({ path: `home/${name}`, file: new ToldFile(bytes, name, (read) => reads.push(read)) });
  }
  return { source: { kind: 'files', files }, reads };
}

const HOOKS: JobHooks = {
  onProgress: () => undefined,
  onText: () => undefined,
  signal: new AbortController().signal,
};

/** Without the texts that the model writes itself, which take the longest. */
const QUICK: ConvertSettings = { evaluationText: 'turn on the light', prompts: ['turn on the light'] };

test('config, tokenizer and tensor directory are read once from the choice of a model to its kit', async (t) => {
  const work = createWork(await testRuntime());
  const { source, reads } = await dropped();
  const inspection = await work.inspect({ source, settings: QUICK }, HOOKS);
  const opening = [...reads];
  for (const context of [64, 100]) await work.plan({ source, settings: { ...QUICK, context } }, HOOKS);
  const settings: Settings = { ...DEFAULT_SCHEME, board: DEFAULT_BOARD_ID, context: 128 };
  const result = await work.convert({ source, settings: { ...QUICK, ...convertSettings(settings) } }, HOOKS);
  // Only weights were read since: what opening the model took is not asked for again.
  const again = (known: readonly Read[]): Read[] =>
    reads.filter((read, index) => known.some((other, at) => at < index && isDeepStrictEqual(read, other)));
  assert.deepEqual(again(opening), []);
  assert.deepEqual(
    NAMES.map((name) => [name, opening.filter((read) => read.name === name).length]),
    NAMES.map((name) => [name, 1]),
  );
  assert.deepEqual(
    new Set(reads.slice(opening.length).map(({ name }) => name)),
    new Set(['model.safetensors']),
  );

  t.mock.method(globalThis, 'fetch', async () => new Response('the bundle'));
  const made = {
    ...sampleImage().made,
    source: new MemorySource('firmware.elf', new Uint8Array(4)),
    pieces: () => [new Uint8Array(4)],
  };
  const before = reads.length;
  const state = { step: 'result', choice: { source, settings, inspection }, result } as unknown as Extract<
    State,
    { step: 'result' }
  >;
  const kit = await makeKitDownload(state, {
    image: async (): Promise<BoardImage> => ({ ...sampleImage(), made }),
    modelFiles: () => work.files({ source, files: result.files, carriers: result.carriers }, HOOKS),
    bundle: 'https://example.org/bundle.js',
    ownFirmware: false,
    prompt: null,
    language: 'en',
    signal: HOOKS.signal,
    onProgress: () => undefined,
  });
  assert.ok(kit.content.size > 0);
  // The weights are copied into the kit; nothing else is asked of the source.
  assert.deepEqual(new Set(reads.slice(before).map(({ name }) => name)), new Set(['model.safetensors']));
  assert.deepEqual(again(opening), []);
});

test('the plan that was shown is the plan that is carried out', async () => {
  const work = createWork(await testRuntime());
  const { source } = await dropped();
  const settings: ConvertSettings = { ...QUICK, context: 64 };
  const inspection = await work.inspect({ source, settings }, HOOKS);
  // Texts do not change a plan; what changes it gives another.
  const shown = await work.plan({ source, settings: { ...settings, prompts: ['stop'] } }, HOOKS);
  assert.equal(shown, inspection.plan);
  const other = await work.plan({ source, settings: { ...settings, context: 32 } }, HOOKS);
  assert.equal(other.context, 32);
  const result = await work.convert({ source, settings: { ...settings, context: 32 } }, HOOKS);
  assert.equal(result.plan, other);
});

test('another folder, and the same folder chosen again, are read anew', async () => {
  const work = createWork(await testRuntime());
  const first = await dropped();
  const inspection = await work.inspect({ source: first.source, settings: {} }, HOOKS);
  const before = first.reads.length;
  const again = await work.inspect({ source: first.source, settings: {} }, HOOKS);
  assert.equal(first.reads.length, 2 * before);
  assert.notEqual(again.plan, inspection.plan);
  assert.deepEqual(again.plan, inspection.plan);
});

test('names that reorder the text around them come to the page without that', async () => {
  const work = createWork(await testRuntime());
  const files = await Promise.all(
    NAMES.map(async (name) => {
      const bytes = new Uint8Array(await readFile(new URL(name, FOLDER)));
      if (name !== 'tokenizer_config.json')
        return { path: `ho\u2066me\u202e/${name}`, file: new File([bytes], name) };
      const config = JSON.parse(new TextDecoder().decode(bytes)) as object;
      const chat_template = "{{ raise_exception('a\u202eb') }}";
      const content = JSON.stringify({ ...config, chat_template });
      return { path: `ho\u2066me\u202e/${name}`, file: new File([content], name) };
    }),
  );
  const source: ModelSource = { kind: 'files', files };
  const { name, notes } = await work.inspect({ source, settings: QUICK }, HOOKS);
  assert.equal(name, 'ho\\u2066me\\u202e');
  const said = JSON.stringify(notes);
  assert.ok(said.includes('a\\\\u202eb'), said);
  assert.doesNotMatch(said, /[\u202e\u2066]/);
  const result = await work.convert({ source, settings: QUICK }, HOOKS);
  assert.ok(JSON.stringify(result.notes).includes('a\\\\u202eb'));
});
