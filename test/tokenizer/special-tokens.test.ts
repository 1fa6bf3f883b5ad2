/** Tokens that stand beside tokenizer.json become what AutoTokenizer makes of them (test/fixtures/tokenizers/make_special.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { FormatError } from '../../src/shared/errors.js';
import { chatFromTemplate } from '../../src/tokenizer/chat.js';
import { readTokenizer, type DeviceTokenizer } from '../../src/tokenizer/index.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { said } from '../said.js';
import { engineModule } from './engine.js';
import { fixtureJson } from './fixtures.js';

interface Case {
  readonly name: string;
  readonly base: string;
  readonly keep: number;
  readonly files: Readonly<Record<string, unknown>>;
  /** The library's class: LlamaTokenizer cuts texts by rules of its own. */
  readonly class: string;
  /** Id, text, special, normalized, strips left, strips right. */
  readonly tokens: readonly (readonly [number, string, boolean, boolean, boolean, boolean])[];
  readonly ids: readonly number[];
  readonly bos: number | null;
  readonly eos: number | null;
  readonly named: Readonly<Record<string, string>>;
}

const [, text, ...lines] = readFileSync(
  new URL('../fixtures/tokenizers/special-tokens.txt', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n');
const TEXT = JSON.parse(text ?? '') as string;
const CASES = lines.map((line) => JSON.parse(line) as Case);

async function open(base: string, keep: number, files: Case['files']): Promise<DeviceTokenizer> {
  const definition = JSON.parse(await fixtureJson(base)) as { added_tokens: unknown[] };
  definition.added_tokens.length = keep;
  const all = { 'tokenizer.json': definition, ...files };
  const bytes = Object.entries(all).map(([name, value]) => [name, utf8(JSON.stringify(value))] as const);
  const part = await hfFolderInput(memoryFolder('m', Object.fromEntries(bytes))).tokenizer();
  assert.ok(part);
  return readTokenizer(part, await engineModule());
}

assert.ok(CASES.length > 20);
for (const item of CASES) {
  test(`${item.name}: as AutoTokenizer has it`, async () => {
    const tokenizer = await open(item.base, item.keep, item.files);
    for (const [id, content, special] of item.tokens) {
      assert.equal(tokenizer.tokenText(id), content);
      assert.equal(tokenizer.specialIds.includes(id), special, content);
    }
    assert.equal(tokenizer.vocabSize, Math.max(...item.tokens.map(([id]) => id + 1), tokenizer.vocabSize));
    if (item.class !== 'LlamaTokenizer')
      assert.deepEqual(tokenizer.encode(TEXT, { addSpecial: false }), item.ids);
    // Without a name, the begin token is the one that the post-processor puts first.
    assert.equal(tokenizer.bosId, item.bos ?? tokenizer.prefixIds[0] ?? null);
    assert.equal(tokenizer.eosId, item.eos);
  });
}

test('templates can name every special token that has a name', async () => {
  for (const item of CASES) {
    const definition = await fixtureJson(item.base);
    const files = { 'tokenizer.json': JSON.parse(definition) as unknown, ...item.files };
    const bytes = Object.entries(files).map(([name, value]) => [name, utf8(JSON.stringify(value))] as const);
    const folder = memoryFolder('m', {
      ...Object.fromEntries(bytes),
      'chat_template.jinja': utf8('{{ messages[0].content }}\n'),
    });
    const names = (await hfFolderInput(folder).chat())?.names?.fields ?? null;
    const source = `{% for m in messages %}${['bos', 'eos', 'unk', 'pad', 'image', 'video'].map((name) => `[{{ ${name}_token }}]`).join('')}{{ m.content }}\n{% endfor %}`;
    const tokenizer = await open(item.base, item.keep, item.files);
    const { pieces, notes } = chatFromTemplate(source, names, tokenizer);
    assert.ok(pieces, said(notes));
    const expected = ['bos', 'eos', 'unk', 'pad', 'image', 'video'].map(
      (name) => `[${item.named[`${name}_token`] ?? ''}]`,
    );
    assert.equal(pieces.first, expected.join(''), item.name);
  }
});

test('what is broken beside tokenizer.json names its file', async () => {
  const config = { added_tokens_decoder: { '700': { content: '<|x|>', lstrip: 'yes' } } };
  await assert.rejects(
    open('digit-runs', 1, { 'tokenizer_config.json': config }),
    (error) => error instanceof FormatError && /tokenizer_config\.json/.test(error.message),
  );
});
