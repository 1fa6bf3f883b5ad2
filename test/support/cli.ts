/** Runs the command line in this process. */
import { main } from '../../src/cli/commands.js';

/** What a command left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with these arguments and nobody at a terminal. */
export async function cli(...argv: string[]): Promise<Outcome> {
  const text = { stdout: '', stderr: '' };
  const code = await main(argv, {
    stdout: { write: (piece) => (text.stdout += piece) },
    stderr: { write: (piece) => (text.stderr += piece) },
    signal: new AbortController().signal,
  });
  return { code, ...text };
}
