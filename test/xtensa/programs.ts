/** Builds the check programs of device-runtime/xtensa/check once and runs them in QEMU. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildCheckPrograms } from '../../scripts/lib/native-xtensa.mjs';
import { hasToolchain, PACKAGES, QEMU_XTENSA } from '../../scripts/lib/toolchain.mjs';
import { QEMU_CPU } from '../../scripts/lib/xtensa-target.mjs';

/** Why the programs cannot be built and run here, `false` when they can. */
export async function whyNot(): Promise<string | false> {
  const missing: string[] = [];
  for (const purpose of ['xtensa', 'xtensa-check'] as const) {
    if (!(await hasToolchain(purpose))) missing.push(...PACKAGES[purpose]);
  }
  return missing.length > 0 && `needs the Debian packages ${missing.join(' ')}`;
}

/** Builds both programs into a folder. */
export async function build(folder: string): Promise<void> {
  await buildCheckPrograms(folder);
}

/** What a program printed, whether it succeeded or not. */
export interface Run {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program of `folder` on an emulated Xtensa core. */
export async function runProgram(folder: string, name: string, args: readonly string[]): Promise<Run> {
  try {
    const { stdout, stderr } = await promisify(execFile)(
      QEMU_XTENSA,
      ['-cpu', QEMU_CPU, `${folder}/${name}`, ...args],
      { maxBuffer: 1 << 28 },
    );
    return { code: 0, output: stdout, errors: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    // A signal, or a program that could not be started, has no exit code.
    if (typeof code !== 'number') throw error;
    return { code, output: stdout, errors: stderr };
  }
}

/** What engine-check found, numbers as they were. */
export interface Finding {
  readonly promptIds: readonly number[];
  /** Of each position of the prompt. */
  readonly promptLogits: readonly Float32Array[];
  readonly ids: readonly number[];
  /** What each of `ids` was picked from. */
  readonly logits: readonly Float32Array[];
  readonly text: string;
  /** s3lm_reason, `null` when nothing was generated. */
  readonly reason: number | null;
}

/** Reads the output of engine-check; its first lines say how it is made up. */
export function readFinding(output: string): Finding {
  const promptLogits: Float32Array[] = [];
  const ids: number[] = [];
  const logits: Float32Array[] = [];
  const bytes: number[] = [];
  let promptIds: number[] = [];
  let reason: number | null = null;
  for (const line of output.trimEnd().split('\n')) {
    const [kind, ...words] = line.split(' ');
    if (kind === 'prompt') promptIds = words.map(Number);
    else if (kind === 'token') ids.push(Number(words[0]));
    else if (kind === 'text') bytes.push(...Buffer.from(words[0] ?? '', 'hex'));
    else if (kind === 'logits') (ids.length === 0 ? promptLogits : logits).push(floats(words));
    else if (kind === 'end') reason = Number(words[0]);
    else if (kind !== 'state') throw new Error(`engine-check printed ${line.slice(0, 80)}`);
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  return { promptIds, promptLogits, ids, logits, text, reason };
}

function floats(words: readonly string[]): Float32Array {
  return new Float32Array(Uint32Array.from(words, (word) => parseInt(word, 16)).buffer);
}
