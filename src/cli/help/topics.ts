/** What `--help` says of each command: the words, in one place with the options that the command line reads. */
import { DEFAULT_BOARD_ID } from '../../plan/defaults.js';
import { WANTED_ACTIVATIONS, WANTED_CACHES, WEIGHT_KINDS } from '../../plan/scheme.js';
import { EFFORTS } from '../../quantize/effort.js';

/** A command, with its options by what they are about. */
export interface CommandHelp {
  readonly usage: readonly string[];
  /** One line, for the list of commands. */
  readonly summary: string;
  readonly about: string;
  readonly groups: readonly OptionGroup[];
  /** Commands without the program's name, each with what it does. Tests read every one. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Whether the list of boards belongs to it. */
  readonly boards: boolean;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly (readonly [option: string, text: string])[];
}

/** What is said by one of the commands that take a board. */
const BOARD = `board to plan for (default ${DEFAULT_BOARD_ID})`;

const convert: CommandHelp = {
  usage: [
    'convert FOLDER -o OUT.bin [options]',
    'convert FOLDER -o OUT.s3lm [options]',
    'convert FOLDER -o OUT.tflite [options]',
  ],
  summary: 'make a model into what a board boots',
  about:
    'Quantizes a model folder or a GGUF file, compares the result with the original, and writes the image that a board boots (.bin) or the model package alone (.s3lm). Or writes the model as a graph for TensorFlow Lite Micro (.tflite), with a folder of what an application needs beside it. What is not asked for is chosen for the board.',
  groups: [
    {
      title: 'What is written',
      options: [
        ['-o, --output FILE', 'the image (.bin), the package (.s3lm) or a TensorFlow Lite graph (.tflite)'],
        [
          '--parts FOLDER',
          'also, or only, the parts of the image as files with a manifest for ESP Web Tools',
        ],
        [
          '--component FOLDER',
          'also, or only, what an ESP-IDF or Arduino application of your own needs to call the model: library, package, partition table, and three steps (README.md)',
        ],
        ['--html FILE', 'also the report, as a page'],
        ['--force', 'convert although the model does not fit the board'],
      ],
    },
    {
      title: 'The board and its flash',
      options: [
        ['--board ID', BOARD],
        [
          '--firmware FILE',
          'an ESP-IDF application (build/PROJECT.bin), its merged image, or a program that runs from RAM (ELF), instead of the firmware of this tool; to call a model from your own code: --component',
        ],
        ['--flash-size N[MB]', 'capacity of the flash, when it is not the board’s'],
        ['--flash-mode MODE', 'qio, qout, dio or dout'],
        ['--flash-freq MHZ', '80, 40, 26 or 20'],
      ],
    },
    {
      title: 'The vocabulary',
      options: [
        [
          '--vocabulary N|text',
          'keep N tokens (4096 say much): those that --keep-text FILE saves most with, then the most usual; or those that the text uses. What has no token of its own is read in pieces',
        ],
        ['--keep-text FILE', 'text whose tokens are kept'],
      ],
    },
    {
      title: 'What answers do',
      options: [
        [
          '--wire FILE',
          'which pins of the board are which things of the model’s action card (actions.json), as JSON: answers then act on them. Default: wiring.json beside the card, as far as the board’s header has its pins',
        ],
        ['--no-wire', 'answers act on nothing'],
        [
          '--grammar FILE',
          'what the model may say, as a JSON schema or GBNF: nothing else is then generated. Default: grammar.gbnf beside the action card',
        ],
        ['--no-grammar', 'the model may say anything'],
      ],
    },
    {
      title: 'The numbers',
      options: [
        [
          `--weights ${['auto', ...WEIGHT_KINDS].join('|')}`,
          'auto (default): int8 where it fits, else int4 with as much of int8 as does; float32 keeps the numbers, to check everything else',
        ],
        [
          '--granularity G',
          'auto (default: groups where memory is waited for, channel in SRAM), tensor, channel, group:32, group:64 or group:128; for int4 group:32 (default), group:16 or group:64',
        ],
        [
          '--most-bytes SIZE',
          'the closest to the original for so many bytes of weights (500KB, 3.5MB): what each matrix loses is measured, and each has its own encoding',
        ],
        ['--least-speed TOKENS', 'the same for so many tokens per second'],
        [
          `--activations ${WANTED_ACTIVATIONS.join('|')}`,
          'inputs of matrices (auto: 16 bits where memory is waited for anyway, else INT8)',
        ],
        [
          `--cache ${WANTED_CACHES.join('|')}`,
          'key/value cache (auto: keys of 16 bits where they fit and cost little time, else INT8)',
        ],
        [
          '--chat template|begin',
          'how chats begin: as the template writes it (default), or with the begin token before it',
        ],
        ['--context N', 'tokens that the model can hold (default: the model’s, at most 512)'],
        [
          `--effort ${EFFORTS.join('|')}`,
          'work that goes into the weights’ codes: good rounds matrix after matrix for the inputs that are left, and takes seconds to minutes; best tunes them by gradient from there, for a minute or more, and goes on where it was interrupted',
        ],
        ['--calibrate FILE', 'text for static activation scales, INT4 weights, --effort good and best'],
        ['--no-fusion', 'keep norms, projections and scales separate, to check the fusions'],
      ],
    },
    {
      title: 'TensorFlow Lite Micro (-o OUT.tflite)',
      options: [
        [
          '--tflite-cache variables|tensors',
          'where keys and values are kept: in variables of the interpreter (default), or as inputs and outputs of each step, as LiteRT needs them. Of the other options it takes --weights int8|float32, --context (default 128), --calibrate, --vocabulary, --keep-text, --chat and --json',
        ],
      ],
    },
    {
      title: 'The comparison with the original',
      options: [
        ['--evaluate FILE', 'text for the report; stories parted by lines <|story|>'],
        ['--prompt TEXT', 'prompt for the texts side by side; may be repeated'],
        ['--no-report', 'skip the comparison; the package is streamed to the file'],
        [
          '--frontier',
          'only print what the model can be on the board, from the smallest to the finest; with --json what each matrix is',
        ],
        ['--tensors', 'print every figure: tensors, inputs of matrices, distributions, both texts'],
        ['--json', 'print plan and report as JSON'],
      ],
    },
  ],
  examples: [
    ['convert models/home-commands -o home.bin', 'for the default board'],
    ['convert my-model -o my.bin --board xiao-esp32s3 --context 256', 'for a Seeed XIAO'],
    ['convert my-model -o my.bin --effort good --html report.html', 'closer to the original, with a report'],
    ['convert my-model -o my.tflite --context 128', 'for an application with TensorFlow Lite Micro'],
    ['convert my-model --component my-model-component', 'to call it from your own firmware'],
    ['convert my-model --frontier', 'what could be had for which size'],
    ['convert my-model -o my.s3lm --most-bytes 3.5MB', 'the best that 3.5 MB can hold'],
  ],
  boards: true,
};

