/** The emulated chip in a page: in a worker of its own, with the shipped firmware, beside a page that stays free. */
import { expect } from '@open-wc/testing';
import { ConsoleClient } from '../../src/device/console-client.js';
import { Twin } from '../../src/device/twin.js';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { assembleFlashImage } from '../../src/image/flash-image.js';
import { makeImage } from '../../src/pipeline/image.js';
import { findBoard } from '../../src/plan/boards.js';
import { startEmulator } from '../../src/worker/emulator-start.js';

const ROOT = new URL('../../', import.meta.url);

async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(path, ROOT));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const BOARD = findBoard('esp32-s3-n8');
const elf = await bytesOf('device-runtime/prebuilt/esp32s3/firmware.elf');
const packageBytes = await bytesOf('test/fixtures/console/chat.s3lm');

async function start(timing: boolean): ReturnType<typeof startEmulator> {
  const { layout } = await makeImage(packageBytes, {
    board: BOARD,
    firmware: firmwareFromElf(elf, 'firmware.elf'),
  });
  const { flashBytes, psramKind, psramBytes } = BOARD;
  return startEmulator(
    {
      emulator: new URL('kernels/crates/emulator-wasm/prebuilt/emulator.wasm', ROOT).href,
      worker: null,
    },
    assembleFlashImage(layout, packageBytes),
    { board: { flashBytes, psramKind, psramBytes }, timing, speed: 'flat', symbols: elf },
  );
}

for (const timing of [false, true]) {
  it(`says in a page what the twin says, to the last bit${timing ? ', with timing' : ''}`, async () => {
    const device = await start(timing);
    try {
      const client = await ConsoleClient.connect(device, { patience: 60_000, timeout: 60_000 });
      const twin = await Twin.load(
        await WebAssembly.compile(await bytesOf('device-runtime/prebuilt/twin.wasm')),
        packageBytes,
      );
      const options = { ids: [5, 6], temperature: 1.2, seed: 3, maxNewTokens: 5, logits: true };
      const expected = [...twin.generate(options)].map(({ id, logits }) => [id, ...(logits ?? [])]);
      const found: number[][] = [];
      for await (const { id, logits } of client.generate(options)) found.push([id, ...(logits ?? [])]);
      expect(found).to.deep.equal(expected);
      expect((await device.state()).warnings).to.deep.equal([]);
    } finally {
      await device.close();
    }
  });
}

it('pauses, steps and shows its memory from a page, and gives its worker back', async () => {
  const device = await start(false);
  const client = await ConsoleClient.connect(device, { patience: 60_000, timeout: 60_000 });
  client.close();
  await device.pause();
  const before = await device.state();
  const after = await device.step(0);
  expect(after.cores[0].instructions).to.equal(before.cores[0].instructions + 1);
  expect(after.cores[0].backtrace.at(-1)?.name).to.match(/^firmware_start/);
  expect(await device.readMemory(0x3c000000, packageBytes.length)).to.deep.equal(packageBytes);
  await device.close();
  await device.closed;
});
