/**
 * Mutated tokenizer.json files: the parser refuses with a FormatError, or gives tables that the engine opens and that encode
 * and decode without a fault. By hand:
 * `npm run fuzz -- tokenizer-json`
 */
import { FormatError } from '../../src/shared/errors.js';
import { JsonError, parseStrictJson } from '../../src/source/strict-json.js';
import type { JsonObject } from '../../src/source/strict-json.js';
import { openTokenizer } from '../../src/tokenizer/device-tokenizer.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { engineModule } from './engine.js';
import { fixtureJson, fixtureNames } from './fixtures.js';
import { Random } from '../support/fuzzing.js';

/** What a run saw. */
export interface FuzzResult {
  readonly accepted: number;
  readonly refused: number;
  /** The longest time of one file, in milliseconds. */
  readonly slowest: number;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  3,
  -1,
  0.5,
  1048576,
  4294967295,
  9007199254740991,
  '',
  ' ',
  'a',
  'b',
  'ab',
  '▁',
  '▁▁',
  'Ġ',
  '<0x41>',
  '<0x4>',
  '<s>',
  '\ufffd',
  '\u0000',
  '😀',
  'x'.repeat(1100),
  [],
  {},
  ['a', 'b'],
  [['a', 'b']],
  ['a b'],
  'Sequence',
  'ByteLevel',
  'Metaspace',
  'Replace',
  'Prepend',
  'Split',
  'Digits',
  'Isolated',
  'Removed',
  'Strip',
  'Precompiled',
  'BertNormalizer',
  'StripAccents',
  'WordPiece',
  'BPEDecoder',
  'Unigram',
  'WordLevel',
  '##',
  '</w>',
  'Fuse',
  'ByteFallback',
  'NFC',
  'first',
  'never',
  { String: ' ' },
  { String: '▁' },
  { Regex: '\\p{N}' },
  { Regex: '.*' },
  { Regex: '\\A +| +\\z' },
  { Regex: '\\A▁' },
  { type: 'Lowercase' },
  { type: 'WordPiece', prefix: '##' },
  { type: 'BPEDecoder', suffix: 'a' },
  { Regex: '[^\\s\\p{L}]?a+|b(?!\\S)' },
  { type: 'Split', pattern: { Regex: 'ab?|\\s+' }, behavior: 'Removed', invert: true },
  { type: 'Punctuation', behavior: 'MergedWithNext' },
  { type: 'WhitespaceSplit' },
  { type: 'Replace', pattern: { Regex: 'a+' }, content: '▁b' },
  'Contiguous',
  'MergedWithPrevious',
  { type: 'Fuse' },
  { type: 'ByteLevel', add_prefix_space: true },
  { type: 'Digits', individual_digits: true },
  { type: 'Metaspace', replacement: '▁' },
  { type: 'Prepend', prepend: '▁▁' },
  { type: 'Replace', pattern: { String: 'a' }, content: 'ab ' },
  { type: 'Strip', content: 'a', start: 3, stop: 0 },
];

const TEXTS = [
  '',
  'ab',
  ' ab  a',
  'cab<s>abc</s>\n',
  '▁a▁▁b',
  "it's 42½",
  '日本é😀',
  '\u0000\ufffd',
  'wort1 <|t2|>  <|t',
];

/** The fixtures with a small model, so that a million of them take minutes. */
async function seeds(): Promise<Json[]> {
  const small = {
    vocab: ['<unk>', '<s>', '</s>', 'a', 'b', 'c', '▁', 'Ġ', 'ab', 'abc', '▁a', '<0x41>', '<0xC3>', '<0xA9>'],
    merges: [
      ['a', 'b'],
      ['ab', 'c'],
      ['▁', 'a'],
    ],
  };
  const result: Json[] = [];
  for (const name of await fixtureNames()) {
    const json = JSON.parse(await fixtureJson(name)) as Record<string, Json> & {
      model: Record<string, Json>;
      added_tokens: Json[];
    };
    const isList = Array.isArray(json.model['vocab']);
    json.model['vocab'] = isList
      ? small.vocab.map((token, id) => [token, id === 0 ? 0 : -id / 3])
      : Object.fromEntries(small.vocab.map((token, id) => [token, id]));
    if (json.model['type'] === 'BPE') json.model['merges'] = small.merges;
    if (!isList) json.model['unk_token'] = json.model['unk_token'] === null ? null : '<unk>';
    let next = small.vocab.length;
    json.added_tokens = json.added_tokens.slice(0, 7).map((token) => {
      const entry = token as Record<string, Json>;
      const known = small.vocab.indexOf(entry['content'] as string);
      return { ...entry, id: known < 0 ? next++ : known };
    });
    if (json['post_processor'] !== null)
      json['post_processor'] = { type: 'ByteLevel', add_prefix_space: true };
    result.push(json);
  }
  return result;
}

