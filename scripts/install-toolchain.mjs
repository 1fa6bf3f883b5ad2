// Installs the Debian packages that the native builds, their tests and `npm run check` use, or says which they are.
//
//   node scripts/install-toolchain.mjs [twin|kernels|xtensa|xtensa-check|targets|narrow|format]...
import { ensureToolchain, PACKAGES } from './lib/toolchain.mjs';

try {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(PACKAGES, name));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(PACKAGES).join(', ')}`);
  for (const name of asked.length > 0 ? asked : Object.keys(PACKAGES)) await ensureToolchain(name);
  console.log('The native tools are there.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
