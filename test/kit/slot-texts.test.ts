/** A teacher's Markdown becomes what stands in the slots, and nothing in it becomes anything else. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { MAX_TEXTS_CHARACTERS, SLOTS, readSlotTexts } from '../../src/kit/slot-texts.js';
import { UsageError } from '../../src/shared/errors.js';

interface Manifest {
  readonly modules: readonly {
    readonly declarations?: readonly {
      readonly tagName?: string;
      readonly slots?: readonly { readonly name: string }[];
    }[];
  }[];
}

test('knows every slot of the element', async () => {
  const manifest = JSON.parse(
    await readFile(new URL('../../custom-elements.json', import.meta.url), 'utf8'),
  ) as Manifest;
  const declared = manifest.modules
    .flatMap(({ declarations = [] }) => declarations)
    .find(({ tagName }) => tagName === 'esp32-llm-converter');
  const names = (declared?.slots ?? []).map(({ name }) => name).filter((name) => name !== '');
  assert.ok(names.length > 10);
  assert.deepEqual([...SLOTS].sort(), [...names].sort());
});

test('reads paragraphs, lists, emphasis, code and links', () => {
  const texts = readSlotTexts(
    [
      '# My lesson',
      '',
      '## fit-text',
      'Which memory is **fullest**?',
      'Write it *down*.',
      '',
      '1. look at `SRAM`',
      '2. then [here](https://school.example/a?b=1&c=2)',
      '   and there',
      '',
      '## privacy',
      'Nothing leaves',
      'this room.',
    ].join('\r\n'),
    'texts.md',
  );
  assert.deepEqual(
    [...texts],
    [
      [
        'fit-text',
        '<p>Which memory is <strong>fullest</strong>? Write it <em>down</em>.</p>' +
          '<ol><li>look at <code>SRAM</code></li><li>then <a href="https://school.example/a?b=1&amp;c=2" rel="noreferrer">here</a> and there</li></ol>',
      ],
      ['privacy', 'Nothing leaves this room.'],
    ],
  );
});

test('nothing in it becomes markup that was not meant', () => {
  const [html = ''] = readSlotTexts(
    '## try-text\n<script>alert(1)</script> [x](javascript:alert(1)) `<b>` [a"b](https://e.example/"onclick=) **<i>**',
    't.md',
  ).values();
  assert.doesNotMatch(html, /<script|<b>|<i>|href="javascript|"onclick/);
  assert.match(html, /&lt;script&gt;/);
});

test('says what is wrong with a file, and where', () => {
  for (const [text, message] of [
    ['hello', /t\.md, line 1: text before the first slot/],
    ['\n## fit\nx', /t\.md, line 2: there is no slot "fit"\. Slots are heading, /],
    ['## privacy\na\n## privacy\nb', /line 3: privacy is there twice/],
    ['## privacy\na\n\nb', /privacy is a line of text/],
    ['x'.repeat(MAX_TEXTS_CHARACTERS + 1), /longer than/],
  ] as const) {
    assert.throws(
      () => readSlotTexts(text, 't.md'),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
});
