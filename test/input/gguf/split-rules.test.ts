/** Texts are cut by every rule that GGUF has a name for as llama.cpp cuts them (`make_split_rules.py`). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openInput } from '../../../src/input/open-input.js';
import { splitNames } from '../../../src/input/gguf/split-rules.js';
import { memoryFolder } from '../../../src/source/memory-folder.js';
import { readTokenizer } from '../../../src/tokenizer/index.js';
import { writeGguf } from '../../checkpoint/gguf/write-gguf.js';
import { engineModule } from '../../tokenizer/engine.js';
import { readCorpus } from '../../tokenizer/fixtures.js';

/** Patterns of lines, and the SHA-256 of the ids of all such lines by rule. */
interface Expected extends Readonly<Record<'plain' | 'ascii', string>> {
  readonly lines: readonly [plain: number, ascii: number];
  readonly tokens: readonly string[];
  readonly merges: readonly string[];
  readonly rules: Readonly<Record<string, Readonly<Record<'plain' | 'ascii', string>>>>;
  /** Of the rules that follow the models' own tokenizer.json, by the tokenizers library. */
  readonly own: Readonly<Record<string, string>>;
}

const packed = await readFile(new URL('split-rules.json.gz', import.meta.url));
const expected = JSON.parse(gunzipSync(packed).toString()) as Expected;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const corpus = (await readCorpus()).lines.map((line) => decoder.decode(line));

/** Whose classes of cased letters llama.cpp says in ASCII. */
const ASCII_ONLY = new Set(['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2', 'tekken']);

/**
 * Where the model's own tokenizer.json differs from llama.cpp, and does so in no text of a vocabulary that was learnt by it:
 * DeepSeek LLM has digits apart; Falcon's digits and punctuation are cut in the alphabet of bytes; Youtu cuts where capitals
 * begin, for which llama.cpp takes all letters alike.
 */
const OWN = new Set(Object.keys(expected.own));

void test('every rule is one that llama.cpp has', () => {
  assert.deepEqual(Object.keys(expected.rules).sort(), [...splitNames()].sort());
  assert.deepEqual([...OWN].sort(), ['deepseek-llm', 'falcon', 'youtu']);
});

for (const name of splitNames()) {
  const judge = OWN.has(name) ? 'the tokenizers library' : 'llama.cpp';
  void test(`${name}: ids are those of ${judge}`, async () => {
    const bytes = writeGguf({
      values: {
        'general.architecture': { string: 'llama' },
        'tokenizer.ggml.model': { string: 'gpt2' },
        'tokenizer.ggml.pre': { string: name },
        'tokenizer.ggml.tokens': { strings: expected.tokens },
        'tokenizer.ggml.merges': { strings: expected.merges },
        'tokenizer.ggml.add_bos_token': { bool: false },
      },
    });
    const part = await (await openInput(memoryFolder('model', { 'm.gguf': bytes }))).tokenizer();
    const tokenizer = await readTokenizer(part ?? assert.fail(), await engineModule());
    const kind = ASCII_ONLY.has(name) ? 'ascii' : 'plain';
    const pattern = new RegExp(`^(?:${expected[kind]})$`, 'u');
    const lines = corpus.filter((line) => pattern.test(line));
    assert.equal(lines.length, expected.lines[kind === 'plain' ? 0 : 1]);
    const hash = createHash('sha256');
    for (const line of lines) {
      const ids = tokenizer.encode(line);
      hash.update(new Uint8Array(Uint32Array.of(ids.length, ...ids).buffer));
    }
    assert.equal(hash.digest('hex'), OWN.has(name) ? expected.own[name] : expected.rules[name]?.[kind]);
  });
}
