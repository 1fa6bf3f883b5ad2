/** Whoever has wasm-pack gets from it what the project's own generator writes: the same interface, and the same answers. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as ownEmulator from '../../kernels/crates/emulator-wasm/prebuilt/emulator.js';
import * as ownKernels from '../../kernels/prebuilt/kernels.js';
import { run, runOrThrow } from '../../scripts/lib/run.mjs';
import { hasToolchain, WASM_LD } from '../../scripts/lib/toolchain.mjs';
import { lockedCrates } from '../../scripts/lib/rust-licences.mjs';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { findBoard } from '../../src/plan/boards.js';
import { crc32 } from './plain-crc.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TARGET = 'wasm32-unknown-unknown';

/** How wasm-pack is called with the Rust that is here. */
interface Call {
  readonly mode: 'no-install' | 'force';
  readonly cargo: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** @returns a sentence when wasm-pack cannot be tried on this machine */
async function findCall(): Promise<Call | string> {
  if ((await run('wasm-pack', ['--version'], { quiet: true })).code !== 0) {
    return 'wasm-pack is not on the PATH';
  }
  // With another version wasm-pack would look for this one elsewhere.
  const lock = readFileSync(path.join(root, 'kernels/Cargo.lock'), 'utf8');
  const version = lockedCrates(lock).find((name) => /^wasm-bindgen \d/.test(name)) ?? 'wasm-bindgen';
  const { output } = await run('wasm-bindgen', ['--version'], { quiet: true });
  if (output.trim() !== version) return `${version} is not on the PATH`;
  const library = await run('rustc', ['--print', 'target-libdir', '--target', TARGET], { quiet: true });
  if (library.code === 0 && existsSync(library.output.trim()))
    return { mode: 'no-install', cargo: [], env: {} };
  if (!(await hasToolchain('kernels'))) return `no Rust with the target ${TARGET}`;
  // Debian's: the standard library is compiled along, so that there is no target for wasm-pack to find.
  return {
    mode: 'force',
    cargo: ['-Zbuild-std=std,panic_abort'],
    env: {
      PATH: `/usr/bin${path.delimiter}${process.env.PATH ?? ''}`,
      RUSTC_BOOTSTRAP: '1',
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: WASM_LD,
    },
  };
}

const call = await findCall();
const skip = typeof call === 'string' ? call : false;

/** Builds a crate into a folder that goes with the test; the file names begin with the crate's. */
async function build(t: { after: (end: () => Promise<void>) => void }, crate: string): Promise<string> {
  assert.ok(typeof call !== 'string');
  const output = await mkdtemp(path.join(os.tmpdir(), 'wasm-pack-'));
  t.after(() => rm(output, { recursive: true }));
  const options = ['--mode', call.mode, '--target', 'web', '--out-dir', output];
  await runOrThrow(
    'wasm-pack',
    ['build', path.join(root, 'kernels/crates', crate), ...options, '--', '--locked', ...call.cargo],
    // The flags of .cargo/config.toml count only where the environment has none.
    { env: { RUSTFLAGS: undefined, CARGO_ENCODED_RUSTFLAGS: undefined, ...call.env }, quiet: true },
  );
  return output;
}

/** The types that a caller sees; the module's own exports behind them are the generator's affair. */
function interfaceOf(types: string): string {
  const inner = /export interface InitOutput \{[^}]*\}\n/;
  assert.match(types, inner);
  return types.replace(inner, '');
}

void test('kernels of wasm-pack have the same interface, checksum and codes', { skip }, async (t) => {
  const folder = await build(t, 'kernels');
  assert.equal(
    interfaceOf(await readFile(path.join(folder, 'kernels.d.ts'), 'utf8')),
    interfaceOf(await readFile(path.join(root, 'kernels/prebuilt/kernels.d.ts'), 'utf8')),
  );
  const module = (await import(pathToFileURL(path.join(folder, 'kernels.js')).href)) as typeof ownKernels;
  assert.deepEqual(Object.keys(module).sort(), Object.keys(ownKernels).sort());
  const bytes = await readFile(path.join(folder, 'kernels_bg.wasm'));
  assert.ok(bytes.includes('simd128'), 'compiled with vector instructions');
  const found = useKernels(module, bytes);
  const expected = useKernels(ownKernels, await readFile(path.join(root, 'kernels/prebuilt/kernels.wasm')));
  assert.deepEqual(found, expected);
  assert.equal(found.crc, crc32(new Uint8Array(ROW.buffer)));
  assert.equal(Math.max(...found.codes.map(Math.abs)), 127, 'a row was quantized');
});

