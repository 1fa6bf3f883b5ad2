/** What a model's folder carries beside its action card, and how it gives way to what a person wants. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { headerOf, lightOf, pinsOf, whyReserved } from '../../src/chips/pins.js';
import { GRAMMAR_FILE, WIRING_FILE } from '../../src/input/action-names.js';
import { wiringFor } from '../../src/package/own-wiring.js';
import { readWiring } from '../../src/package/wiring.js';
import { withSections, readOwnSections, type OwnSections } from '../../src/pipeline/own-sections.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { BOARDS, findBoard } from '../../src/plan/boards.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { FormatError } from '../../src/shared/errors.js';
import { testRuntime } from '../support/runtime.js';

const DEVKIT = findBoard('devkitc-1-n8r8');

describe('what a folder carries for its package', () => {
  let folder: ModelFolder;
  let opened: OpenedModel;
  let own: OwnSections;

  before(async () => {
    folder = await nodeFolder(fileURLToPath(new URL('../../models/home-commands', import.meta.url)));
    opened = await openModel(folder, await testRuntime());
    own = await readOwnSections(folder);
  });

  /** The folder with one of its small files in other words. */
  async function ownWith(file: string, text: string): Promise<OwnSections> {
    return readOwnSections({
      ...folder,
      name: folder.name,
      open: async (name, signal) =>
        name === file
          ? memoryFolder('other', { [file]: new TextEncoder().encode(text) }).open(file)
          : folder.open(name, signal),
    });
  }

  it('is used where nothing else is wanted, and said', async () => {
    const { added, notes } = await withSections(opened, {}, own, DEVKIT);
    assert.ok(added?.actions !== undefined && added.grammar !== undefined);
    assert.deepEqual(
      notes.filter(({ code }) => code.startsWith('file-')),
      [
        { code: 'file-used', file: WIRING_FILE },
        { code: 'file-used', file: GRAMMAR_FILE },
      ],
    );
  });

  it('gives way to what is wanted, and to nothing', async () => {
    const none = await withSections(opened, { wiring: null, grammar: null }, own, DEVKIT);
    assert.equal(none.added, undefined);
    const wiring = JSON.stringify({ version: 1, outputs: [{ name: 'lamp', pin: 5, part: 'lamp' }] });
    const other = await withSections(opened, { wiring, grammar: 'root ::= "yes" | "no"' }, own, DEVKIT);
    assert.deepEqual(other.notes, opened.notes);
    const { added } = await withSections(opened, {}, own, DEVKIT);
    for (const name of ['actions', 'grammar'] as const)
      assert.ok((other.added?.[name]?.length ?? 0) < (added?.[name]?.length ?? 0), name);
  });

  it('is left out with the reason when it is broken; what a person wants is refused', async () => {
    const broken = '{"version": 1, "outputs": [{"name": "lamp"}]}';
    const { added, notes } = await withSections(opened, {}, await ownWith(WIRING_FILE, broken), DEVKIT);
    assert.equal(added?.actions, undefined);
    assert.ok(notes.some((note) => note.code === 'file-ignored' && note.problem.includes('outputs[0].pin')));
    const ofGrammar = await withSections(opened, {}, await ownWith(GRAMMAR_FILE, 'root ::= ('), DEVKIT);
    assert.ok(ofGrammar.notes.some((note) => note.code === 'file-ignored' && note.file === GRAMMAR_FILE));
    await assert.rejects(withSections(opened, { wiring: broken }, own, DEVKIT), FormatError);
    await assert.rejects(withSections(opened, { grammar: 'root ::= (' }, own, DEVKIT), FormatError);
    const noCard = await ownWith('actions.json', '{}');
    assert.deepEqual([noCard.card, noCard.grammar], [null, null]);
    assert.ok(noCard.notes.some(({ code }) => code === 'file-ignored'));
  });

  it('drives on each board what its header has and nothing else needs', () => {
    let wired = 0;
    for (const board of BOARDS.filter(({ refused }) => refused === null)) {
      const text = wiringFor(own.wiring ?? '', board);
      if (headerOf(board) === null && lightOf(board) === null) {
        assert.equal(text, null, board.id);
        continue;
      }
      const { outputs, inputs } = readWiring(text ?? '', own.card, board);
      wired++;
      const header = headerOf(board);
      for (const { pin } of [...outputs, ...inputs]) {
        if (pin === null || pin === lightOf(board)?.pin) continue;
        assert.ok([...(header?.left ?? []), ...(header?.right ?? [])].includes(pin), `${board.id} ${pin}`);
      }
    }
    assert.ok(wired > 10);
  });
});

describe('headers of boards', () => {
  it('have pins that there are, each once, and somewhere to wire to', () => {
    for (const board of BOARDS) {
      const header = headerOf(board);
      if (header === null) continue;
      const pins = [...header.left, ...header.right].filter((pin) => typeof pin === 'number');
      assert.equal(new Set(pins).size, pins.length, board.id);
      for (const pin of pins) assert.ok(pinsOf(board).includes(pin), `${board.id} ${pin}`);
      assert.ok(pins.filter((pin) => whyReserved(pin, board) === null).length >= 7, board.id);
      assert.equal(header.left.length, header.right.length, board.id);
      const light = lightOf(board);
      if (light !== null) assert.ok(pins.includes(light.pin), `${board.id} ${light.pin}`);
    }
  });
});
