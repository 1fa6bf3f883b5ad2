/**
 * Long runs of the fuzzers: `npm run fuzz -- NAME [--iterations N] [--seed N]`. A run of a number is the same run every time.
 * What is found is thrown with the number of the mutation; the tests run a few thousand of each.
 */
import { parseArgs } from 'node:util';
import type { FuzzResult } from './fuzzing.js';

type Fuzzer = (iterations: number, seed: number) => Promise<Pick<FuzzResult, 'accepted' | 'refused'>>;

const FUZZERS: Readonly<Record<string, () => Promise<Fuzzer>>> = {
  safetensors: async () => {
    const { fuzz } = await import('../checkpoint/safetensors.fuzz.js');
    return async (iterations, seed) => fuzz(iterations, seed);
  },
  pytorch: async () => (await import('../checkpoint/pytorch.fuzz.js')).fuzz,
  'gguf-headers': async () => {
    const { fuzz } = await import('../input/gguf/gguf.fuzz.js');
    return (iterations, seed) => fuzz(iterations, seed, 'headers');
  },
  gguf: async () => (await import('../input/gguf/gguf.fuzz.js')).fuzz,
  llama2c: async () => (await import('../input/llama2c.fuzz.js')).fuzz,
  'tokenizer-json': async () => (await import('../tokenizer/tokenizer-json.fuzz.js')).fuzz,
  'tokenizer-files': async () => (await import('../tokenizer/files.fuzz.js')).fuzzFiles,
  grammar: async () => (await import('../tokenizer/grammar/grammar.fuzz.js')).fuzz,
  package: async () => (await import('../package/package.fuzz.js')).fuzz,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { iterations: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const [name = ''] = positionals;
const found = Object.hasOwn(FUZZERS, name) ? FUZZERS[name] : undefined;
if (found === undefined) {
  console.error(
    `usage: npm run fuzz -- NAME [--iterations N] [--seed N]\nNAME: ${Object.keys(FUZZERS).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const fuzz = await found();
  const began = performance.now();
  const result = await fuzz(Number(values.iterations), Number(values.seed));
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(JSON.stringify({ name, seed: Number(values.seed), ...result, seconds }));
}
