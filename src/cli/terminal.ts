/** Where the command line writes: streams that no text of a stranger's commands, with tones where a terminal has colours. */
import { showable, showableLine } from '../shared/safe-text.js';
import type { Line } from '../shared/toned-text.js';
import { renderLine } from './colour.js';

export { ProgressLine } from './progress-line.js';

/** The program's name, by which npm installs it. */
export const PROGRAM = 'esp32-llm-converter';

/** Columns where nobody says how wide the terminal is. */
const DEFAULT_COLUMNS = 80;

/** A stream of the process, which writes whatever it is given. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly hasColours?: boolean | undefined;
  /** Obeys nothing but line feeds, as an editor's shell. */
  readonly isDumb?: boolean | undefined;
  write(text: string): unknown;
}

/** What the command line has of the outside. */
export interface Outside {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** How this program is called here, as a person would type it; default its name. */
  readonly program?: string | undefined;
  readonly signal: AbortSignal;
}

/** What a command may use of the outside. */
export interface Terminal {
  readonly stdout: ShownStream;
  readonly stderr: ShownStream;
  readonly program: string;
  readonly signal: AbortSignal;
}

/**
 * The only way to the streams of the process. Much of what is written comes from a model, a board or a file name: what a
 * terminal would obey in it is shown instead ({@link showable}).
 */
export class ShownStream {
  /** What a terminal is to obey comes from here alone. */
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Whether a line can be written over the last one. */
  get isLive(): boolean {
    return this.isTTY && this.#stream.isDumb !== true;
  }

  /** A terminal that was not told its size says 0. */
  get columns(): number {
    const { columns } = this.#stream;
    return columns === undefined || columns <= 0 ? DEFAULT_COLUMNS : columns;
  }

  write(text: string): void {
    this.#stream.write(showable(text));
  }

  /** Writes lines, their tones in colour where there are colours. */
  writeLines(lines: readonly Line[]): void {
    const colours = this.#stream.hasColours === true;
    for (const line of lines) this.#stream.write(`${renderLine(line, colours)}\n`);
  }

  /** Writes a text as it is, for a program that reads on; to a terminal as {@link write} does. */
  writeRaw(text: string): void {
    if (this.isTTY) this.write(text);
    else this.#stream.write(text);
  }

  /** Writes a line over the last one of a terminal. */
  repaint(line: string): void {
    this.#stream.write(`\r\x1b[2K${showableLine(line)}`);
  }
}

/** The outside as commands may use it. */
export function terminalOf({ stdout, stderr, signal, program = PROGRAM }: Outside): Terminal {
  return { stdout: new ShownStream(stdout), stderr: new ShownStream(stderr), program, signal };
}

/** What writes generated text: as it is where `--raw` asks for that and no terminal would obey it. */
export function textWriter({ raw }: { raw: boolean }, { stdout }: Terminal): (text: string) => void {
  return (text) => {
    if (raw) stdout.writeRaw(text);
    else stdout.write(text);
  };
}

/** Rows as aligned columns, a line each whatever the cells hold. */
export function table(head: readonly string[], cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(showableLine));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`,
  );
}
