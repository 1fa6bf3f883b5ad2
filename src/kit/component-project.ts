/**
 * What somebody needs who calls a model from an ESP-IDF or Arduino application of their own: the library, the package, a
 * partition table with room for it, and the three steps that put them together, with this model's numbers. docs/own-firmware.md
 * says more. The same request gives the same bytes.
 */
import type { Board } from '../plan/boards.js';
import { UsageError } from '../shared/errors.js';
import { fileName } from '../shared/file-name.js';
import { formatBytes } from '../shared/format.js';
import { hex } from '../shared/hex.js';
import { showableLine } from '../shared/safe-text.js';

/** The library's file: a component of ESP-IDF when it is unpacked, a library of Arduino as it is. */
export const COMPONENT_FILE = 'esp32-llm.zip';

export interface ComponentProjectRequest {
  /** Of the model. */
  readonly name: string;
  readonly board: Pick<Board, 'name' | 'chip' | 'flashBytes'>;
  readonly package: Uint8Array;
  /** A text to ask; none for a model whose texts are not known. */
  readonly prompt: string;
  /** {@link COMPONENT_FILE}. */
  readonly library: Uint8Array;
}

export interface ComponentProjectFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Both mappings of flash, the engine's and that of applications, go by pages. */
const PAGE_BYTES = 0x10000;
const APPLICATION_OFFSET = 0x10000;
/** Where the model begins: an application with Wi-Fi takes some 1 MiB, without it a third of that. */
const MODEL_OFFSETS = [0x200000, 0x100000] as const;

/**
 * Where the model's partition begins, and how long it is.
 * @throws UsageError when no table has room for it beside an application
 */
export function componentPartition(
  { flashBytes }: Pick<Board, 'flashBytes'>,
  packageBytes: number,
): { readonly offset: number; readonly bytes: number } {
  const bytes = Math.ceil(packageBytes / PAGE_BYTES) * PAGE_BYTES;
  const offset = MODEL_OFFSETS.find((begin) => begin + bytes <= flashBytes);
  if (offset !== undefined) return { offset, bytes };
  const application = formatBytes(MODEL_OFFSETS[1] - APPLICATION_OFFSET);
  throw new UsageError(
    `A flash of ${formatBytes(flashBytes)} has no room for a package of ${formatBytes(packageBytes)} beside an application of ${application}. Use a smaller model or a board with more flash.`,
    { code: 'unfit' },
  );
}

/** @throws as {@link componentPartition} */
export function componentProject(request: ComponentProjectRequest): ComponentProjectFile[] {
  const { name, board, library } = request;
  const { offset, bytes } = componentPartition(board, request.package.length);
  const packageFile = `${fileName(name)}.s3lm`;
  const text = (path: string, content: string): ComponentProjectFile => ({
    path,
    bytes: new TextEncoder().encode(content),
  });
  return [
    text('README.md', readme({ ...request, offset, packageFile })),
    text('partitions.csv', partitions(offset, bytes)),
    { path: COMPONENT_FILE, bytes: library },
    { path: packageFile, bytes: request.package },
  ];
}

/** Whether the files of a folder are what an earlier request left there, so that none of somebody's own is written over. */
export function isComponentProject(names: readonly string[]): boolean {
  const own = /^(?:README\.md|partitions\.csv|.+\.s3lm(?:\..+\.part)?)$/;
  return names.includes(COMPONENT_FILE) && names.every((name) => name === COMPONENT_FILE || own.test(name));
}

function partitions(offset: number, bytes: number): string {
  const rows = [
    ['# Name', 'Type', 'SubType', 'Offset', 'Size'],
    ['nvs', 'data', 'nvs', '0x9000', '0x6000'],
    ['phy_init', 'data', 'phy', '0xf000', '0x1000'],
    ['factory', 'app', 'factory', hex(APPLICATION_OFFSET), hex(offset - APPLICATION_OFFSET)],
    ['model', 'data', 'undefined', hex(offset), hex(bytes)],
  ];
  return `${rows.map((row) => row.join(', ')).join('\n')}\n`;
}

function readme({
  name,
  board,
  prompt,
  offset,
  packageFile,
}: ComponentProjectRequest & { readonly offset: number; readonly packageFile: string }): string {
  const { chip } = board;
  // What JSON escapes C escapes alike, once nothing invisible is left; two question marks may begin a trigraph.
  const text = JSON.stringify(showableLine(prompt) || 'Once upon a time').replaceAll('??', '?\\?');
  return `# ${showableLine(name)} in a firmware of your own

For an ESP-IDF (5.1 or newer) or Arduino application on an ${chip.name}. Not verified on silicon. What every call does is said in
the header \`esp32_llm.h\` inside \`${COMPONENT_FILE}\`, and whole applications are among its examples.

## 1. Add the library

- ESP-IDF: unpack \`${COMPONENT_FILE}\` into the \`components/\` folder of your project, and name it in the component that calls it:
  \`idf_component_register(... REQUIRES esp32-llm)\`.
- Arduino: Sketch, Include Library, Add .ZIP Library, and \`${COMPONENT_FILE}\` as it is.

## 2. Write the model into a partition

\`partitions.csv\` has room for an application of ${formatBytes(offset - APPLICATION_OFFSET)} and for this model. In ESP-IDF copy it into your project and choose
"Custom partition table CSV" and a flash of ${formatBytes(board.flashBytes)} in \`idf.py menuconfig\`; in Arduino put it beside the sketch. Or add its last line to
the table that you have: the name is what counts, the offset is a multiple of ${hex(PAGE_BYTES)}. Flash your application once with that table, then write the model:

\`\`\`sh
esptool --chip ${chip.id} write-flash ${hex(offset)} ${packageFile}
\`\`\`

## 3. Call it

\`\`\`c
#include <stdio.h>
#include "esp32_llm.h"

static bool print(void *user, const char *text, size_t length) {
    fwrite(text, 1, length, stdout);
    return true; /* false ends the answer */
}

void talk(void) {
    s3lm_config_t config = S3LM_CONFIG_DEFAULT();
    s3lm_handle_t llm;
    ESP_ERROR_CHECK(s3lm_new(&config, &llm));

    s3lm_request_t request = S3LM_REQUEST_DEFAULT(${text});
    request.on_text = print;
    s3lm_stats_t stats;
    ESP_ERROR_CHECK(s3lm_generate(llm, &request, &stats));
    s3lm_del(llm);
}
\`\`\`

The task that calls it needs 8 KB of stack (\`S3LM_STACK_BYTES\`): ESP-IDF's main task has as much with
\`CONFIG_ESP_MAIN_TASK_STACK_SIZE=8192\`.
`;
}
