// Writes the vector loops of the ESP32-S3 for the component (scripts/lib/vector-assembly.mjs). Needs the compilers of the
// firmware; `--check` writes nothing and fails when the committed file says something else.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './lib/run.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { VECTOR_ASSEMBLY, vectorAssembly } from './lib/vector-assembly.mjs';

try {
  await ensureToolchain('xtensa');
  const file = path.join(ROOT, VECTOR_ASSEMBLY);
  const text = await vectorAssembly();
  const isSame = (await readFile(file, 'utf8').catch(() => '')) === text;
  if (!isSame && process.argv.includes('--check'))
    throw new Error(`${VECTOR_ASSEMBLY} is of other sources. Run: node scripts/vector-kernels.mjs`);
  if (!isSame) {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    console.log(`Written: ${VECTOR_ASSEMBLY}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
