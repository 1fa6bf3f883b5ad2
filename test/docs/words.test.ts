/** What the page refuses is explained, and the terms that it uses are in the glossary. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../scripts/lib/run.mjs';
import { enFlash, enSerial } from '../../src/element/strings/en/flash.js';

const read = (name: string): Promise<string> => readFile(path.join(ROOT, name), 'utf8');

test('every refusal of a board, port or browser is explained under its title', async () => {
  const text = await read('docs/troubleshooting.md');
  const groups: Readonly<Record<string, { readonly title: string }>>[] = [
    enFlash.errors,
    enSerial.reasons,
    enSerial.ports,
  ];
  const said = groups.flatMap((group) => Object.values(group).map(({ title }) => title));
  assert.ok(said.length > 20);
  assert.deepEqual(
    said.filter((title) => !text.includes(`| ${title} |`)),
    [],
  );
});

test('the glossary has each term once, in a sentence or two', async () => {
  const entries = [
    ...(await read('docs/glossary.md')).matchAll(/^\*\*([^*]+)\*\*(?: \(([^)]+)\))?: (.*)$/gm),
  ];
  const terms = entries.map(([, term = '']) => term.toLowerCase());
  assert.equal(new Set(terms).size, terms.length);
  const all = entries
    .map(([line]) => line)
    .join('\n')
    .toLowerCase();
  for (const term of [
    ...[
      'tensor',
      'channel',
      'group',
      'scale',
      'kl divergence',
      'perplexity',
      'agreement',
      'context',
      'token',
    ],
    ...[
      'cache',
      'sram',
      'psram',
      'flash',
      'temperature',
      'top-k',
      'top-p',
      'seed',
      'nat',
      'sqnr',
      'int8',
      'int4',
    ],
    ...[
      'quantization',
      'activations',
      'vocabulary',
      'embedding',
      'firmware',
      'boot, reset',
      'emulator',
      'web serial',
    ],
  ])
    assert.match(
      all,
      new RegExp(`^\\*\\*[^*]*${term}[^*]*\\*\\*|^\\*\\*[^*]+\\*\\* \\([^)]*${term}`, 'm'),
      term,
    );
  for (const [line, , , text = ''] of entries) {
    assert.match(text, /\.$/, line);
    assert.ok(text.split(/\s+/).length <= 45, line);
  }
});
