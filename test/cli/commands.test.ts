import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { blankFolder } from '../support/blank-model.js';
import { cli } from '../support/cli.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const STORIES = fileURLToPath(new URL('../../../shared/models/stories260k', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

interface RunJson {
  readonly promptIds: number[];
  readonly ids: number[];
  readonly text: string;
  readonly logits?: number[];
  readonly tokensPerSecond: number;
  readonly engine: string;
}

interface ConvertJson {
  readonly package: { readonly bytes: number };
  readonly plan: { readonly fits: boolean; readonly tensors: unknown[] };
  readonly report: {
    readonly perplexity: { readonly before: number; readonly after: number };
    readonly kl: {
      readonly mean: number;
      readonly median: number;
      readonly p99: number;
      readonly max: number;
    };
    readonly top1: number;
  };
}

describe('the command line', () => {
  let folder: string;
  let synthetic: string;
  let packaged: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
    synthetic = join(folder, 'synthetic');
    packaged = join(folder, 'synthetic.s3lm');
    const model = syntheticFolder();
    await cp(SAMPLE, join(folder, 'sample'), { recursive: true });
    await mkdir(synthetic);
    for (const name of ['config.json', 'model.safetensors']) {
      const file = await model.open(name);
      assert.ok(file !== null);
      await writeFile(join(synthetic, name), await file.read(0, file.size));
    }
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('converts a folder and prints plan and report', async () => {
    const { code, stdout, stderr } = await cli('convert', synthetic, '-o', packaged);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^synthetic on ESP32-S3 N16R8 .*\n {2}INDISTINGUISHABLE /);
    assert.match(stdout, /Wrote .*synthetic\.s3lm \(.* in /);
    assert.match(stdout, /Next: try it .*esp32-llm-converter run .*synthetic\.s3lm --ids 1\n$/);
    assert.doesNotMatch(stdout, /layers\.0/);
    assert.match(stderr, /\[1 of 2\] Quantizing …[\s\S]*\[2 of 2\] Comparing with the original …/);
    assert.match(stderr, /no tokenizer\.json/);
    assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.part')));
  });

  it('prints every figure with --tensors, before the summary', async () => {
    const { stdout } = await cli('convert', synthetic, '-o', join(folder, 'all.s3lm'), '--tensors');
    assert.match(
      stdout,
      /^Plan for ESP32-S3 N16R8[\s\S]*tensors .*KB, scratch [\s\S]*^KL divergence over[\s\S]*99\.9 %[\s\S]*^Tensors$[\s\S]*model\.layers\.0\.mlp\.down_proj[\s\S]* dB[\s\S]*^Inputs of matrices[\s\S]*^synthetic on[\s\S]*^Next: /m,
    );
  });

  it('streams the same bytes without a report', async () => {
    const streamed = join(folder, 'streamed.s3lm');
    assert.equal((await cli('convert', synthetic, '-o', streamed, '--no-report')).code, 0);
    assert.deepEqual(await readFile(streamed), await readFile(packaged));
  });

  it('prints JSON with the promised fields, and writes the report as a page', async () => {
    const page = join(folder, 'report.html');
    const { code, stdout, stderr } = await cli(
      'convert',
      join(folder, 'sample'),
      '-o',
      join(folder, 'sample.s3lm'),
      '--json',
      '--html',
      page,
      '--evaluate',
      await shortText(folder),
    );
    assert.equal(code, 0, stderr);
    const json = JSON.parse(stdout) as ConvertJson;
    assert.ok(json.package.bytes > 100_000 && json.plan.fits && json.plan.tensors.length > 10);
    assert.ok(json.report.perplexity.before > 1 && json.report.perplexity.after > 1);
    assert.ok(
      json.report.kl.mean >= 0 &&
        json.report.kl.median <= json.report.kl.p99 &&
        json.report.kl.p99 <= json.report.kl.max,
    );
    assert.ok(json.report.top1 > 0.9 && json.report.top1 <= 1);
    assert.match(await readFile(page, 'utf8'), /^<!doctype html>[\s\S]*<title>sample: before and after</);
  });

  it('gives the same ids and logits from a folder and its package, and in text and ids', async () => {
    const argv = ['--prompt', 'turn on the lamp in the kitchen', '--tokens', '12', '--json', '--logits'];
    const fromPackage = JSON.parse(
      (await cli('run', join(folder, 'sample.s3lm'), ...argv)).stdout,
    ) as RunJson;
    const fromFolder = JSON.parse((await cli('run', join(folder, 'sample'), ...argv)).stdout) as RunJson;
    assert.deepEqual(fromFolder.ids, fromPackage.ids);
    assert.deepEqual(fromFolder.logits, fromPackage.logits);
    assert.equal(fromPackage.engine, 'twin');
    assert.ok(fromPackage.tokensPerSecond > 0 && fromPackage.text.length > 0);
    const byIds = JSON.parse(
      (
        await cli(
          'run',
          join(folder, 'sample.s3lm'),
          '--ids',
          fromPackage.promptIds.join(','),
          ...argv.slice(2),
        )
      ).stdout,
    ) as RunJson;
    assert.deepEqual(byIds.ids, fromPackage.ids);
  });

  it('says the same in the float engine, with nearly the same logits', async () => {
    const argv = ['--prompt', 'turn on the lamp in the kitchen', '--json', '--logits', '--temperature', '0'];
    const twin = JSON.parse((await cli('run', join(folder, 'sample.s3lm'), ...argv)).stdout) as RunJson;
    const float = JSON.parse(
      (await cli('run', join(folder, 'sample'), ...argv, '--engine', 'float')).stdout,
    ) as RunJson;
    assert.deepEqual(float.promptIds, twin.promptIds);
    assert.equal(float.text, twin.text);
    assert.equal(float.engine, 'float');
    assert.equal(float.logits?.length, twin.logits?.length);
  });

  it('samples the same text for the same seed', async () => {
    const argv = ['run', join(folder, 'sample.s3lm'), '--prompt', 'hello', '--temperature', '8', '--json'];
    const ids = async (seed: string): Promise<number[]> =>
      (JSON.parse((await cli(...argv, '--seed', seed)).stdout) as RunJson).ids;
    assert.deepEqual(await ids('3'), await ids('3'));
    const others = await Promise.all(['4', '5', '6', '7'].map(ids));
    const first = JSON.stringify(await ids('3'));
    assert.ok(others.some((other) => JSON.stringify(other) !== first));
  });

  it('inspects packages and folders', async () => {
    const found = JSON.parse((await cli('inspect', packaged, '--json')).stdout) as {
      sound: boolean;
      tensors: unknown[];
    };
    assert.ok(found.sound && found.tensors.length > 5);
    assert.match(
      (await cli('inspect', packaged)).stdout,
      /all checksums good[\s\S]*layers\.0\.qkv .* INT8 in groups, 8-bit scales  +int16 /,
    );
    const model = await cli('inspect', synthetic);
    assert.equal(model.code, 0);
    assert.match(
      model.stdout,
      /^.*: 42 K parameters in 20 tensors, 163 KB\nCan be converted, and fits 68 of 68 boards:\n {2}ESP32-S3\n {2}16 MB flash, 8 MB octal PSRAM +yes +about .* tokens\/s +esp32-s3-n16r8 and 7 more\n[\s\S]*\n {2}ESP32\n {2}16 MB flash, 4 MB quad PSRAM +yes +.* esp32-wrover-n16r8 and 2 more\n[\s\S]*Speaks: token ids only\.[\s\S]*Next: convert it .* convert .*synthetic -o model\.bin\n$/,
    );
    assert.doesNotMatch(model.stdout, /layers\.0/);
    const all = (await cli('inspect', synthetic, '--tensors')).stdout;
    assert.match(
      all,
      /Can be converted[\s\S]*model\.layers\.0\.mlp\.down_proj\.weight .* KB [\s\S]*xiao-esp32s3 +yes/,
    );
    const json = async (place: string): Promise<{ chat: boolean; notes: string[] }> =>
      JSON.parse((await cli('inspect', place, '--json')).stdout) as { chat: boolean; notes: string[] };
    assert.equal((await json(synthetic)).chat, false);
    assert.match((await json(synthetic)).notes.join(), /no tokenizer\.json/);
    assert.equal((await json(join(folder, 'sample'))).chat, true);
  });

  /** A folder whose weights, all of them zero, are more than any board's flash. */
  async function largeModel(): Promise<string> {
    const large = join(folder, 'large');
    await mkdir(large, { recursive: true });
    const model = blankFolder({
      hidden_size: 512,
      intermediate_size: 2048,
      num_hidden_layers: 5,
      vocab_size: 16000,
      num_attention_heads: 8,
      num_key_value_heads: 8,
      head_dim: 64,
    });
    for (const name of ['config.json', 'model.safetensors']) {
      const file = await model.open(name);
      assert.ok(file !== null);
      const whole = await file.read(0, Math.min(file.size, 1 << 20));
      await writeFile(join(large, name), whole);
      await truncate(join(large, name), file.size);
    }
    return large;
  }

  it('names what decides first where a model fits no board, and goes on with what it could be', async () => {
    const large = await largeModel();
    const { code, stdout } = await cli('inspect', large);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^Fits no board, though it could be converted:\n {2}ESP32-S3\n.* no +The package needs .* MB of flash/m,
    );
    // Without PSRAM the cache lacks more of its room, but a shorter context would mend it.
    assert.match(stdout, /^ *16 MB flash, no PSRAM +no +The package needs/m);
    assert.match(stdout, /^Next: what it could be .* convert .*large --frontier\n$/m);
    const json = JSON.parse((await cli('inspect', large, '--json')).stdout) as { convertible: boolean };
    assert.equal(json.convertible, true);
  });

  it('says before all work that no force makes an image of what no flash holds', async () => {
    const large = await largeModel();
    for (const options of [
      ['-o', join(folder, 'large.bin')],
      ['-o', join(folder, 'large.bin'), '--force'],
      ['--parts', join(folder, 'large-parts'), '--force'],
    ]) {
      const { code, stderr } = await cli('convert', large, ...options);
      assert.equal(code, 1);
      assert.match(stderr, /^Error: The model does not fit .* --force cannot help here/m);
      assert.doesNotMatch(stderr, /Quantizing|all the same/);
    }
    const { code, stderr } = await cli('convert', large, '-o', join(folder, 'large.s3lm'));
    assert.equal(code, 1);
    assert.match(stderr, /Or convert it all the same with --force\./);
  });

  it('lists every tensor of a folder that holds NaN or infinity', async () => {
    const diverged = join(folder, 'diverged');
    await cp(synthetic, diverged, { recursive: true });
    const bytes = await readFile(join(diverged, 'model.safetensors'));
    const header = Number(bytes.readBigUInt64LE(0));
    bytes.writeFloatLE(NaN, 8 + header + 4 * 48 * 5);
    bytes.writeFloatLE(Infinity, bytes.length - 4);
    await writeFile(join(diverged, 'model.safetensors'), bytes);
    const { code, stdout } = await cli('inspect', diverged);
    assert.equal(code, 1);
    assert.match(stdout, /model\.embed_tokens\.weight: 1 of its values .* row 5, column 0/);
    assert.match(stdout, /model\.norm\.weight: 1 of its values .* row 0, column 47/);
    const json = JSON.parse((await cli('inspect', diverged, '--json')).stdout) as { convertible: boolean };
    assert.equal(json.convertible, false);
  });

  it('inspects images of other tools, and says what is damaged', async () => {
    const fixtures = new URL('../fixtures/image/', import.meta.url);
    const image = join(folder, 'image.bin');
    await writeFile(image, await readFile(new URL('ram.bin', fixtures)));
    const sound = await cli('inspect', image);
    assert.equal(sound.code, 0, sound.stderr);
    assert.match(sound.stdout, /ESP32-S3 image[\s\S]*checksum good, SHA-256 good[\s\S]*segment/);
    assert.equal(
      (JSON.parse((await cli('inspect', image, '--json')).stdout) as { kind: string }).kind,
      'image',
    );

    await writeFile(image, gunzipSync(await readFile(new URL('merged.bin.gz', fixtures))));
    assert.match(
      (await cli('inspect', image)).stdout,
      /partition +type +offset +bytes +holds\n +nvs +data nvs +0x00009000/,
    );

    const bytes = await readFile(new URL('ram.bin', fixtures));
    bytes[40] = (bytes[40] as number) ^ 1;
    await writeFile(image, bytes);
    const damaged = await cli('inspect', image, '--json');
    assert.equal(damaged.code, 1);
    assert.match((JSON.parse(damaged.stdout) as { problem: string }).problem, /checksum|SHA/i);
  });

  it('answers bad models with exit code 1 and what to do', async () => {
    const damaged = join(folder, 'damaged.s3lm');
    const bytes = await readFile(packaged);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
    await writeFile(damaged, bytes);
    for (const argv of [
      ['inspect', damaged],
      ['run', damaged, '--ids', '1'],
    ]) {
      const { code, stderr } = await cli(...argv);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^Error: .*\./);
      assert.doesNotMatch(stderr, /fault of the program/);
    }
    const huge = join(folder, 'huge.s3lm');
    await writeFile(huge, '');
    await truncate(huge, 3 * 1024 ** 3);
    const tooLong = await cli('run', huge, '--ids', '1');
    assert.equal(tooLong.code, 1);
    assert.match(tooLong.stderr, /^Error: huge\.s3lm: .* more than any package/);
    await rm(huge);

    const verdict = await cli('inspect', damaged, '--json');
    assert.equal(verdict.code, 1);
    assert.equal((JSON.parse(verdict.stdout) as { sound: boolean }).sound, false);

    const cut = join(folder, 'cut');
    await cp(synthetic, cut, { recursive: true });
    await truncate(join(cut, 'model.safetensors'), 5000);
    const { code, stderr } = await cli('convert', cut, '-o', join(folder, 'cut.s3lm'));
    assert.equal(code, 1);
    assert.match(stderr, /model\.safetensors/);
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('cut.s3lm')));
  });

  it('finds out before the work that it cannot write', async () => {
    const { code, stderr } = await cli('convert', synthetic, '-o', join(folder, 'nowhere', 'x.s3lm'));
    assert.equal(code, 1);
    assert.match(stderr, /^Error: Cannot write/);
    const directory = join(folder, 'directory');
    await mkdir(directory, { recursive: true });
    for (const argv of [
      ['-o', directory],
      ['-o', join(folder, 'y.s3lm'), '--html', join(folder, 'nowhere', 'y.html')],
    ]) {
      const outcome = await cli('convert', synthetic, ...argv);
      assert.equal(outcome.code, 1, outcome.stderr);
      assert.match(outcome.stderr, /^Error: Cannot write/, 'before any progress');
    }
    assert.ok(!(await readdir(folder)).some((name) => name.endsWith('.part') || name.startsWith('y.')));
  });

  it('writes nothing over what it reads, nor one output over another', async () => {
    const model = join(folder, 'clash');
    await cp(synthetic, model, { recursive: true });
    const text = join(folder, 'clash.txt');
    await writeFile(text, 'once upon a time');
    await writeFile(join(model, 'pytorch_model.bin'), 'weights');
    const link = join(folder, 'clash-link.s3lm');
    await symlink(text, link);
    const before = await readFile(join(model, 'model.safetensors'));
    for (const [argv, message] of [
      [['-o', join(model, 'model.safetensors')], /a file of the model/],
      [['-o', join(model, 'config.json')], /a file of the model/],
      [['-o', join(model, 'pytorch_model.bin')], /a file of the model/],
      [['-o', text, '--evaluate', text], /take the place of .*clash\.txt/],
      [['-o', link, '--evaluate', text], /take the place of .*clash\.txt/],
      [['-o', join(folder, 'same.html'), '--html', join(folder, 'same.html')], /report and the model/],
      [['--parts', join(folder, 'pq'), '-o', join(folder, 'pq', 'model.bin')], /folder of the parts/],
      [['-o', join(folder, 'x.gguf')], /images \(\.bin\) and packages \(\.s3lm\); give .*x\.bin/],
      [['-o', join(folder, 'x.uf2')], /give .*x\.bin/],
      [['-o', join(folder, 'x.html')], /give .*x\.bin/],
      [['-o', join(folder, 'x.bin'), '--html', join(folder, 'y.s3lm')], /a page; give .*y\.html/],
      [['-o', join(folder, 'x.bin'), '--html', join(folder, 'y.json')], /a page; give .*y\.html/],
      [['--parts', model], /model's own folder/],
      [['--parts', join(model, 'parts')], /model's own folder/],
    ] as const) {
      const { code, stderr } = await cli('convert', model, ...argv);
      assert.equal(code, 2, `${argv.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }
    assert.ok(before.equals(await readFile(join(model, 'model.safetensors'))));
    assert.equal(await readFile(text, 'utf8'), 'once upon a time');
    assert.equal(existsSync(join(folder, 'pq')), false);
    // Beside the model there is room, also a second time; a link leads to the file that is written.
    const target = join(folder, 'linked.s3lm');
    await writeFile(target, '');
    await rm(link);
    await symlink(target, link);
    for (const output of [join(model, 'own.s3lm'), join(model, 'own.s3lm'), link]) {
      assert.equal((await cli('convert', model, '--no-report', '-o', output)).code, 0);
    }
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.ok((await readFile(target)).equals(await readFile(join(model, 'own.s3lm'))));
    if (existsSync('/dev/null')) {
      const { code, stderr } = await cli('convert', model, '--no-report', '-o', '/dev/null');
      assert.deepEqual([code, /device or a pipe/.test(stderr)], [1, true]);
    }
  });

  it('answers bad usage with exit code 2', async () => {
    for (const argv of [
      ['convert', synthetic],
      ['convert', join(folder, 'nowhere'), '-o', packaged],
      ['convert', synthetic, '-o', packaged, '--board', 'toaster'],
      ['convert', synthetic, '-o', packaged, '--context', '9999'],
      ['run', join(folder, 'nowhere'), '--ids', '1'],
      ['run', packaged, '--prompt', 'it has no tokenizer'],
      ['run', packaged, '--ids', '5000'],
      ['run', packaged, '--ids', '1', '--engine', 'float'],
      ['inspect', join(folder, 'nowhere')],
      ['convert', synthetic, '-o', packaged, '--evaluate', join(folder, 'nowhere')],
    ]) {
      const { code, stderr } = await cli(...argv);
      assert.equal(code, 2, `${argv.join(' ')}: ${stderr}`);
      assert.match(stderr, /^(.*\n)*Error: /);
    }
  });

  it('answers an impossible prompt alike in every engine', async () => {
    const sample = join(folder, 'sample');
    for (const engine of ['twin', 'host', 'float']) {
      for (const [argv, message] of [
        [['--ids', '5000'], /5000 is not a token id/],
        [['--prompt', 'word '.repeat(2000)], /do not fit/],
      ] as const) {
        const { code, stderr } = await cli('run', sample, ...argv, '--engine', engine);
        assert.equal(code, 2, `${engine}: ${stderr}`);
        assert.match(stderr, message, engine);
      }
    }
  });

  it('fills the context alike in twin and float engine', async () => {
    const argv = ['run', synthetic, '--ids', '1', '--tokens', '999', '--json', '--engine'];
    const count = async (engine: string): Promise<number> =>
      (JSON.parse((await cli(...argv, engine)).stdout) as RunJson).ids.length;
    assert.equal(await count('float'), await count('twin'));
  });

  it(
    'shows the space before a continuation in every engine',
    {
      skip: existsSync(STORIES) ? false : 'the stories260k folder is not there',
    },
    async () => {
      const argv = ['run', STORIES, '--prompt', 'Once', '--tokens', '3', '--json', '--engine'];
      for (const engine of ['twin', 'float'])
        assert.equal((JSON.parse((await cli(...argv, engine)).stdout) as RunJson).text, ' upon a time');
    },
  );

  it('prints help and version', async () => {
    assert.match((await cli('--help')).stdout, /convert FOLDER/);
    assert.equal((await cli()).stdout, (await cli('help')).stdout);
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    assert.equal((await cli('--version')).stdout.trim(), version);
  });
});

/** A few of the sample model's own dialogues. */
async function shortText(folder: string): Promise<string> {
  const file = join(folder, 'evaluate.txt');
  const stories = (await readFile(join(SAMPLE, 'samples.txt'), 'utf8')).split('<|story|>\n');
  await writeFile(file, stories.slice(0, 20).join('<|story|>\n'));
  return file;
}
