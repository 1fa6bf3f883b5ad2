// The emulator is loaded when a board is first tried: neither its binding nor its bytes are part of a page's first load.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a visitor may have to wait for when a board is first tried. */
const MOST_GZIPPED = 350 * 1024;

const ENTRIES = ['src/element/define.ts', 'src/index.ts', 'src/worker/worker.ts'];
/** What starts the emulator, and its program with the binding in it. */
const EMULATOR = ['emulator-wasm/prebuilt/emulator.js', 'emulator-worker-source.ts', 'emulator-start.ts'];

test('the emulator takes at most 350 KB of a download', async () => {
  const wasm = await readFile('kernels/crates/emulator-wasm/prebuilt/emulator.wasm');
  const bytes = gzipSync(wasm, { level: 9 }).length;
  assert.ok(bytes <= MOST_GZIPPED, `${bytes} bytes`);
});

test('what starts it is in chunks that load when they are needed', async () => {
  const { metafile } = await build({
    entryPoints: ENTRIES,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['browser', 'import'],
    external: ['node:*'],
    outdir: 'out',
    write: false,
    metafile: true,
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  // Everything that the entries need at once.
  const eager = new Set(
    [...outputs].flatMap(([name, { entryPoint = '' }]) => (ENTRIES.includes(entryPoint) ? [name] : [])),
  );
  assert.equal(eager.size, ENTRIES.length);
  for (const name of eager) {
    for (const { path, kind } of outputs.get(name)?.imports ?? []) {
      if (kind === 'import-statement') eager.add(path);
    }
  }
  const holds = (name: string): boolean =>
    Object.keys(outputs.get(name)?.inputs ?? {}).some((input) =>
      EMULATOR.some((part) => input.endsWith(part)),
    );
  assert.deepEqual([...eager].filter(holds), []);
  assert.ok([...outputs.keys()].some(holds), 'it is bundled all the same');
});
