/** Templates give what the transformers library makes of them (test/fixtures/make_templates.py), and fail where it refuses. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ChatTemplate, type ChatMessage } from '../../src/tokenizer/template.js';

const { context, cases } = JSON.parse(
  await readFile(new URL('../fixtures/templates.json', import.meta.url), 'utf8'),
) as { readonly context: { readonly messages: ChatMessage[] }; readonly cases: [string, string | null][] };

for (const [source, text] of cases) {
  test(`${text === null ? 'refused' : 'rendered'}: ${source.slice(0, 80)}`, () => {
    const render = (): string => new ChatTemplate(source, { ...context }).render(context.messages);
    if (text === null) assert.throws(render, Error);
    else assert.equal(render(), text);
  });
}
