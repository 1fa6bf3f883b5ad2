// Installs the Debian packages that `npm run build:native` needs, or says which they are.
import { ensureToolchain, PACKAGES } from './lib/toolchain.mjs';

try {
  for (const artefact of Object.keys(PACKAGES)) await ensureToolchain(artefact);
  console.log('The compilers of all native artefacts are there.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
