/** The interpreters that `.tflite` files are for, where Python has them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const JUDGE = fileURLToPath(new URL('judge.py', import.meta.url));
const PYTHON = process.env['TFLITE_PYTHON'] ?? 'python3';

export type Interpreter = 'tflm' | 'litert';

/** Why an interpreter cannot be asked, `false` when it can. */
export function missing(kind: Interpreter): string | false {
  const { status } = spawnSync(PYTHON, [JUDGE, 'probe', kind], { stdio: 'ignore' });
  if (status === 0) return false;
  const name = kind === 'tflm' ? 'tflite-micro' : 'ai-edge-litert';
  return `Python lacks ${name} (pip install ${name}, in an environment whose python TFLITE_PYTHON names)`;
}

export interface Judged {
  readonly logits: readonly (readonly number[])[];
  /** Bytes of the arena that were used; `null` where there is none. */
  readonly arena: number | null;
}

/** Runs files. @param arena bytes of each that are given */
export function judge(
  kind: Interpreter,
  jobs: readonly { readonly bytes: Uint8Array; readonly ids: readonly number[]; readonly arena: number }[],
): Judged[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'tflite-'));
  try {
    const lines = jobs.map(({ bytes, ids, arena }, i) => {
      const file = path.join(folder, `${i}.tflite`);
      writeFileSync(file, bytes);
      return JSON.stringify({ kind, file, ids, arena });
    });
    const { status, stdout, stderr } = spawnSync(PYTHON, [JUDGE], {
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    assert.equal(status, 0, stderr.slice(-2000));
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Judged);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
