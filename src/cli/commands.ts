/** The command line's entry: reads the request, runs it, and turns failures into a message and an exit code. */
import { FitError, FormatError, TransportError, UsageError, isAbort } from '../shared/errors.js';
import { toned } from '../shared/toned-text.js';
import { VERSION } from '../shared/version.js';
import { isImageName, parseCommandLine } from './arguments.js';
import { convertCommand } from './convert-command.js';
import { helpLines } from './help/render.js';
import { choiceLines } from './model-folder.js';
import { inspectCommand } from './inspect-command.js';
import { kitCommand } from './kit-command.js';
import { runCommand } from './run-command.js';
import { selftestCommand } from './selftest-command.js';
import { tfliteCommand } from './tflite-command.js';
import { terminalOf, type Outside } from './terminal.js';

const EXIT = { good: 0, bad: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs one command line.
 * @returns the exit code
 */
export async function main(argv: readonly string[], outside: Outside): Promise<number> {
  const terminal = terminalOf(outside);
  let canForce = false;
  let path = '';
  try {
    const request = parseCommandLine(argv);
    path = namedBy(request);
    canForce = request.command === 'convert' && !request.force && !isImageName(request.output);
    switch (request.command) {
      case 'help':
        terminal.stdout.writeLines(
          helpLines({ ...request, program: terminal.program, columns: terminal.stdout.columns }),
        );
        return EXIT.good;
      case 'version':
        terminal.stdout.write(`${VERSION}\n`);
        return EXIT.good;
      case 'convert':
        await convertCommand(request, terminal);
        return EXIT.good;
      case 'tflite':
        await tfliteCommand(request, terminal);
        return EXIT.good;
      case 'run':
        await runCommand(request, terminal);
        return EXIT.good;
      case 'kit':
        await kitCommand(request, terminal);
        return EXIT.good;
      case 'selftest':
        await selftestCommand(request, terminal);
        return EXIT.good;
      case 'inspect':
        return (await inspectCommand(request, terminal)) ? EXIT.good : EXIT.bad;
    }
  } catch (error) {
    if (isAbort(error)) {
      terminal.stderr.write('Cancelled.\n');
      return EXIT.interrupted;
    }
    // A line that a stranger's text begins never stands at the margin, where this program's own begin.
    const [first = '', ...lines] = describeFailure(error, canForce).split(/\r?\n/);
    terminal.stderr.writeLines([
      [toned('bad', FAILURE), first.slice(FAILURE.length)],
      ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    ]);
    const choices = error instanceof FormatError ? (error.choices ?? []) : [];
    if (choices.length > 0)
      terminal.stderr.writeLines(
        choiceLines(terminal.program, argv, path, choices).map((line) => [toned('command', line)]),
      );
    return error instanceof UsageError && !(error instanceof FitError) ? EXIT.usage : EXIT.bad;
  }
}

/** The path of the model that a request names. */
function namedBy(request: ReturnType<typeof parseCommandLine>): string {
  if ('folder' in request) return request.folder;
  if ('model' in request) return request.model;
  return 'target' in request && typeof request.target === 'string' ? request.target : '';
}

/** What every failure begins with. */
const FAILURE = 'Error:';

/** @param canForce the command has `--force` */
export function describeFailure(error: unknown, canForce = false): string {
  // Only the conversion to a package can go on without a board that holds it.
  if (error instanceof FitError && canForce)
    return `${FAILURE} ${error.message} Or convert it all the same with --force.`;
  if (error instanceof FormatError || error instanceof TransportError || error instanceof UsageError)
    return `${FAILURE} ${error.message}`;
  if (error instanceof Error)
    return `${FAILURE} ${error.message}\nThis is a fault of the program; please report it with these lines:\n${error.stack ?? ''}`;
  return `${FAILURE} ${String(error)}`;
}
