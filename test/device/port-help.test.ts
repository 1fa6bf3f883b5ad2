/** What is known of a port that cannot be chosen or opened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portTrouble, systemOf } from '../../src/device/port-help.js';

test('the system, by what browsers say of it', () => {
  for (const [hints, expected] of [
    [{ userAgentData: { platform: 'Linux' }, platform: 'Linux x86_64' }, 'linux'],
    [{ platform: 'Linux x86_64' }, 'linux'],
    [{ userAgentData: { platform: 'Windows' }, platform: 'Win32' }, 'windows'],
    [{ platform: 'Win32' }, 'windows'],
    [{ userAgentData: { platform: 'macOS' }, platform: 'MacIntel' }, 'macos'],
    [{ userAgentData: { platform: '' }, platform: 'MacIntel' }, 'macos'],
    [{ userAgentData: { platform: 'Chrome OS' }, platform: 'Linux x86_64' }, 'other'],
    [{ userAgentData: { platform: 'Android' }, platform: 'Linux aarch64' }, 'other'],
    [{ platform: 'Linux armv81' }, 'other'],
    [{}, 'other'],
  ] as const)
    assert.equal(systemOf(hints), expected, JSON.stringify(hints));
});

test('the bridge, by the numbers of the port; all of them where none was chosen', () => {
  const named = (usbVendorId: number, usbProductId = 1): readonly string[] =>
    portTrouble({ usbVendorId, usbProductId }).bridges;
  assert.deepEqual(named(0x10c4), ['CP210x (Silicon Labs)']);
  assert.deepEqual(named(0x1a86), ['CH340, CH343 (WCH)']);
  assert.deepEqual(named(0x0403), ['VCP (FTDI)']);
  assert.deepEqual(named(0x067b), ['PL2303 (Prolific)']);
  assert.deepEqual(named(0x303a, 0x1001), [], 'the chip’s own needs no driver');
  assert.deepEqual(named(0x9999), []);
  assert.equal(portTrouble(null).kind, 'not-chosen');
  assert.equal(portTrouble(null).bridges.length, 4);
});
