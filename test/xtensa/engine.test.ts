/** The engine built for Xtensa gives the bits that the other builds give. Runs in QEMU; needs the compilers. */
import { describeEngine } from '../support/engine-suite.js';
import { build, engineCheck, whyNot } from './programs.js';

describeEngine('the engine on Xtensa', await whyNot(), async (folder) => {
  await build(folder);
  return engineCheck(folder);
});
