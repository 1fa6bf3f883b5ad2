/** What a chip is stands in its data: no other code has a chip's name or one of its addresses, but for the reasons here. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AddressRange } from '../../src/chips/chip.js';
import { deviceFacts } from '../../src/chips/device-facts.js';
import { CHIPS } from '../../src/chips/index.js';
import { efuseWords } from '../../src/device/board-detection.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Files that may, and why. */
const EXCEPTIONS: readonly (readonly [files: RegExp, why: string])[] = [
  [/^src\/chips\/[a-z0-9-]+\.ts$/, 'the data, and the lists of the chips'],
  [/^src\/plan\/boards\.ts$/, 'boards are called after their chips'],
  [/^src\/plan\/defaults\.ts$/, 'a board, for pages that load no list of boards first'],
  [/^src\/(element\/strings|kit\/words)/, 'sentences of translators'],
  [/^src\/cli\/(arguments|help\/(render|topics))\.ts$/, 'what the program is for, and examples'],
  [/^src\/element\/gallery\/board-kinds\.ts$/, 'the boards of the list of models that fit'],
  [
    /^src\/element\/(asset(s|-urls)|board\/selftest-room)\.ts$/,
    'bundlers find a file only by its literal name',
  ],
  [/^(rollup\.config|scripts\/build|scripts\/lib\/assets)\.mjs$/, 'the files that come beside the scripts'],
  [
    /^scripts\/lib\/(firmware-layouts|native-(emulator|firmware|xtensa))\.mjs$/,
    'where each firmware lies, as its link script says, and which sources are of one chip alone',
  ],
  [/^scripts\/lib\/xtensa-target\.mjs$/, 'what the compiler may use of the cores'],
  [/^scripts\/lib\/(vector-assembly|xtensa-instructions)\.mjs$/, 'vector instructions, which one chip has'],
];

/** The code of the product and of its build. */
function sources(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  return [...below('src'), ...below('scripts'), 'rollup.config.mjs'];
}

/** Program text without its comments, which may cite whatever they like. */
function code(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** What every chip of the family is called, and this project after it, is a chip's name only where it stands alone. */
const NAMES = new RegExp(
  CHIPS.flatMap(({ id, name }) => [id, name])
    .map((name) => (/^esp32$/i.test(name) ? `(?<![\\w-])${name}(?![\\w-]|\\.com)` : name))
    .join('|'),
  'i',
);

const RANGES: readonly AddressRange[] = CHIPS.flatMap(({ memory }) =>
  memory.regions.filter(({ kind }) => kind !== 'padding'),
);

const REGISTERS: ReadonlySet<number> = new Set(
  CHIPS.flatMap((chip) => {
    const { forceLoader, usb } = deviceFacts(chip).loader;
    const { strap, watchdog, superWatchdog } = usb?.restart ?? {};
    return [
      ...efuseWords(chip),
      forceLoader?.address,
      strap?.address,
      watchdog?.protect,
      watchdog?.config,
      watchdog?.timeout,
      superWatchdog?.protect,
      superWatchdog?.config,
    ].filter((address) => address !== undefined);
  }),
);

/** What a text says of a chip. */
function findings(text: string): string[] {
  const plain = code(text);
  const name = NAMES.exec(plain)?.[0];
  const addresses = [...plain.matchAll(/\b0x[0-9a-f_]+/gi)]
    .map(([literal]) => literal)
    .filter((literal) => {
      const value = Number(literal.replaceAll('_', ''));
      return REGISTERS.has(value) || RANGES.some(({ begin, end }) => begin <= value && value < end);
    });
  return [...(name === undefined ? [] : [name]), ...addresses];
}

test('names and addresses are found in code, not in comments', () => {
  assert.deepEqual(findings("const a = 'esp32-S3'; const b = 0x3fc8_8000;"), ['esp32-S3', '0x3fc8_8000']);
  assert.deepEqual(findings('read(0x60008098); read(0x6000_7044);'), ['0x60008098', '0x6000_7044']);
  assert.deepEqual(findings("find('firmware.esp32.elf'); const chip = ESP32;"), ['esp32']);
  assert.deepEqual(findings("tag('esp32-llm-converter'); const ESP32_PAGE = 1; class Esp32LlmPage {}"), []);
  assert.deepEqual(findings("/* ESP32-S3 */ const url = 'https://esp32.com'; // 0x3fc88000\n// esp32s3"), []);
  assert.deepEqual(findings('const magic = 0xe9; const page = 0x10000;'), []);
});

test('no code but the data of chips says what a chip is', () => {
  const found = sources()
    .filter((file) => !EXCEPTIONS.some(([files]) => files.test(file)))
    .map((file) => [file, findings(readFileSync(path.join(ROOT, file), 'utf8'))] as const)
    .filter(([, what]) => what.length > 0)
    .map(([file, what]) => `${file}: ${what.join(', ')}`);
  assert.deepEqual(found, []);
});

test('every exception is one', () => {
  const files = sources();
  for (const [pattern, why] of EXCEPTIONS) {
    const hit = files.some(
      (file) => pattern.test(file) && findings(readFileSync(path.join(ROOT, file), 'utf8')).length > 0,
    );
    assert.ok(hit, `${pattern.source}: ${why}`);
  }
});
