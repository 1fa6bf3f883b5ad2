/** Help as lines for a terminal: the list of commands, one command, the boards. */
import { CHIPS } from '../../chips/index.js';
import { BOARDS } from '../../plan/boards.js';
import { DEFAULT_BOARD_ID } from '../../plan/defaults.js';
import { wrap } from '../../report/wrap.js';
import { toned, type Line } from '../../shared/toned-text.js';
import { boardGroups, describeMemories } from '../board-groups.js';
import { TOPICS, type CommandHelp, type OptionGroup, type Topic } from './topics.js';

/** What help can be asked for. */
export type HelpTopic = Topic | 'boards';

/** Lines longer than that are hard to read. */
const MOST_COLUMNS = 100;
const LEAST_COLUMNS = 40;

/** Room for an option; a longer one has the line to itself. */
const OPTION_WIDTH = 26;

const EXIT_CODES =
  'Exit codes: 0 good, 1 the model or the file is at fault or does not fit, 2 the command line is.';

export interface HelpOptions {
  /** `null`: the list of commands. */
  readonly topic: HelpTopic | null;
  /** How the program is called. */
  readonly program: string;
  readonly columns: number;
}

/** The lines of a topic. */
export function helpLines({ topic, program, columns }: HelpOptions): Line[] {
  const width = Math.max(LEAST_COLUMNS, Math.min(MOST_COLUMNS, columns));
  if (topic === null) return overview(program, width);
  if (topic === 'boards') return boardLines(width);
  return commandLines(TOPICS[topic], program, width);
}

function overview(program: string, width: number): Line[] {
  const names = Object.keys(TOPICS) as Topic[];
  return [
    [toned('title', 'esp32-llm-converter'), ': language models on ESP32-S3 and ESP32'],
    '',
    ...names.flatMap((name) => entry(usageWord(TOPICS[name]), TOPICS[name].summary, width)),
    '',
    ...entry('--help', 'after a command: its options, examples and boards', width),
    ...entry('help boards', 'every board, with its memories', width),
    ...entry('--version', 'the version', width),
    '',
    heading('Start with'),
    ...exampleLines(
      [
        ['inspect my-model', 'will it fit?'],
        ['convert my-model -o my.bin', 'make the image'],
        ['run my.bin --engine emulator --prompt "hello"', 'try it without a board'],
      ],
      program,
    ),
    '',
    ...wrap(EXIT_CODES, width),
  ];
}

function commandLines(help: CommandHelp, program: string, width: number): Line[] {
  return [
    ...help.usage.map((usage): Line => ['  ', toned('command', `${program} ${usage}`)]),
    '',
    ...wrap(help.about, width),
    ...help.groups.flatMap((group) => ['', ...groupLines(group, width)]),
    '',
    heading('Examples'),
    ...exampleLines(help.examples, program),
    ...(help.boards ? ['', ...boardGroupLines(width)] : []),
    '',
    ...wrap(EXIT_CODES, width),
  ];
}

function groupLines({ title, options }: OptionGroup, width: number): Line[] {
  const [first = '', ...rest] = wrap(title, width);
  return [heading(first), ...rest, ...options.flatMap(([option, text]) => entry(option, text, width))];
}

/** An option or a command beside what is said of it. */
function entry(name: string, text: string, width: number): Line[] {
  const indent = ' '.repeat(OPTION_WIDTH + 4);
  const lines = wrap(text, width - indent.length);
  const head = toned('command', name);
  if (name.length > OPTION_WIDTH) return [['  ', head], ...lines.map((line) => indent + line)];
  const [first = '', ...rest] = lines;
  return [
    ['  ', head, `${' '.repeat(OPTION_WIDTH + 2 - name.length)}${first}`],
    ...rest.map((line) => indent + line),
  ];
}

/** Commands stay on a line, so that they can be copied. */
function exampleLines(examples: CommandHelp['examples'], program: string): Line[] {
  return examples.flatMap(([command, does]): Line[] => [
    ['  ', toned('quiet', `# ${does}`)],
    ['  ', toned('command', `${program} ${command}`)],
  ]);
}

function usageWord({ usage }: CommandHelp): string {
  const [first = ''] = usage;
  return first.replace(' [options]', '').replace(' --prompt TEXT', '');
}

function boardGroupLines(width: number): Line[] {
  return [
    heading('Boards (--board)'),
    ...CHIPS.flatMap((chip) =>
      boardGroups(chip).flatMap(({ memories, boards }) => [
        `  ${chip.name}, ${memories}`,
        ...wrap(boards.map(({ id }) => id).join('  '), width - 4).map((line) => `    ${line}`),
      ]),
    ),
  ];
}

function boardLines(width: number): Line[] {
  const supported = BOARDS.filter(({ refused }) => refused === null);
  const refused = BOARDS.filter((board) => board.refused !== null);
  const idWidth = Math.max(...BOARDS.map(({ id }) => id.length));
  return [
    ...CHIPS.flatMap((chip): Line[] => [
      heading(`Boards with an ${chip.name} that an image can be made for`),
      ...supported
        .filter((board) => board.chip === chip)
        .map((board): Line => {
          const isDefault = board.id === DEFAULT_BOARD_ID ? ' (default)' : '';
          const memories = describeMemories(board);
          return [
            '  ',
            toned('command', board.id),
            `${' '.repeat(idWidth + 2 - board.id.length)}${memories}${isDefault}`,
          ];
        }),
      '',
    ]),
    heading('Boards that are known and not supported'),
    ...refused.flatMap((board) => wrap(board.refused ?? '', width - 2).map((line) => `  ${line}`)),
    '',
    ...wrap(
      'Another board: take the module that is printed on its metal lid (N16R8 has 16 MB of flash and 8 MB of PSRAM), for example --board esp32-s3-n16r8.',
      width,
    ),
  ];
}

/** A line that says what comes. */
function heading(text: string): Line {
  return [toned('title', text)];
}
