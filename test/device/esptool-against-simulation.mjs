// Runs PyPI's esptool against the simulated board and compares what the two say about its flash. That the simulation is
// right is known by this, not by the project's own flasher.
//
//   python3 -m venv build/esptool && build/esptool/bin/pip install esptool
//   ESPTOOL=build/esptool/bin/esptool node test/device/esptool-against-simulation.mjs
//
// Not part of the tests, which need nothing but Node.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const esptool = process.env.ESPTOOL ?? 'esptool';
const folder = mkdtempSync(path.join(os.tmpdir(), 'simulated-board-'));
const at = (name) => path.join(folder, name);

/** Bytes that do not compress, and bytes that do; of lengths that are a multiple of nothing. */
const dense = Uint8Array.from({ length: 300_001 }, (_, i) => Math.imul(i + 1, 2_654_435_761) >>> 24);
const sparse = Uint8Array.from({ length: 70_003 }, (_, i) => (i >> 9) & 0xff);
writeFileSync(at('dense'), dense);
writeFileSync(at('sparse'), sparse);

const server = spawn(
  process.execPath,
  ['--import', './scripts/lib/ts-register.mjs', 'test/device/serve-simulated-board.ts', at('flash')],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const output = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
const port = (await output.next()).value;

try {
  console.log(run('version').trim().split('\n').at(-1));
  check('flash-id', [], /Detected flash size: 8MB/);
  check('erase-flash', [], /erased successfully/);
  check('write-flash', ['0x0', at('sparse'), '0x100000', at('dense')], /Hash of data verified/);
  check('verify-flash', ['0x0', at('sparse'), '0x100000', at('dense')], /Verification successful/);
  check('read-flash', ['0x100000', String(dense.length), at('read')], /Read 300001 bytes/);
  assert.ok(Buffer.from(dense).equals(readFileSync(at('read'))), 'read-flash gives what was written');
  check('write-flash', ['--no-compress', '0x200000', at('dense')], /Hash of data verified/);
  check('erase-region', ['0x0', '0x20000'], /erased successfully/);
  check('--baud 460800 write-flash', ['0x300000', at('dense')], /Changed\.[^]*Hash of data verified/);
  check('--no-stub write-flash', ['0x400000', at('sparse')], /Hash of data verified/);
  check('--no-stub write-flash', ['--no-compress', '0x500000', at('sparse')], /Hash of data verified/);
  check('get-security-info', [], /Chip ID: *9/);

  server.stdin.end();
  console.log((await output.next()).value);
  await new Promise((resolve) => server.once('exit', resolve));
  const expected = new Uint8Array(8 * 1024 * 1024).fill(0xff);
  for (const offset of [0x100000, 0x200000, 0x300000]) expected.set(dense, offset);
  for (const offset of [0x400000, 0x500000]) expected.set(sparse, offset);
  assert.ok(readFileSync(at('flash')).equals(Buffer.from(expected)), 'the whole flash is as expected');
  console.log('The flash holds what esptool wrote, and nothing else.');
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

function run(...args) {
  const { stdout, stderr, error } = spawnSync(esptool, args, { encoding: 'utf8', timeout: 120_000 });
  if (error !== undefined) throw error;
  return stdout + stderr;
}

function check(command, args, expected) {
  const said = run('--port', port, '--chip', 'esp32s3', ...command.split(' '), ...args);
  if (!expected.test(said)) throw new Error(`${command}: expected ${expected} in\n${said}`);
  console.log(`ok ${command} ${args.map((arg) => path.basename(arg)).join(' ')}`);
}
