// Each reason why boards cannot be reached is told apart, since each has another remedy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeSerialSupport } from '../../src/device/serial-support.js';
import { connectionOf } from '../../src/device/serial-types.js';
import { SimulatedSerial } from './simulated-port.js';

const serial = new SimulatedSerial();
const refused = {
  getPorts: () => Promise.reject(new DOMException('blocked', 'SecurityError')),
  requestPort: () => Promise.reject(new DOMException('blocked', 'SecurityError')),
};

test('tells the reasons apart', async () => {
  const status = async (scope: Parameters<typeof probeSerialSupport>[0]): Promise<string> =>
    (await probeSerialSupport(scope)).status;
  assert.equal(await status({ isSecureContext: true, navigator: { serial }, framed: false }), 'available');
  assert.equal(await status({ isSecureContext: true, navigator: { serial }, framed: true }), 'available');
  assert.equal(await status({ isSecureContext: false, navigator: {}, framed: false }), 'insecure');
  assert.equal(await status({ isSecureContext: true, navigator: {}, framed: false }), 'unsupported');
  assert.equal(await status({ isSecureContext: true, framed: false }), 'unsupported');
  assert.equal(
    await status({ isSecureContext: true, navigator: { serial: refused }, framed: true }),
    'frame',
  );
  assert.equal(
    await status({ isSecureContext: true, navigator: { serial: refused }, framed: false }),
    'policy',
  );
  const worker = { getPorts: () => Promise.resolve([]) };
  assert.equal(
    await status({ isSecureContext: true, navigator: { serial: worker }, framed: false }),
    'worker',
  );
});

test('knows how a board hangs on the host by its USB numbers', () => {
  assert.equal(connectionOf({ usbVendorId: 0x303a, usbProductId: 0x1001 }), 'usb-serial-jtag');
  assert.equal(connectionOf({ usbVendorId: 0x303a, usbProductId: 0x0009 }), 'usb-otg');
  assert.equal(connectionOf({ usbVendorId: 0x1a86, usbProductId: 0x55d3 }), 'uart-bridge');
  assert.equal(connectionOf({}), 'uart-bridge');
});