const run: CommandHelp = {
  usage: ['run FILE|FOLDER --prompt TEXT [options]', 'run FILE|FOLDER --ids 1,2,3 [options]'],
  summary: 'generate text, here or on an emulated board',
  about: 'Generates text from a package, an image, a model folder or a GGUF file.',
  groups: [
    {
      title: 'The prompt',
      options: [
        ['--prompt TEXT', 'text to answer or to continue'],
        ['--ids 1,2,3', 'the same as token ids'],
        [
          '--raw',
          'continue the prompt as it is, without the model’s chat template, and hand the text to a pipe or file as it is; else control characters in it are shown (\\u001b)',
        ],
        ['--chat template|begin', 'for a folder, as for convert'],
        ['--vocabulary N|text', 'for a folder, as for convert'],
        ['--keep-text FILE', 'for a folder, as for convert'],
      ],
    },
    {
      title:
        'Sampling; what is not given is the model’s (without a word of it top-k is 50, as in transformers)',
      options: [
        ['--tokens N', 'most new tokens'],
        ['--temperature T', '0 takes the likeliest token, more makes bolder choices'],
        ['--top-k K', 'choose among the K likeliest; 0 for all'],
        ['--top-p P', 'choose among the likeliest that have P of the probability together'],
        ['--min-p P', 'leave out what is less likely than P times the likeliest'],
        ['--repetition-penalty R', 'above 1 makes tokens that were there less likely'],
        ['--seed S', 'the same seed gives the same text'],
        ['--stop TEXT', 'end before this text; may be repeated'],
        ['--slide', 'go on when the context is full, forgetting the oldest half'],
        ['--no-drafts', 'run each token by itself; with guesses the same text comes faster'],
      ],
    },
    {
      title: 'Where it runs',
      options: [
        [
          '--engine twin|host|float|emulator',
          'twin (default): the engine as WebAssembly; host: as compiled C, with the same numbers; float: the unquantized original (a folder; a seed draws other tokens there); emulator: boot the image on an emulated board and speak with it over its console',
        ],
        ['--timing', 'with the emulator: model its cycles, and print the board’s tokens/s'],
        ['--board ID', 'the board to emulate (default: as the image’s flash size and package say)'],
        ['--boot-log', 'with the emulator: show what ROM and firmware print while they start'],
      ],
    },
    {
      title: 'What is printed',
      options: [
        ['--json', 'the result as JSON'],
        ['--logits', 'with --json: the logits of the last step'],
      ],
    },
  ],
  examples: [
    ['run home.s3lm --prompt "is the garage door closed?"', 'with the numbers of the board'],
    ['run home.bin --engine emulator --timing --prompt "hello"', 'on an emulated board, with its speed'],
    ['run models/home-commands --engine float --prompt "hello"', 'the original'],
    ['run my.s3lm --prompt "Once upon a time" --temperature 0.8 --seed 7', 'a story that can be repeated'],
  ],
  boards: false,
};

