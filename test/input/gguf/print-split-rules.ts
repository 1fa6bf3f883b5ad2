/** Prints the rules of these names as steps of tokenizer.json, for `make_split_rules.py`. */
import { sequenceOf, splitByName } from '../../../src/input/gguf/split-rules.js';

const rules = process.argv.slice(2).map((name) => {
  const rule = splitByName(name);
  if (rule === null) throw new Error(`No rule ${name}`);
  return [name, { steps: sequenceOf(rule.steps), takesWords: rule.takesWords ?? false }];
});
const plain = (_: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value;
console.log(JSON.stringify(Object.fromEntries(rules), plain));
