// Builds device-runtime/ for Xtensa with Debian's packages alone.
//
//   node scripts/build-firmware.mjs [--target esp32s3|qemu]... [--out FOLDER]
//
// esp32s3: the engine and its run-time routines as objects for the ESP32-S3, proven to call nothing that is not
// among them. qemu: the same sources as Linux programs that qemu-xtensa runs, to compare the engine's results on
// this processor with the other builds. Default: both, into build/xtensa/TARGET/.
import path from 'node:path';
import { buildCheckPrograms, buildObjects } from './lib/native-xtensa.mjs';
import { ROOT } from './lib/run.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { XTENSA_TARGETS } from './lib/xtensa-target.mjs';

const options = parseArguments(process.argv.slice(2));
try {
  await ensureToolchain('xtensa');
  for (const target of options.targets) {
    const folder = path.join(options.out, target);
    const built = target === 'qemu' ? await buildCheckPrograms(folder) : await buildObjects(target, folder);
    const place = path.relative(process.cwd(), folder) || '.';
    console.log(`${target} (${XTENSA_TARGETS[target].about}): ${built.length} files in ${place}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function parseArguments(args) {
  const parsed = { targets: [], out: path.join(ROOT, 'build/xtensa') };
  for (let i = 0; i < args.length; i += 2) {
    const value = args[i + 1] ?? '';
    if (args[i] === '--target' && Object.hasOwn(XTENSA_TARGETS, value)) parsed.targets.push(value);
    else if (args[i] === '--out' && value !== '') parsed.out = path.resolve(value);
    else {
      const names = Object.keys(XTENSA_TARGETS).join('|');
      console.error(`usage: node scripts/build-firmware.mjs [--target ${names}]... [--out FOLDER]`);
      process.exit(2);
    }
  }
  if (parsed.targets.length === 0) parsed.targets = Object.keys(XTENSA_TARGETS);
  return parsed;
}
