// The flasher can be part of a page's first load: esptool-js, ten times its size, comes only when a board is flashed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';

const ENTRIES = ['src/device/flasher.ts', 'src/device/flash-queue.ts', 'src/device/serial-device.ts'];

test('esptool-js and its stub are in chunks of their own', async () => {
  const { metafile } = await build({
    entryPoints: ENTRIES,
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: 'out',
    write: false,
    metafile: true,
  });
  const outputs = new Map(Object.entries(metafile.outputs));
  const holdsEsptool = (name: string): boolean =>
    Object.keys(outputs.get(name)?.inputs ?? {}).some((input) => input.includes('esptool-js'));
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
  assert.deepEqual([...eager].filter(holdsEsptool), []);
  assert.ok([...outputs.keys()].some(holdsEsptool), 'it is bundled all the same');
});
