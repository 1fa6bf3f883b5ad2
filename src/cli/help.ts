/** What `--help` says. */
import { DEFAULT_BOARD_ID } from '../plan/boards.js';
import { EFFORTS } from '../quantize/effort.js';
import { WANTED_ACTIVATIONS, WANTED_CACHES, WEIGHT_KINDS } from '../plan/scheme.js';

export const HELP = `esp32-llm-converter: HuggingFace models for the ESP32-S3

  convert FOLDER -o OUT.bin    quantize a model folder, report what it cost, and write the image that a board boots;
                               -o OUT.s3lm writes the model package alone
    --parts FOLDER             also, or only, the parts of the image as files with a manifest for ESP Web Tools
    --board ID                 board to plan for (default ${DEFAULT_BOARD_ID})
    --firmware FILE            an ESP-IDF application (build/PROJECT.bin), its merged image, or a program that runs
                               from RAM (ELF), instead of the firmware of this tool
    --flash-size N[MB] --flash-mode qio|qout|dio|dout --flash-freq 80|40|26|20
    --vocabulary N|text        keep N tokens (4096 say much): those that --keep-text FILE saves most with, then the most
                               usual; or those that the text uses. What has no token of its own is read in pieces
    --force                    convert although the model does not fit the board
    ${`--weights ${['auto', ...WEIGHT_KINDS].join('|')}`.padEnd(26)}
                               auto (default): int8 where it fits, else int4 with as much of int8 as does;
                               float32 keeps the numbers, to check everything else
    --granularity G            auto (default: groups where memory is waited for, channel in SRAM), tensor, channel,
                               group:32, group:64 or group:128; for int4 group:32 (default), group:16 or group:64
    --most-bytes SIZE | --least-speed TOKENS
                               the closest to the original for so many bytes of weights (500KB, 3.5MB), or for so many
                               tokens/s: what each matrix loses is measured, and each has its own encoding
    --frontier                 only print what the model can be on the board, from the smallest to the finest; with
                               --json what each matrix is
    --activations ${WANTED_ACTIVATIONS.join('|')}
                               inputs of matrices (auto: 16 bits where memory is waited for anyway, else INT8)
    --cache ${WANTED_CACHES.join('|')}
                               key/value cache (auto: keys of 16 bits where they fit and cost little time, else INT8)
    --chat template|begin      how chats begin: as the template writes it (default), or with the begin token before it
    --context N                tokens that the model can hold (default: the model's, at most 512)
    ${`--effort ${EFFORTS.join('|')}`.padEnd(26)} work that goes into the weights' codes: good rounds matrix after matrix
                               for the inputs that are left, and takes seconds to minutes; best tunes them by
                               gradient from there, for a minute or more, and goes on where it was interrupted
    --calibrate FILE           text for static activation scales, INT4 weights, --effort good and best
    --evaluate FILE            text for the report; stories parted by lines <|story|>
    --prompt TEXT              prompt for the texts side by side; may be repeated
    --no-report                skip the comparison; the package is streamed to the file
    --no-fusion                keep norms, projections and scales separate, to check the fusions
    --html FILE                also write the report as a page
    --json                     print plan and report as JSON

  run FILE|FOLDER              generate text
    --prompt TEXT | --ids 1,2,3
    --raw                      continue the prompt as it is, without the model's chat template, and hand the text to a
                               pipe or file as it is; else control characters in it are shown (\\u001b)
    --chat template|begin, --vocabulary N|text, --keep-text FILE
                               for a folder, as for convert
    --tokens N                 most new tokens
    --temperature T --top-k K --top-p P --min-p P --repetition-penalty R --seed S
                               what is not given is the model's; without a word of it top-k is 50, as in transformers
    --stop TEXT                end before this text; may be repeated
    --slide                    go on when the context is full, forgetting the oldest half
    --engine twin|host|float   WebAssembly, compiled C (the same numbers), or the unquantized original (a folder;
                               a seed draws other tokens there)
    --engine emulator          boot the image on an emulated board and speak with it over its console
    --timing                   with the emulator: model its cycles, and print the board's tokens/s
    --board ID                 the board to emulate (default: as the image's flash size and package say)
    --logits                   with --json: the logits of the last step
    --json

  inspect FILE|FOLDER [--json] what is inside, whether it is sound, and where it fits

  kit FOLDER -o KIT            a folder for a class: page, element, model, image and help sheet, for any static server
                               or a stick; board, numbers and model are settled
    --board ID  --context N  --prompt TEXT
    --scheme "WORDS"           as the element's attribute: a granularity, activations:KIND, cache:KIND,
                               chat:template|begin
    --firmware FILE            as for convert; the kit carries it
    --lang TAG                 language of page and help sheet (default en)
    --name TEXT                what the class calls the model

  selftest -o OUT.bin          the image that tests a board: written to offset 0, it says a verdict for each test over
                               its serial port, and all of them as one line of JSON (docs/selftest.md)

  --help, --version
Exit codes: 0 good, 1 the model or file is at fault, 2 the command line is.
`;
