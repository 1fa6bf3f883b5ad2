// The options that every benchmark takes, and the help that lists them.
import { parseArgs } from 'node:util';

/**
 * Reads the command line; answers `--help` and ends on nonsense with exit code 2.
 * @param {string} usage what `--help` prints before the list of common options
 * @param {import('node:util').ParseArgsConfig['options']} more options of one benchmark
 * @returns {{json: string | null, runs: number, short: boolean, values: Record<string, unknown>}} `short`: only the smallest
 *   thing of each kind, so that tests can see that the benchmark still runs
 */
export function readOptions(usage, more = {}) {
  const options = {
    json: { type: 'string' },
    runs: { type: 'string', default: '5' },
    short: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    ...more,
  };
  let values;
  try {
    ({ values } = parseArgs({ options, strict: true, allowPositionals: false }));
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
  if (values.help) {
    console.log(
      `${usage}\n  --runs N      counted runs of each thing (default 5)\n  --short       one run of the smallest things, to see that it works\n  --json FILE   also write all figures`,
    );
    process.exit(0);
  }
  const runs = Number(values.short ? '1' : values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    console.error(`--runs is a whole number from 1, not "${values.runs}".`);
    process.exit(2);
  }
  return { json: values.json ?? null, runs, short: values.short, values };
}
