/** Random chat templates and texts: whatever comes, a template is cut or left out with a reason, and a text becomes ids. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import { showable } from '../../src/shared/safe-text.js';
import { chatFromTemplate } from '../../src/tokenizer/chat.js';
import { said } from '../said.js';
import { randomNumbers } from '../support/synthetic-model.js';
import { fixtureJson, openJson } from './fixtures.js';

/** What templates are made of, whole and broken. */
const TEMPLATE = [
  ...['{% for m in messages %}', '{% endfor %}', "{% if m.role == 'user' %}", '{% else %}', '{% endif %}'],
  ...[
    '{{ m.content }}',
    '{{ messages[0].content }}',
    '{{ messages[-1]["content"] }}',
    '{{ bos_token }}',
    '{{ eos_token }}',
  ],
  ...[
    '{{ m.content | trim }}',
    '{{ messages | tojson }}',
    '{{ m }}',
    '{{ loop.index0 }}',
    '{{ m.content[::-1] }}',
  ],
  ...[
    '{% set a = m.content %}',
    '{% set a = a + a %}',
    '{{ a }}',
    '{% set ns = namespace(x=1) %}',
    '{{ ns.x }}',
  ],
  ...[
    '{% macro f(x) %}',
    '{% endmacro %}',
    '{{ f(f) }}',
    '{{ range(9999) | join }}',
    "{{ raise_exception('\u001b[2J\u202e') }}",
  ],
  ...[
    '{{ strftime_now("%d") }}',
    '{{ none.x.y }}',
    '{{ 1 / 0 }}',
    '{{ "x" * 99999 }}',
    '{{ [[]] }}',
    '{{ {} }}',
    '{# ',
    ' #}',
  ],
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{%- raw %}',
    '{% endraw %}',
    "'",
    '"',
    '\\',
    '((((',
    '|',
    '~',
    '-',
    '\n',
    ' ',
    '<s>',
    '</s>',
  ],
  ...[
    '<|im_start|>user\n',
    '<|im_end|>\n',
    '\u001b]0;x\u0007',
    '\u202e',
    '\u0000',
    '\ud800',
    '\u{1f600}',
    'Q: ',
    '\nA:',
  ],
];

/** What texts are made of. */
const TEXT = [
  ...[
    '<s>',
    '</s>',
    '<unk>',
    '<|im_end|>',
    '<',
    '\u0000',
    '\u001b[2J',
    '\u009b',
    '\u202e',
    '\u200d',
    '\ufeff',
    '\ufffd',
  ],
  ...[
    '\ud800',
    '\udc00',
    '\u{1f600}',
    '\u{10ffff}',
    'e\u0301',
    '\u0958',
    '\uac00',
    '\u1100\u1161',
    ' ',
    '  ',
    '\t',
    '\r',
    '\n',
  ],
  ...[
    'a',
    'the ',
    '0123',
    '\u0660',
    "'s",
    '\u3000',
    '▁',
    '\u0120',
    'x'.repeat(300),
    '{{ messages }}',
    '{% raw %}',
    '%s%n',
  ],
];

function mixer(seed: number): (pieces: readonly string[], most: number) => string {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.min(limit - 1, Math.floor(((random() + 1) / 2) * limit));
  return (pieces, most) => {
    let text = '';
    for (let left = 1 + below(most); left > 0; left--) text += pieces[below(pieces.length)] as string;
    return text;
  };
}

test('4000 templates', async () => {
  const tokenizer = await openJson(await fixtureJson('llama-legacy'));
  const mixed = mixer(180);
  let cut = 0;
  for (let round = 0; round < 4000; round++) {
    // A part of them around what makes a template one.
    const middle = round % 4 === 0 ? '{{ messages[0].content }}' : '';
    const source = mixed(TEMPLATE, 6) + middle + mixed(TEMPLATE, 6);
    const begun = performance.now();
    const { pieces, notes } = chatFromTemplate(source, null, tokenizer);
    assert.ok(performance.now() - begun < 5000, JSON.stringify(source));
    const words = said(notes);
    assert.ok(pieces !== null || words !== '', JSON.stringify(source));
    assert.ok(words.length < 1000, JSON.stringify(source));
    assert.doesNotMatch(showable(words), /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    if (pieces === null) continue;
    cut++;
    const text = mixed(TEXT, 10);
    try {
      const ids = tokenizer.encodeTurn(pieces.section, { user: text });
      assert.ok(ids.every((id) => id >= 0 && id < tokenizer.vocabSize));
    } catch (error) {
      assert.ok(
        error instanceof UsageError || error instanceof FormatError,
        JSON.stringify({ source, text }),
      );
    }
  }
  assert.ok(cut > 50 && cut < 3000, `${cut} were cut`);
});

test('6000 texts', async () => {
  for (const name of ['llama-legacy', 'llama3', 'gpt2']) {
    const tokenizer = await openJson(await fixtureJson(name));
    const mixed = mixer(181);
    for (let round = 0; round < 2000; round++) {
      const text = mixed(TEXT, 20);
      const ids = tokenizer.encode(text, { addSpecial: false, specialAsText: round % 2 === 0 });
      assert.ok(
        ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize),
        JSON.stringify(text),
      );
      const stream = tokenizer.decodeStream();
      const streamed = ids.map((id) => stream.push(id)).join('') + stream.finish();
      assert.equal(streamed, tokenizer.decode(ids), JSON.stringify(text));
      assert.doesNotMatch(
        showable(streamed),
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/,
        JSON.stringify(text),
      );
    }
  }
});