const inspect: CommandHelp = {
  usage: ['inspect FILE|FOLDER [options]'],
  summary: 'what is in it, and where it fits',
  about:
    'Says of a model folder or a GGUF file whether it can be converted and on which boards it fits, and of a package or an image (of any tool) what it holds and whether it is sound.',
  groups: [
    {
      title: 'What is printed',
      options: [
        ['--tensors', 'also every tensor of a folder, and every board'],
        ['--json', 'everything as JSON'],
      ],
    },
  ],
  examples: [
    ['inspect models/home-commands', 'can it be converted, and for which boards?'],
    ['inspect models/home-commands --tensors', 'every tensor, every board'],
    ['inspect home.bin', 'segments, partitions, model'],
  ],
  boards: false,
};

const kit: CommandHelp = {
  usage: ['kit FOLDER -o KIT [options]'],
  summary: 'make a folder for a class, to use offline',
  about:
    'Makes a folder for a class: page, element, model, image, help sheet, worksheet and lesson, for any static server or a stick. Board, numbers and model are settled.',
  groups: [
    {
      title: 'What is settled',
      options: [
        ['-o, --output KIT', 'the folder to make'],
        ['--board ID', BOARD],
        [
          '--scheme "WORDS"',
          'as the element’s attribute: int8, int4 or weights:auto, a granularity, activations:KIND, cache:KIND, chat:template|begin',
        ],
        [`--effort ${EFFORTS.join('|')}`, 'as for convert; the page converts with it as well'],
        ['--context N', 'tokens that the model can hold'],
        ['--firmware FILE', 'as for convert; the kit carries it'],
      ],
    },
    {
      title: 'The lesson',
      options: [
        ['--prompt TEXT', 'a question for the class, the first in its field; may be repeated'],
        ['--view full|student', 'student: the class sees only Try, Flash and Chat (default full)'],
        ['--url ADDRESS', 'where the class will find it: printed on the sheets, with a QR code'],
        [
          '--texts FILE',
          'your own words on the page, from a Markdown file: "## fit-text" and the text below it go to that slot (docs/teaching.md)',
        ],
        ['--lang TAG', 'language of its pages: en (default), es or zh-Hans'],
        ['--name TEXT', 'what the class calls the model'],
      ],
    },
  ],
  examples: [
    ['kit models/home-commands -o kit', 'a kit for the default board'],
    ['kit my-model -o kit --board lolin-s3-mini --lang es --name "Cuentos"', 'in Spanish, for another board'],
    [
      'kit models/home-commands -o kit --view student --url https://school.example/kit/ --prompt "dim the lamp" --prompt "who are you?"',
      'for twenty minutes',
    ],
  ],
  boards: true,
};

const selftest: CommandHelp = {
  usage: ['selftest -o OUT.bin'],
  summary: 'make an image that tests a board',
  about:
    'Writes the image that tests a board: flashed to offset 0, it says a verdict for each test over its serial port, and all of them as one line of JSON (docs/selftest.md).',
  groups: [{ title: 'What is written', options: [['-o, --output FILE', 'the image (.bin)']] }],
  examples: [['selftest -o selftest.bin', 'then flash it with esptool']],
  boards: false,
};

/** Every command, in the order of the work. */
export const TOPICS = { convert, run, inspect, kit, selftest } as const satisfies Readonly<
  Record<string, CommandHelp>
>;

export type Topic = keyof typeof TOPICS;