/** Changes, removes, doubles or swaps a few values anywhere in the tree. */
function mutate(root: Json, random: Random): Json {
  const copy = structuredClone(root);
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    let node = copy;
    for (let depth = random.below(6); ; depth--) {
      if (node === null || typeof node !== 'object') break;
      const keys = Object.keys(node);
      const key = random.pick(keys);
      const inner = (node as Record<string, Json>)[key];
      if (depth > 0 && inner !== null && typeof inner === 'object' && Object.keys(inner).length > 0) {
        node = inner;
        continue;
      }
      if (keys.length > 0) change(node as Record<string, Json>, key, random);
      break;
    }
  }
  return copy;
}

function change(node: Record<string, Json>, key: string, random: Random): void {
  const value = node[key] as Json;
  switch (random.below(7)) {
    case 0:
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete node[key];
      break;
    case 1:
      if (Array.isArray(node)) node.push(structuredClone(value));
      else node[`${key}${random.pick(['', 'x', '▁'])}`] = structuredClone(value);
      break;
    case 2:
      if (typeof value === 'number') node[key] = value + random.pick([-1, 1, 2]);
      else if (typeof value === 'boolean') node[key] = !value;
      else if (typeof value === 'string')
        node[key] = value.slice(random.below(3)) + (random.pick(VALUES) as string);
      else node[key] = [value];
      break;
    default:
      node[key] = structuredClone(random.pick(VALUES));
  }
}

/** Breaks the text of the JSON itself. */
function scramble(text: string, random: Random): string {
  const at = random.below(text.length);
  return (
    text.slice(0, at) +
    random.pick(['', '"', '{', ']', ',', '\\u', '\\ud800', '\u0000', '1e9', '[['.repeat(50)]) +
    text.slice(at + random.below(3))
  );
}

/** Runs the fuzzer. @throws whatever is not a FormatError or JsonError */
export async function fuzz(iterations: number, seed: number): Promise<FuzzResult> {
  const random = new Random(seed);
  const engine = await engineModule();
  const roots = await seeds();
  let accepted = 0;
  let refused = 0;
  let slowest = 0;
  for (let i = 0; i < iterations; i++) {
    let text = JSON.stringify(mutate(random.pick(roots), random));
    if (random.below(16) === 0) text = scramble(text, random);
    const start = performance.now();
    try {
      const root = parseStrictJson(text);
      if (!(root instanceof Map)) continue;
      const tokenizer = await openTokenizer(
        engine,
        await parseTokenizer({ fields: root as JsonObject, file: 'tokenizer.json' }, null),
      ).catch((error: unknown) => {
        throw new Error(`the engine refuses what the parser gave: ${String(error)}`);
      });
      const sample = random.pick(TEXTS);
      const ids = tokenizer.encode(sample, {
        specialAsText: random.below(2) === 0,
        continues: random.below(2) === 0,
      });
      if (ids.some((id) => tokenizer.tokenText(id) === null)) throw new Error('an id without a token');
      tokenizer.decode(ids, { skipSpecial: random.below(2) === 0 });
      accepted++;
    } catch (error) {
      if (!(error instanceof FormatError || error instanceof JsonError)) {
        throw new Error(`after ${i} files, seed ${seed}: ${text}`, { cause: error });
      }
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { accepted, refused, slowest };
}
