/** Class kits: what is in them, that nothing in them can be broken out of, and that they come out the same. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { classAddress } from '../../src/cli/class-address.js';
import { main } from '../../src/cli/commands.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import {
  MAX_KIT_FIRMWARE_BYTES,
  listedFiles,
  makeKit,
  type KitFile,
  type KitRequest,
} from '../../src/kit/kit.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { MAX_KIT_MODEL_BYTES, readModelFiles } from '../../src/kit/model-files.js';
import { readSlotTexts } from '../../src/kit/slot-texts.js';
import { findBoard } from '../../src/plan/boards.js';
import type { Effort } from '../../src/quantize/effort.js';
import { PIECE_BYTES } from '../../src/shared/breath.js';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function request(changes: Partial<KitRequest> = {}): KitRequest {
  return {
    name: 'tiny',
    board: findBoard('esp32-s3-n16r8'),
    memories: [
      { memory: 'sram', capacity: 400_000, weights: 100_000, cache: 50_000, scratch: 50_000 },
      { memory: 'psram', capacity: 8 << 20, weights: 0, cache: 0, scratch: 0 },
      { memory: 'flash', capacity: 15 << 20, weights: 1 << 20, cache: 0, scratch: 0 },
    ],
    scheme: 'int8 group:32 activations:auto cache:auto',
    effort: 'quick',
    context: null,
    prompts: [],
    view: 'full',
    address: null,
    texts: new Map(),
    language: 'en',
    modelFiles: [{ path: 'config.json', bytes: bytes('{}') }],
    firmware: null,
    image: [bytes('boot'), bytes('able')],
    package: bytes('S3LM'),
    script: bytes('/* element */'),
    course: null,
    ...changes,
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function content(file: KitFile): Uint8Array {
  const all = Buffer.concat([...file.pieces()]);
  assert.equal(all.length, file.size, file.path);
  return all;
}

function read(files: Awaited<ReturnType<typeof makeKit>>, name: string): string {
  const file = files.find(({ path }) => path === name);
  assert.ok(file, `${name} among ${files.map(({ path }) => path).join(', ')}`);
  return new TextDecoder().decode(content(file));
}

