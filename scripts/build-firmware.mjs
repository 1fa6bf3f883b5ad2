// Builds device-runtime/ for Xtensa with Debian's packages alone.
//
//   node scripts/build-firmware.mjs [--target esp32s3|esp32|qemu|qemu-mac16]... [--out FOLDER]
//
// esp32s3, esp32: firmware.elf for the board, and what it takes of the RAM. qemu: the engine in Linux programs that
// qemu-xtensa runs, to compare its results on this processor with the other builds; qemu-mac16 with the ESP32's kernels.
// Default: all, into
// build/xtensa/TARGET/.
import path from 'node:path';
import { buildFirmware } from './lib/native-firmware.mjs';
import { buildCheckPrograms } from './lib/native-xtensa.mjs';
import { ROOT } from './lib/run.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { XTENSA_TARGETS } from './lib/xtensa-target.mjs';

const options = parseArguments(process.argv.slice(2));
try {
  await ensureToolchain('xtensa');
  for (const target of options.targets) {
    const folder = path.join(options.out, target);
    const place = path.relative(process.cwd(), folder) || '.';
    if (target.startsWith('qemu')) {
      const built = await buildCheckPrograms(folder, target);
      console.log(`${target} (${XTENSA_TARGETS[target].about}): ${built.length} files in ${place}`);
    } else {
      const { memory } = await buildFirmware(folder, target);
      console.log(`${target} (${XTENSA_TARGETS[target].about}): firmware.elf in ${place}`);
      for (const [part, bytes] of Object.entries(memory)) console.log(`  ${part}: ${bytes} bytes`);
    }
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
