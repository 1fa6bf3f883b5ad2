/** Builds the check programs for Xtensa once and runs them in QEMU. */
import { buildCheckPrograms } from '../../scripts/lib/native-xtensa.mjs';
import { runApart } from '../../scripts/lib/run.mjs';
import { hasToolchain, PACKAGES, QEMU_XTENSA } from '../../scripts/lib/toolchain.mjs';
import { QEMU_CPU } from '../../scripts/lib/xtensa-target.mjs';
import type { CheckProgram, Run } from '../support/engine-check.js';

/** Why the programs cannot be built and run here, `false` when they can. */
export async function whyNot(): Promise<string | false> {
  const missing: string[] = [];
  for (const purpose of ['xtensa', 'xtensa-check'] as const) {
    if (!(await hasToolchain(purpose))) missing.push(...PACKAGES[purpose]);
  }
  return missing.length > 0 && `needs the Debian packages ${missing.join(' ')}`;
}

/** Builds both programs into a folder, for one of the targets of QEMU. */
export async function build(folder: string, target?: 'qemu' | 'qemu-mac16'): Promise<void> {
  await buildCheckPrograms(folder, target);
}

/** Runs a program of `folder` on an emulated Xtensa core. */
export function runProgram(folder: string, name: string, args: readonly string[]): Promise<Run> {
  return runApart(QEMU_XTENSA, ['-cpu', QEMU_CPU, `${folder}/${name}`, ...args]);
}

/** engine-check in `folder`. */
export function engineCheck(folder: string): CheckProgram {
  return (args) => runProgram(folder, 'engine-check', args);
}
