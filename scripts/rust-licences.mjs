// Writes the licences of what the Rust programs are compiled from. A rebuild of them does it too (`npm run build:native`);
// this is for when only the texts are of interest. Needs the compilers of the kernels.
import { RUST_LICENCES, writeRustLicences } from './lib/rust-licences.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';

try {
  await ensureToolchain('kernels');
  await writeRustLicences();
  console.log(`wrote ${RUST_LICENCES}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