void test(
  'the emulator of wasm-pack has the same interface and runs the same cycles',
  { skip },
  async (t) => {
    const folder = await build(t, 'emulator-wasm');
    const prebuilt = path.join(root, 'kernels/crates/emulator-wasm/prebuilt');
    assert.equal(
      interfaceOf(await readFile(path.join(folder, 'emulator_wasm.d.ts'), 'utf8')),
      interfaceOf(await readFile(path.join(prebuilt, 'emulator.d.ts'), 'utf8')),
    );
    const module = (await import(
      pathToFileURL(path.join(folder, 'emulator_wasm.js')).href
    )) as typeof ownEmulator;
    assert.deepEqual(Object.keys(module).sort(), Object.keys(ownEmulator).sort());
    const image = await smallImage();
    const found = useEmulator(module, await readFile(path.join(folder, 'emulator_wasm_bg.wasm')), image);
    const expected = useEmulator(ownEmulator, await readFile(path.join(prebuilt, 'emulator.wasm')), image);
    assert.deepEqual(found, expected);
    assert.match(found.sent, /entry 0x40374000/);
    assert.ok(found.instructions > 1000, `${found.instructions} instructions`);
  },
);

/** Some weights of both signs, more than a vector instruction takes and not a multiple of it. */
const ROW = Float32Array.from({ length: 37 }, (_, i) => Math.sin(i * i + 1) / 8);

function useKernels(
  module: typeof ownKernels,
  bytes: BufferSource,
): { crc: number; codes: number[]; scales: number[] } {
  const { memory } = module.initSync({ module: bytes });
  const input = new module.Buffer(ROW.byteLength);
  new Float32Array(memory.buffer, input.address(), ROW.length).set(ROW);
  const quantizer = new module.TensorQuantizer(
    'F32',
    1,
    ROW.length,
    'int8Channel',
    0,
    new Float32Array(0),
    1,
    new Float32Array(0),
  );
  const block = new module.Block(1, 48, 1, 0, 0);
  assert.equal(quantizer.quantize(input, ROW.byteLength, block, 0, 1), 1);
  return {
    crc: input.crc32(0, ROW.byteLength),
    codes: [...new Int8Array(memory.buffer, block.codes_address(), ROW.length)],
    scales: [...new Float32Array(memory.buffer, block.scales_address(), 1)],
  };
}

/** A program that does nothing but jump to itself, as what a board is flashed with. */
async function smallImage(): Promise<Uint8Array> {
  const address = 0x40374000;
  // ENTRY a1, 32; J to itself.
  const code = Uint8Array.of(0x36, 0x41, 0x00, 0x06, 0xff, 0xff, 0, 0);
  const segments = [{ address, bytes: code }];
  const firmware = { kind: 'standalone', name: 'program', chip: ESP32S3, entry: address, segments } as const;
  return assembleFlashImage(await planFlashImage(firmware, findBoard('esp32-s3-n8r8'), 0), new Uint8Array(0));
}

function useEmulator(
  module: typeof ownEmulator,
  bytes: BufferSource,
  image: Uint8Array,
): { instructions: number; core: string; statistics: number[]; sent: string } {
  module.initSync({ module: bytes });
  const board = new module.Emulator(image, 8 * 1024 * 1024, 2, 8 * 1024 * 1024, true, false, 1);
  // The mask ROM takes some hundredths of a second before the program begins.
  assert.equal(board.run(0.1), false, board.report());
  return {
    instructions: board.instructions,
    core: board.core(0),
    statistics: [...board.statistic_values()],
    sent: new TextDecoder().decode(board.usb_read()),
  };
}