describe('makeKit', () => {
  test('draws on the help sheet how full each memory of the board gets, and says it', async () => {
    for (const [language, said] of [
      ['en', 'SRAM: 195 KB of 391 KB'],
      ['es', 'SRAM: 195 KB de 391 KB'],
      ['zh-Hans', 'SRAM：391 KB 中用了 195 KB'],
    ] as const) {
      const sheet = read(await makeKit(request({ language })), 'help.html');
      const [, label = ''] = /<svg [^>]*role="img" aria-label="([^"]*)"/.exec(sheet) ?? [];
      assert.ok(label.includes(said), label);
      assert.ok(sheet.includes(`<li>${said}</li>`), language);
      assert.ok(label.includes('BOOT') && label.includes('RESET'));
      // Half full, empty, and a fifteenth.
      const heights = [...sheet.matchAll(/class="used"[^>]* height="([\d.]+)"/g)].map(([, height]) =>
        Number(height),
      );
      assert.deepEqual(heights, [28, 0, 3.73]);
      assert.match(sheet, />Flash 15 MB</);
    }
  });

  test('names the effort where it is not the usual one, so that the class converts as was converted', async () => {
    const page = async (effort: Effort): Promise<string> =>
      read(await makeKit(request({ effort })), 'index.html');
    assert.match(await page('good'), /effort="good"/);
    assert.doesNotMatch(await page('quick'), /effort=/);
  });

  test('settles board, numbers and model on the page', async () => {
    const page = read(await makeKit(request({ context: 128, prompts: ['once upon'] })), 'index.html');
    for (const attribute of [
      'model="model/tiny/"',
      'board="esp32-s3-n16r8"',
      'scheme="int8 group:32 activations:auto cache:auto"',
      'context="128"',
      'prompt="once upon"',
      'locked="model board scheme context"',
      'no-network',
    ]) {
      assert.ok(page.includes(attribute), attribute);
    }
  });

  test('carries model, image, package and element', async () => {
    const files = await makeKit(request());
    assert.equal(read(files, 'model/tiny/config.json'), '{}');
    assert.equal(read(files, 'image/tiny-esp32-s3-n16r8.bin'), 'bootable');
    assert.equal(read(files, 'image/tiny.s3lm'), 'S3LM');
    assert.equal(read(files, 'esp32-llm-converter.bundle.js'), '/* element */');
    assert.match(read(files, 'help.html'), /write-flash 0x0 image\/tiny-esp32-s3-n16r8\.bin/);
    assert.match(read(files, 'README.txt'), /localhost/);
  });

  test('gives the model back out of its script, also where it is long', async () => {
    const long = new Uint8Array(3 * PIECE_BYTES + 4097).map((_, index) => (index * 31) & 0xff);
    const modelFiles = [
      { path: 'config.json', bytes: bytes('{}') },
      { path: 'model.safetensors', bytes: long },
    ];
    const firmware = { path: 'own firmware.elf', bytes: long.subarray(1) };
    const kit = await makeKit(request({ modelFiles, firmware }));
    const script = read(kit, 'model/tiny.js');
    interface Given {
      readonly name: string;
      readonly files: [string, string[]][];
      readonly firmware: [string, string[]] | null;
    }
    let got: Given | null = null;
    runInNewContext(script, { esp32LlmKit: (model: typeof got) => (got = model) });
    // Arrays of another realm are equal to none of this one.
    const { name, files, firmware: own } = structuredClone(got) as unknown as Given;
    assert.equal(name, 'tiny');
    assert.deepEqual(
      files.map(([file]) => file),
      ['config.json', 'model.safetensors'],
    );
    const back = Buffer.concat((files[1]?.[1] ?? []).map((text) => Buffer.from(text, 'base64')));
    assert.ok(back.equals(long));
    assert.equal(own?.[0], 'own firmware.elf');
    const program = Buffer.concat((own?.[1] ?? []).map((text) => Buffer.from(text, 'base64')));
    assert.ok(program.equals(long.subarray(1)));
    for (const size of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1]) {
      const files = await makeKit(request({ modelFiles: [{ path: 'a', bytes: long.subarray(0, size) }] }));
      assert.match(read(files, 'model/tiny.js'), /firmware: null/);
    }
  });

  test('carries a firmware of its own, and the page takes it', async () => {
    const firmware = { path: 'my firmware é.bin', bytes: bytes('own') };
    const files = await makeKit(request({ firmware }));
    assert.equal(read(files, 'firmware/my-firmware-é.bin'), 'own');
    assert.match(read(files, 'index.html'), /firmware="firmware\/my-firmware-é\.bin"/);
    assert.match(read(files, 'README.txt'), /firmware\/my-firmware-é\.bin/);
    assert.doesNotMatch(read(await makeKit(request()), 'index.html'), /firmware/);
    const large = { path: 'large.elf', bytes: new Uint8Array(MAX_KIT_FIRMWARE_BYTES + 1) };
    await assert.rejects(makeKit(request({ firmware: large })), UsageError);
  });

  test('makes its bytes in small pieces, however large the files are', async () => {
    const long = new Uint8Array(5 * 1024 * 1024 + 1);
    const files = await makeKit(
      request({ modelFiles: [{ path: 'model.safetensors', bytes: long }], image: [long], package: long }),
    );
    for (const file of files) {
      for (const piece of file.pieces()) assert.ok(piece.length <= (PIECE_BYTES * 4) / 3 + 3, file.path);
    }
  });

  test('lists its files, and believes no list that leads out of it', async () => {
    const files = await makeKit(request());
    assert.deepEqual(listedFiles(read(files, 'preset.json')).sort(), files.map(({ path }) => path).sort());
    const hostile = ['../a', 'a/../../b', '/etc/passwd', 'a//b', '.', '..', 'a\\b', 7, null, 'model/./x', ''];
    assert.deepEqual(listedFiles(JSON.stringify({ files: [...hostile, 'a..b/c', '.hidden'] })), [
      'a..b/c',
      '.hidden',
    ]);
    for (const text of ['', 'nonsense', '{}', '{"files":"a"}', 'null'])
      assert.deepEqual(listedFiles(text), []);
  });

  test('no name breaks out of the pages or the folder', async () => {
    const name = '"><script>alert(1)</script>/../../é 模型';
    const files = await makeKit(
      request({ name, prompts: ['" onfocus="x', '<script>alert(2)</script>'], view: 'student' }),
    );
    for (const { path } of files) assert.match(path, /^[\p{L}\p{N}._-]+(\/[\p{L}\p{N}._-]+)*$/u);
    for (const { path } of files) assert.doesNotMatch(path, /(^|\/)\.\.?(\/|$)/);
    for (const page of ['index.html', 'help.html', 'lesson.html', 'worksheet.html']) {
      assert.doesNotMatch(read(files, page), /<script>alert|" onfocus="/);
    }
  });

  test('a device of Windows gives no file its name', async () => {
    const files = await makeKit(request({ name: 'CON' }));
    assert.ok(files.some(({ path }) => path === 'image/_CON.s3lm'));
  });

  test('speaks every language of the element', async () => {
    const titles = new Set<string | undefined>();
    for (const language of LANGUAGES) {
      const files = await makeKit(request({ language, prompts: ['hello there'] }));
      const sheet = read(files, 'help.html');
      assert.match(sheet, new RegExp(`<html lang="${language}"`));
      assert.match(read(files, 'index.html'), new RegExp(`<html lang="${language}"`));
      assert.ok(sheet.includes('hello there'));
      titles.add(/<h2>.*<\/h2>/.exec(sheet)?.[0]);
      for (const page of ['lesson.html', 'worksheet.html']) {
        const text = read(files, page);
        assert.match(text, new RegExp(`<html lang="${language}"`));
        titles.add(/<h1>.*<\/h1>/.exec(text)?.[0]);
      }
    }
    assert.equal(titles.size, 3 * LANGUAGES.length);
  });

  test('has a lesson: a plan of 45 minutes, a worksheet, and an answer to every question of it', async () => {
    for (const language of LANGUAGES) {
      const files = await makeKit(request({ language, prompts: ['first', 'second'] }));
      const [lesson, worksheet] = [read(files, 'lesson.html'), read(files, 'worksheet.html')];
      assert.match(lesson, /<td>37–45<\/td>/);
      const questions = [...worksheet.matchAll(/<li>([^<]+)<div class="line">/g)].map(([, text]) => text);
      assert.equal(questions.length, 9);
      for (const question of questions)
        assert.match(lesson, new RegExp(`<li>${escaped(question ?? '')}<p class="answer">.+</p>`));
      for (const prompt of ['“first”', '“second”']) assert.ok(worksheet.includes(prompt));
      assert.doesNotMatch(worksheet, /class="answer"/);
      assert.match(read(files, 'index.html'), /href="worksheet\.html"/);
      assert.doesNotMatch(read(files, 'index.html'), /href="lesson\.html"/);
      // What the answer says of sizes is what the kit carries.
      assert.match(lesson, language === 'en' ? /Its files have 2 B, what the board reads 4 B/ : /2 B.*4 B/);
    }
  });

  test('shows students only what comes after the conversion, when that is asked for', async () => {
    const files = await makeKit(request({ view: 'student' }));
    assert.match(read(files, 'index.html'), /steps="try flash chat"/);
    assert.doesNotMatch(read(await makeKit(request()), 'index.html'), /steps=/);
    const [sheet, lesson] = [read(files, 'help.html'), read(files, 'lesson.html')];
    assert.match(sheet, /It reads the model by itself/);
    assert.doesNotMatch(sheet, /Press Convert|Compare: what changed/);
    assert.doesNotMatch(lesson, /KL divergence say|looks at Fit/);
    assert.match(lesson, /<td>24–32<\/td>/);
    assert.equal(read(files, 'worksheet.html').match(/<div class="line">/g)?.length, 10);
  });

  test('offers several questions beside the element, and one in its field', async () => {
    const page = read(await makeKit(request({ prompts: ['one?', 'two & three?'] })), 'index.html');
    assert.match(page, /prompt="one\?"/);
    assert.deepEqual(
      [...page.matchAll(/<button type="button" dir="auto">([^<]*)</g)].map(([, text]) => text),
      ['one?', 'two &amp; three?'],
    );
    assert.doesNotMatch(read(await makeKit(request({ prompts: ['one?'] })), 'index.html'), /<button/);
  });

  test('prints the address of the class and its code on all sheets', async () => {
    const address = await classAddress('https://school.example/kit/');
    const files = await makeKit(request({ address }));
    for (const page of ['help.html', 'lesson.html', 'worksheet.html']) {
      const text = read(files, page);
      assert.ok(text.includes('https://school.example/kit/'), page);
      const [, path = ''] = /shape-rendering="crispEdges"><path d="([^"]*)"/.exec(text) ?? [];
      const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`));
      assert.deepEqual(
        address.code.map((row, y) => row.map((_, x) => dark.has(`${x} ${y}`))),
        address.code,
      );
    }
    assert.doesNotMatch(read(await makeKit(request()), 'help.html'), /crispEdges/);
  });

  test('has the teacher’s own words in the slots', async () => {
    const texts = readSlotTexts('## heading\nMy *lesson*\n\n## fit-text\nLook.\n\n- here\n- there\n', 't.md');
    const page = read(await makeKit(request({ texts })), 'index.html');
    assert.match(page, /<h2 slot="heading">My <em>lesson<\/em><\/h2>/);
    assert.match(page, /<div slot="fit-text"><p>Look\.<\/p><ul><li>here<\/li><li>there<\/li><\/ul><\/div>/);
  });

  test('the same request gives the same bytes', async () => {
    const [one, other] = [await makeKit(request()), await makeKit(request())];
    assert.deepEqual(one.map(content), other.map(content));
  });
});

describe('readModelFiles', () => {
  test('takes what the converter reads and nothing else', async () => {
    const folder = memoryFolder('tiny', {
      'model.safetensors': bytes('w'),
      'config.json': bytes('{}'),
      'pytorch_model.bin': bytes('no'),
      'notes.txt': bytes('no'),
    });
    assert.deepEqual(
      (await readModelFiles(folder, await hfFolderInput(folder).files())).map(({ path }) => path),
      ['config.json', 'model.safetensors'],
    );
  });

  test('takes every shard, and names the one that is missing', async () => {
    const index = bytes('{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}');
    const files = { 'model.safetensors.index.json': index, 'one.safetensors': bytes('1') };
    const part = memoryFolder('tiny', files);
    await assert.rejects(readModelFiles(part, await hfFolderInput(part).files()), (error) => {
      assert.ok(error instanceof FormatError);
      return error.file === 'two.safetensors';
    });
    const whole = memoryFolder('tiny', { ...files, 'two.safetensors': bytes('2') });
    const all = await readModelFiles(whole, await hfFolderInput(whole).files());
    assert.equal(all.length, 3);
  });

  test('takes only names that every system can have', async () => {
    for (const shard of ['con.safetensors', 'a\u202eb.safetensors', 'a b?.safetensors']) {
      const index = bytes(JSON.stringify({ weight_map: { a: shard } }));
      const part = memoryFolder('tiny', { 'model.safetensors.index.json': index, [shard]: bytes('1') });
      await assert.rejects(readModelFiles(part, await hfFolderInput(part).files()), (error) => {
        assert.ok(error instanceof FormatError);
        return error.file === shard && /letters, digits/.test(error.message);
      });
    }
  });

  test('refuses a model that no kit can carry, before it is read', async () => {
    const folder: ModelFolder = {
      name: 'huge',
      names: null,
      open: async (name) =>
        name === 'model.safetensors'
          ? { name, size: MAX_KIT_MODEL_BYTES + 1, read: () => Promise.reject(new Error('was read')) }
          : null,
    };
    await assert.rejects(readModelFiles(folder, await hfFolderInput(folder).files()), UsageError);
  });
});

describe('kit on the command line', () => {
  const built = existsSync(path.join(root, 'dist/esp32-llm-converter.bundle.js'));
  const skip = built ? false : 'dist/ is not built: npm run build';

  async function cli(...argv: string[]): Promise<{ code: number; stderr: string }> {
    let stderr = '';
    const code = await main(argv, {
      stdout: { write: () => true },
      stderr: { write: (text) => (stderr += text) },
      signal: new AbortController().signal,
    });
    return { code, stderr };
  }

  test('refuses what it cannot do, and says what would be right', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'kit-'));
    try {
      const model = path.join(root, 'models/home-commands');
      await mkdir(path.join(folder, 'full'));
      await writeFile(path.join(folder, 'full/thesis.txt'), 'x');
      const merged = gunzipSync(await readFile(path.join(root, 'test/fixtures/image/merged.bin.gz')));
      await writeFile(path.join(folder, 'application.bin'), merged.subarray(0x10000));
      const cases: [string[], RegExp][] = [
        [['kit', model], /-o KIT/],
        [['kit', model, '-o', path.join(folder, 'full')], /other files/],
        [['kit', folder, '-o', path.join(folder, 'inside')], /own folder/],
        [['kit', model, '-o', path.join(folder, 'new'), '--scheme', 'int2'], /--scheme has the word "int2"/],
        [['kit', model, '-o', path.join(folder, 'new'), '--lang', 'tlh'], /--lang is one of en/],
        [['kit', model, '-o', path.join(folder, 'new'), '--board', 'abacus'], /abacus/],
        [
          [
            ...['kit', model, '-o', path.join(folder, 'new')],
            ...['--firmware', path.join(folder, 'application.bin')],
          ],
          /bootloader/,
        ],
      ];
      for (const [argv, message] of cases) {
        const { code, stderr } = await cli(...argv);
        assert.equal(code, 2, argv.join(' '));
        assert.match(stderr, message);
      }
      assert.equal(existsSync(path.join(folder, 'new')), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('writes the same kit twice, with an image that inspect finds sound', { skip }, async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'kit-'));
    try {
      const out = path.join(folder, 'kit');
      const argv = ['kit', path.join(root, 'models/home-commands'), '-o', out, '--scheme', 'group:64'];
      assert.equal((await cli(...argv)).code, 0);
      const names = execFileSync('find', ['.', '-type', 'f'], { cwd: out, encoding: 'utf8' });
      const list = names.trim().split('\n').sort();
      const before = await Promise.all(list.map((name) => readFile(path.join(out, name))));
      assert.equal((await cli(...argv)).code, 0);
      const after = await Promise.all(list.map((name) => readFile(path.join(out, name))));
      assert.ok(before.every((content, index) => content.equals(after[index] ?? Buffer.alloc(0))));
      assert.equal((await cli('inspect', path.join(out, 'image/home-commands-esp32-s3-n16r8.bin'))).code, 0);
      const preset = JSON.parse(await readFile(path.join(out, 'preset.json'), 'utf8')) as { scheme: string };
      assert.equal(preset.scheme, 'weights:auto group:64 activations:auto cache:auto');

      // Another kit in its place leaves nothing of the first, and what somebody put there.
      await writeFile(path.join(out, 'image/notes.txt'), 'mine');
      await writeFile(path.join(out, 'model/home-commands/notes.txt'), 'mine');
      const own = path.join(root, 'test/fixtures/image/ram.elf');
      const other = [...argv, '--name', 'other', '--firmware', own];
      assert.equal((await cli(...other)).code, 0);
      const now = execFileSync('find', ['.', '-type', 'f'], { cwd: out, encoding: 'utf8' });
      assert.deepEqual(
        now.split('\n').filter((name) => name.includes('home-commands')),
        ['./model/home-commands/notes.txt'],
      );
      assert.ok(existsSync(path.join(out, 'image/notes.txt')));
      assert.ok((await readFile(path.join(out, 'firmware/ram.elf'))).equals(await readFile(own)));

      // What the class calls it: in words, as the folder, and in the image as the page will make it.
      assert.equal((await cli(...argv, '--name', 'Órdenes 🏠 家用')).code, 0);
      const inside = path.join(out, 'model/Órdenes-家用');
      assert.ok(existsSync(path.join(inside, 'config.json')));
      const packed = await readFile(path.join(out, 'image/Órdenes-家用.s3lm'));
      assert.ok(packed.includes(Buffer.from('Órdenes-家用')), 'the package has the name of the folder');
      assert.match(await readFile(path.join(out, 'index.html'), 'utf8'), /Órdenes 🏠 家用/);
      assert.equal((await cli(...argv)).code, 0);
      assert.equal(existsSync(path.join(out, 'firmware')), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('finds out before the work that it cannot write', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'kit-'));
    try {
      await writeFile(path.join(folder, 'file'), 'x');
      const out = path.join(folder, 'file/kit');
      const { code, stderr } = await cli('kit', path.join(root, 'models/home-commands'), '-o', out);
      assert.equal(code, 2);
      assert.match(stderr, /^Error: .*file\/kit is not a folder that can be written into/);
      const deep = path.join(folder, 'new/kit');
      assert.equal(
        (await cli('kit', path.join(root, 'models/home-commands'), '-o', deep, '--board', 'abacus')).code,
        2,
      );
      assert.equal(existsSync(deep), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('refuses a firmware that is too long before it reads it or converts anything', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'kit-'));
    try {
      const large = path.join(folder, 'large.elf');
      // A file with a hole takes no room; sixteen times what a kit may carry.
      await writeFile(large, '');
      await truncate(large, 16 * MAX_KIT_FIRMWARE_BYTES);
      const out = path.join(folder, 'kit');
      const outcome = await cli(
        'kit',
        path.join(root, 'models/home-commands'),
        '-o',
        out,
        '--firmware',
        large,
      );
      assert.equal(outcome.code, 2);
      assert.match(outcome.stderr, /large\.elf has more than 32 MiB/);
      assert.doesNotMatch(outcome.stderr, /quantizing/i);
      assert.equal(existsSync(out), false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
