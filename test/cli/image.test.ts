import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { cli } from '../support/cli.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const FIXTURES = new URL('../fixtures/image/', import.meta.url);
const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
/** A program that runs from RAM: what the mask ROM starts by itself. */
const RAM_ELF = fileURLToPath(new URL('ram.elf', FIXTURES));

interface InspectedImage {
  readonly sound: boolean;
  readonly bytes: number;
  readonly boot: { readonly settings: { mode: string; megahertz: number; flashBytes: number } };
  readonly partitions: readonly { name: string; offset: number; size: number; content: { kind: string } }[];
  readonly model: { readonly metadata: Record<string, string> } | null;
}

async function inspected(path: string): Promise<InspectedImage> {
  const { code, stdout, stderr } = await cli('inspect', path, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as InspectedImage;
}

describe('convert to an image', () => {
  let folder: string;
  let model: string;
  const own = ['--firmware', RAM_ELF];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-image-'));
    model = join(folder, 'tiny');
    await mkdir(model);
    const files = syntheticFolder();
    for (const name of ['config.json', 'model.safetensors']) {
      const file = await files.open(name);
      assert.ok(file !== null);
      await writeFile(join(model, name), await file.read(0, file.size));
    }
    assert.equal((await cli('convert', model, '-o', join(folder, 'tiny.s3lm'), '--no-report')).code, 0);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('writes the same image with and without a report, and reads it back', async () => {
    const [reported, streamed] = [join(folder, 'reported.bin'), join(folder, 'streamed.bin')];
    const first = await cli('convert', model, '-o', reported, ...own);
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stdout,
      /Wrote .*reported\.bin \([\s\S]*esptool --chip esp32s3 write-flash 0x0 .*reported\.bin\n$/,
    );
    assert.equal((await cli('convert', model, '-o', streamed, '--no-report', ...own)).code, 0);
    const bytes = await readFile(reported);
    assert.deepEqual(await readFile(streamed), bytes);
    const packageBytes = await readFile(join(folder, 'tiny.s3lm'));
    assert.deepEqual(bytes.subarray(0x100000), packageBytes);

    const found = await inspected(reported);
    assert.equal(found.model?.metadata['name'], 'tiny');
    assert.equal(found.boot.settings.flashBytes, 2 * 1024 * 1024, 'the least that holds it');
    const text = await cli('inspect', reported);
    assert.match(text.stdout, /holds package[\s\S]*tensors: [\s\S]*in SRAM[\s\S]*layers\.0\.qkv/);
  });

  it('makes the image of an ESP32, with the firmware for it', async () => {
    const image = join(folder, 'esp32.bin');
    const parts = join(folder, 'esp32-parts');
    const outcome = await cli(
      ...['convert', model, '-o', image, '--board', 'esp32-wroom-32', '--no-report', '--parts', parts],
    );
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /on ESP32-WROOM-32 N4 \(4 MB flash\)/);
    assert.match(outcome.stdout, /esptool --chip esp32 write-flash 0x0 .*esp32\.bin\n$/);
    const bytes = await readFile(image);
    assert.ok(bytes.subarray(0, 0x1000).every((byte) => byte === 0xff));
    assert.equal(bytes[0x1000], 0xe9);
    assert.equal(bytes.readUInt16LE(0x1000 + 12), 0);
    const found = await inspected(image);
    assert.equal(found.model?.metadata['board'], 'esp32-wroom-32');
    assert.deepEqual(found.boot.settings, { mode: 'dio', megahertz: 80, flashBytes: 2 * 1024 * 1024 });
    const text = await cli('inspect', image);
    assert.match(text.stdout, /ESP32\b(?!-S3)[\s\S]*holds package/);
    const manifest = JSON.parse(await readFile(join(parts, 'manifest.json'), 'utf8')) as {
      builds: readonly { chipFamily: string; parts: readonly { offset: number }[] }[];
    };
    assert.equal(manifest.builds[0]?.chipFamily, 'ESP32');
    assert.equal(manifest.builds[0]?.parts[0]?.offset, 0x1000);
    // Firmware for the other chip is none for this one.
    const elf = fileURLToPath(new URL('../../device-runtime/prebuilt/esp32s3/firmware.elf', import.meta.url));
    const wrong = await cli(
      ...['convert', model, '-o', join(folder, 'wrong.bin'), '--board', 'esp32-wroom-32', '--no-report'],
      ...['--firmware', elf],
    );
    assert.notEqual(wrong.code, 0);
  });

  it('says in the header what was asked for, and plans for that much flash', async () => {
    const image = join(folder, 'settings.bin');
    const asked = ['--flash-size', '4MB', '--flash-mode', 'qio', '--flash-freq', '40m'];
    const outcome = await cli('convert', model, '-o', image, '--no-report', ...own, ...asked);
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /with 4 MB of flash/);
    const found = await inspected(image);
    assert.deepEqual(found.boot.settings, { mode: 'qio', megahertz: 40, flashBytes: 4 * 1024 * 1024 });
    const last = found.partitions.at(-1);
    assert.equal((last?.offset ?? 0) + (last?.size ?? 0), 4 * 1024 * 1024 - 16 * 1024);
  });

  it('writes parts that a manifest puts in their places', async () => {
    const [image, parts] = [join(folder, 'whole.bin'), join(folder, 'parts')];
    const outcome = await cli('convert', model, '-o', image, '--parts', parts, '--no-report', ...own);
    assert.equal(outcome.code, 0, outcome.stderr);
    const manifest = JSON.parse(await readFile(join(parts, 'manifest.json'), 'utf8')) as {
      name: string;
      builds: { chipFamily: string; parts: { path: string; offset: number }[] }[];
    };
    assert.equal(manifest.name, 'tiny');
    const whole = new Uint8Array(await readFile(image));
    const rebuilt = new Uint8Array(whole.length).fill(0xff);
    const [build] = manifest.builds;
    assert.equal(build?.chipFamily, 'ESP32-S3');
    for (const { path, offset } of build?.parts ?? []) rebuilt.set(await readFile(join(parts, path)), offset);
    assert.deepEqual(rebuilt, whole);

    const alone = join(folder, 'alone');
    assert.equal((await cli('convert', model, '--parts', alone, '--no-report', ...own)).code, 0);
    assert.deepEqual((await readdir(alone)).sort(), (await readdir(parts)).sort());
  });

  it('writes what an application of somebody’s own needs, beside the image or alone', async () => {
    const [image, component] = [join(folder, 'beside.bin'), join(folder, 'component')];
    const outcome = await cli(
      'convert',
      SAMPLE,
      '-o',
      image,
      '--component',
      component,
      '--no-report',
      ...own,
    );
    assert.equal(outcome.code, 0, outcome.stderr);
    assert.match(outcome.stdout, /4 files in\s+\S*component/);
    const names = ['README.md', 'esp32-llm.zip', 'home-commands.s3lm', 'partitions.csv'];
    assert.deepEqual((await readdir(component)).sort(), names.toSorted());
    const packaged = await readFile(join(component, 'home-commands.s3lm'));
    const [offset] = (await inspected(image)).partitions.flatMap(({ name, offset: at }) =>
      name === 'model' ? [at] : [],
    );
    assert.deepEqual((await readFile(image)).subarray(offset), packaged);

    const alone = join(folder, 'component-alone');
    const only = await cli('convert', SAMPLE, '--component', alone, '--no-report');
    assert.equal(only.code, 0, only.stderr);
    assert.deepEqual(await readFile(join(alone, 'home-commands.s3lm')), packaged);
    assert.match(only.stdout, /README\.md/);
    // Again into the same folder, but into nobody's project.
    assert.equal((await cli('convert', SAMPLE, '--component', alone, '--no-report')).code, 0);
    const project = join(folder, 'project');
    await mkdir(project);
    await writeFile(join(project, 'README.md'), 'mine');
    const refused = await cli('convert', SAMPLE, '--component', project, '--no-report');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /project has other files in it\. Name a new folder/);
    assert.equal(await readFile(join(project, 'README.md'), 'utf8'), 'mine');
  });

  it('keeps an ESP-IDF project’s own image, and has parts alone for its application', async () => {
    const merged = join(folder, 'merged.bin');
    await writeFile(merged, gunzipSync(await readFile(new URL('merged.bin.gz', FIXTURES))));
    const image = join(folder, 'idf.bin');
    const outcome = await cli('convert', model, '-o', image, '--no-report', '--firmware', merged);
    assert.equal(outcome.code, 0, outcome.stderr);
    const found = await inspected(image);
    assert.ok(found.partitions.some(({ content }) => content.kind === 'application'));
    assert.equal(found.model?.metadata['name'], 'tiny');

    const { offset, size } = found.partitions.find(({ content }) => content.kind === 'application') ?? {};
    assert.ok(offset !== undefined && size !== undefined);
    const application = join(folder, 'application.bin');
    const bytes = await readFile(merged);
    await writeFile(application, bytes.subarray(offset, offset + size));
    const alone = await cli('convert', model, '-o', image, '--no-report', '--firmware', application);
    assert.equal(alone.code, 2, alone.stderr);
    assert.match(alone.stderr, /needs a bootloader/);
    const parts = join(folder, 'idf-parts');
    assert.equal(
      (await cli('convert', model, '--parts', parts, '--no-report', '--firmware', application)).code,
      0,
    );
    assert.ok((await readdir(parts)).includes('application.bin'));
  });

  it('refuses firmware that could not start, before the work', async () => {
    const mapped = fileURLToPath(new URL('application.elf', FIXTURES));
    const other = fileURLToPath(new URL('ram-other-chip.bin', FIXTURES));
    for (const [firmware, message] of [
      [mapped, /mapped flash/],
      [other, /The image is for/],
      [join(model, 'config.json'), /magic/],
    ] as const) {
      const outcome = await cli('convert', model, '-o', join(folder, 'bad.bin'), '--firmware', firmware);
      assert.equal(outcome.code, 1, outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.doesNotMatch(outcome.stderr, /Quantizing|fault of the program/);
    }
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('bad.bin')));
  });

  it('runs the package inside an image', async () => {
    const image = join(folder, 'run.bin');
    assert.equal((await cli('convert', model, '-o', image, '--no-report', ...own)).code, 0);
    const argv = ['--ids', '1,2,3', '--tokens', '4', '--json'];
    const run = async (path: string): Promise<readonly number[]> =>
      (JSON.parse((await cli('run', path, ...argv)).stdout) as { ids: number[] }).ids;
    assert.deepEqual(await run(image), await run(join(folder, 'tiny.s3lm')));

    const bytes = await readFile(image);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
    bytes[0x100000] = 0;
    await writeFile(image, bytes);
    const damaged = await cli('run', image, ...argv);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /no sound model package/);
  });
});

