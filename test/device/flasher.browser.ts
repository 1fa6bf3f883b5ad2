// The flasher in a real browser: its streams, its compression, and the loading of esptool-js with its stub.
import { expect } from '@open-wc/testing';
import { flashImage } from '../../src/device/flasher.js';
import { PortSession } from '../../src/device/port-session.js';
import { SerialDevice } from '../../src/device/serial-device.js';
import { probeSerialSupport, type SerialScope } from '../../src/device/serial-support.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { OP, SimulatedBoard } from './simulated-loader.js';
import { SimulatedSerial } from './simulated-port.js';

const MiB = 1024 * 1024;

/** Firmware that compresses and a model that does not. */
function parts(): { name: string; offset: number; source: MemorySource }[] {
  const firmware = Uint8Array.from({ length: 90_001 }, (_, i) => (i === 0 ? 0xe9 : (i >> 9) & 0xff));
  let state = 1;
  const model = Uint8Array.from({ length: 400_003 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
  return [
    { name: 'firmware', offset: 0, source: new MemorySource('firmware', firmware) },
    { name: 'model', offset: MiB, source: new MemorySource('model', model) },
  ];
}

describe('flasher', () => {
  for (const connection of ['uart-bridge', 'usb-serial-jtag'] as const) {
    it(`flashes a board over ${connection}, leaves it alone the second time, and hands it to the console`, async () => {
      const board = new SimulatedBoard({ connection, banner: 'the prompt\r\n' });
      const serial = new SimulatedSerial();
      const session = await PortSession.open({ serial, port: serial.plug(board) });
      const options = { session, parts: parts(), needs: { flashBytes: 8 * MiB } };
      const first = await flashImage(options);
      expect(first.started).to.equal('running');
      expect(board.seen).to.include(OP.deflData).and.to.include(OP.flashData);
      for (const { offset, source } of options.parts) {
        const wanted = await source.read(0, source.size);
        expect(board.flash.read(offset, source.size)).to.deep.equal(wanted);
      }
      const second = await flashImage(options);
      expect(second.written).to.equal(0);
      const device = new SerialDevice(session, { first: second.output });
      let said = '';
      for await (const bytes of device.output) {
        said += new TextDecoder().decode(bytes);
        if (said.includes('the prompt')) break;
      }
      expect(said).to.contain('the prompt');
      await device.close();
      await session.close();
    });
  }

  it('says how it is with this very browser', async () => {
    const scope: SerialScope = {
      isSecureContext,
      navigator: navigator,
      framed: self !== top,
    };
    const { status } = await probeSerialSupport(scope);
    expect(status).to.equal('serial' in navigator ? 'available' : 'unsupported');
  });
});
