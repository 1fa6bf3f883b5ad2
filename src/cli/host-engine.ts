/** The engine as a native program: finds it, builds it with the machine's C compiler when that was not done yet, runs it. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FormatError, UsageError } from '../shared/errors.js';
import type { RunRequest } from './requests.js';

const execute = promisify(execFile);

/** Folder of the host build, relative to the bundle (`dist/`) and to this file in a source tree. */
const PLACES = ['../device-runtime/host/', '../../device-runtime/host/'];

/** Room for the logits of the largest vocabulary as text. */
const MAX_OUTPUT = 64 * 1024 * 1024;

export interface HostResult {
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  readonly text: string;
  readonly logits?: readonly number[];
  readonly tokensPerSecond: number;
}

/**
 * Runs a package in the host engine.
 * @param promptIds what to continue
 * @throws UsageError when there is no source tree or no compiler; FormatError when the engine refuses the package
 */
export async function runOnHost(
  file: string,
  promptIds: readonly number[],
  request: RunRequest,
  signal: AbortSignal,
): Promise<HostResult> {
  const program = await hostProgram();
  const options: string[] = [];
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined) options.push(name, String(value));
  };
  add('--tokens', request.tokens);
  add('--temperature', request.temperature);
  add('--top-k', request.topK);
  add('--top-p', request.topP);
  add('--min-p', request.minP);
  add('--repetition-penalty', request.repetitionPenalty);
  add('--seed', request.seed);
  for (const text of request.stop) options.push('--stop', text);
  if (request.slide) options.push('--slide');
  if (!request.drafts) options.push('--no-drafts');
  if (request.logits) options.push('--logits');
  try {
    const { stdout } = await execute(program, [file, '--ids', promptIds.join(','), ...options, '--json'], {
      maxBuffer: MAX_OUTPUT,
      signal,
    });
    return JSON.parse(stdout) as HostResult;
  } catch (error) {
    if (
      error instanceof Error &&
      'stderr' in error &&
      typeof error.stderr === 'string' &&
      error.stderr.trim() !== ''
    ) {
      throw new FormatError(error.stderr.trim(), {
        file,
        remedy: 'Convert the model again if the package is at fault.',
      });
    }
    throw error;
  }
}

async function hostProgram(): Promise<string> {
  for (const place of PLACES) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (!(await exists(`${folder}Makefile`))) continue;
    try {
      await execute('make', ['-C', folder, 's3lm-host']);
    } catch (cause) {
      throw new UsageError(
        `The host engine could not be built in ${folder}; it needs make and a C compiler. ${cause instanceof Error ? cause.message : ''}`,
      );
    }
    return `${folder}build/s3lm-host`;
  }
  throw new UsageError(
    'The host engine needs the source tree of esp32-llm-converter; use --engine twin, which gives the same numbers.',
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
