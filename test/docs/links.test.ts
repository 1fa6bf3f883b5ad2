/** Every link between documents leads somewhere, and every document is found from the list of them. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../scripts/lib/run.mjs';
import { anchors, documents, withoutCode, type Document } from '../support/documents.js';

/** Links of a document that are no addresses of other sites. */
function links({ text }: Document): string[] {
  const found = [...withoutCode(text).matchAll(/\]\(([^()\s]+(?:\([^()\s]*\))?)(?: "[^"]*")?\)/g)];
  return found.map(([, target]) => target ?? '').filter((target) => !/^[a-z]+:/i.test(target));
}

async function fault(from: Document, link: string, all: readonly Document[]): Promise<string | null> {
  const [file = '', anchor] = link.split('#');
  const name =
    file === '' ? from.name : path.posix.normalize(path.posix.join(path.posix.dirname(from.name), file));
  const facts = name.startsWith('..') ? null : await stat(path.join(ROOT, name)).catch(() => null);
  if (facts === null) return `${from.name}: ${link}: there is no such file`;
  if (anchor === undefined) return null;
  const target = all.find((document) => document.name === name);
  if (target === undefined) return `${from.name}: ${link}: an anchor in what is no document`;
  return anchors(target.text).has(decodeURIComponent(anchor))
    ? null
    : `${from.name}: ${link}: there is no such heading`;
}

test('every link leads to a file and a heading that are there', async () => {
  const all = await documents();
  const faults: string[] = [];
  let count = 0;
  for (const document of all) {
    for (const link of links(document)) {
      count += 1;
      const found = await fault(document, link, all);
      if (found !== null) faults.push(found);
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(count > 100, `only ${count} links`);
});

test('a wrong link is found', async () => {
  const from = { name: 'docs/a.md', text: '' };
  const to = { name: 'docs/b.md', text: '# One thing\n\n## `code` & more\n\n## One thing\n' };
  const all = [from, to];
  const self = { name: 'README.md', text: '# Here\n' };
  assert.equal(await fault(from, '../README.md', all), null);
  for (const link of ['nowhere.md', '../../outside.md', '../README.md#x'])
    assert.notEqual(await fault(from, link, all), null, link);
  assert.equal(await fault(self, '#here', [self]), null);
  assert.notEqual(await fault(self, '#there', [self]), null);
  assert.deepEqual([...anchors(to.text)], ['one-thing', 'code--more', 'one-thing-1']);
  assert.deepEqual(links({ name: '', text: '[a](b.md) `[c](d.md)` [e](https://f) ![g](h.png)' }), [
    'b.md',
    'h.png',
  ]);
});

test('docs/README.md has every document, behind one of five doors', async () => {
  const all = await documents();
  const index = all.find(({ name }) => name === 'docs/README.md');
  assert.ok(index !== undefined);
  const listed = new Set(links(index).map((link) => link.replace(/#.*$/, '')));
  const present = all
    .map(({ name }) => /^docs\/([^/]+\.md)$/.exec(name)?.[1])
    .filter((name) => name !== undefined && name !== 'README.md');
  assert.deepEqual(
    present.filter((name) => !listed.has(name as string)),
    [],
  );
  assert.equal(index.text.match(/^## /gm)?.length, 5);
});
