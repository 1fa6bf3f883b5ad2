/**
 * The kernels of the ESP32 (device-runtime/boards/esp32/mac16) give the bits that the other builds give: the engine with
 * them in QEMU, whose core multiplies halves of words too. Needs the compilers.
 */
import { describeEngine } from '../support/engine-suite.js';
import { build, engineCheck, whyNot } from './programs.js';

describeEngine('the engine on Xtensa with MAC16', await whyNot(), async (folder) => {
  await build(folder, 'qemu-mac16');
  return engineCheck(folder);
});
