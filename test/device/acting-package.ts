/** The sample that obeys, with a wiring, as a package that the host's board has room for. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { readActionCard } from '../../src/input/action-card.js';
import { convert } from '../../src/pipeline/convert.js';
import { findBoard } from '../../src/plan/boards.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
export const ACTING_BOARD = 'esp32-s3-n16r8';
const WIRING = JSON.stringify({
  version: 1,
  outputs: [
    { name: 'kitchen lamp', pin: 5, part: 'lamp', place: 'kitchen' },
    { name: 'study lamp', kind: 'dimmer', pin: 6, part: 'lamp', place: 'study' },
    { name: 'blinds', kind: 'servo', pin: 7, part: 'blinds' },
    { name: 'hall = lamp', kind: 'light', pin: 8, part: 'lamp', place: 'hall' },
  ],
  inputs: [
    { name: 'door', pin: 4, pull: 'up', part: 'door', low: 'closed', high: 'open' },
    { name: 'chip', kind: 'temperature', part: 'temperature' },
  ],
  rules: [{ when: '*sleep*', output: 'study lamp', set: 'off' }],
});

/** Its context holds 128 tokens. */
export async function actingPackage(): Promise<Uint8Array> {
  const model = await nodeFolder(SAMPLE);
  const card = await readActionCard(model);
  // As little SRAM as the host's board has.
  const board = findBoard(ACTING_BOARD);
  const small = { ...board, chip: { ...board.chip, firmwareSramBytes: 180 * 1024 } };
  const options = { board: small, context: 128, report: false, actions: { wiring: WIRING, card } };
  const made = await convert(model, options, await testRuntime()).finally(() => model.close());
  assert.ok(made.package !== null);
  return made.package;
}
