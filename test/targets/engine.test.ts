/**
 * The engine built for the processors of other chips gives the bits that the other builds give, with the inner loops that
 * a processor has of its own and with the portable ones. Runs in QEMU; needs the compilers.
 */
import { buildTarget, runTarget, TARGETS } from '../../scripts/lib/native-targets.mjs';
import { hasToolchain, PACKAGES } from '../../scripts/lib/toolchain.mjs';
import { describeEngine } from '../support/engine-suite.js';

const without = !(await hasToolchain('targets')) && `needs the Debian packages ${PACKAGES.targets.join(' ')}`;

/** Floating point in software, and inner loops of its own: what no other build of this list does differently. */
const WHOLLY: readonly string[] = ['rv32imc', 'cortex-m33'];

for (const [name, { about, kernels }] of Object.entries(TARGETS)) {
  describeEngine(
    `the engine on ${name} (${about})`,
    without,
    async (folder) => {
      await buildTarget(name, folder);
      return (args) => runTarget(name, folder, args);
    },
    WHOLLY.includes(name) ? 'all' : 'some',
  );
  if (kernels === undefined) continue;
  describeEngine(
    `the engine on ${name}, portable inner loops`,
    without,
    async (folder) => {
      await buildTarget(name, folder);
      return (args) => runTarget(name, folder, [...args, '--kernels', 'scalar']);
    },
    'some',
  );
}
