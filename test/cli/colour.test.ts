/** Colours are there when a terminal wants them, and nothing but the program's own tones makes them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wantsColour } from '../../src/cli/colour.js';
import { ShownStream } from '../../src/cli/terminal.js';
import { toned } from '../../src/shared/toned-text.js';

describe('wantsColour', () => {
  const TERMINAL = { isTTY: true };
  const FILE = { isTTY: false };

  it('follows the terminal, NO_COLOR, FORCE_COLOR and TERM', () => {
    const cases: [stream: { isTTY: boolean }, environment: Record<string, string>, colours: boolean][] = [
      [TERMINAL, {}, true],
      [TERMINAL, { TERM: 'xterm-256color' }, true],
      [TERMINAL, { TERM: 'dumb' }, false],
      [TERMINAL, { NO_COLOR: '1' }, false],
      [TERMINAL, { NO_COLOR: '' }, true],
      [FILE, {}, false],
      [FILE, { FORCE_COLOR: '1' }, true],
      [FILE, { FORCE_COLOR: '' }, true],
      [FILE, { FORCE_COLOR: '0' }, false],
      [TERMINAL, { FORCE_COLOR: 'false' }, false],
      [TERMINAL, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
      [TERMINAL, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
    ];
    for (const [stream, environment, colours] of cases)
      assert.equal(wantsColour(stream, environment), colours, JSON.stringify([stream, environment]));
  });
});

describe('lines with tones', () => {
  const LINES = [['a ', toned('good', 'yes'), ' b'], 'plain', [toned('bad', 'x\u001b[2J')]] as const;

  function written(hasColours: boolean): string {
    let text = '';
    new ShownStream({ hasColours, write: (piece) => (text += piece) }).writeLines(LINES);
    return text;
  }

  it('read the same without colours', () => {
    assert.equal(written(false), 'a yes b\nplain\nx\\u001b[2J\n');
    assert.equal(written(true).replace(/\u001b\[[\d;]*m/g, ''), written(false));
  });

  it('are never coloured by their texts', () => {
    assert.equal(written(true).match(/\u001b/g)?.length, 4);
  });
});