describe('a model that does not fit', () => {
  let folder: string;
  let model: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-unfit-'));
    model = join(folder, 'wide');
    await mkdir(model);
    const files = syntheticFolder({ positions: 60_000 });
    for (const name of ['config.json', 'model.safetensors']) {
      const file = await files.open(name);
      assert.ok(file !== null);
      await writeFile(join(model, name), await file.read(0, file.size));
    }
    await cp(model, join(folder, 'copy'), { recursive: true });
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const asked = ['--board', 'esp32-s3-n4', '--context', '60000', '--no-report'];

  it('is refused with what is missing and what would help, and leaves no file', async () => {
    const output = join(folder, 'wide.s3lm');
    const { code, stdout, stderr } = await cli('convert', model, '-o', output, ...asked);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /does not fit ESP32-S3 N4.*too much.*--context \d+.*--force/s);
    assert.doesNotMatch(stderr, /fault of the program|Quantizing/);
    assert.equal(stdout, '');
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('wide.s3lm')));
  });

  it('is converted with --force', async () => {
    const output = join(folder, 'wide.s3lm');
    const { code, stdout } = await cli('convert', model, '-o', output, ...asked, '--force');
    assert.equal(code, 0);
    assert.match(stdout, /DOES NOT FIT/);
    assert.equal((await cli('inspect', output)).code, 0);
  });

  const bundle = new URL('../../dist/esp32-llm-converter.bundle.js', import.meta.url);
  const skip = existsSync(bundle) ? false : 'dist/ is not built: npm run build';
  it('is refused for a class kit, which knows no --force', { skip }, async () => {
    const output = join(folder, 'kit');
    const { code, stderr } = await cli(
      'kit',
      model,
      '-o',
      output,
      '--board',
      'esp32-s3-n4',
      '--context',
      '60000',
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, /does not fit ESP32-S3 N4/);
    assert.doesNotMatch(stderr, /--force|fault of the program/);
    assert.equal(existsSync(output), false);
  });
});
