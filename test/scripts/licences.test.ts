/** What WebAssembly is compiled from is named with its licences, and a changed dependency is noticed without a compiler. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  compareWithLock,
  licenceFiles,
  lockedCrates,
  RUST_LICENCES,
  standardLibraryVersion,
} from '../../scripts/lib/rust-licences.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

const LOCK = `version = 4

[[package]]
name = "ours"
version = "0.1.0"
dependencies = [
 "linked",
]

[[package]]
name = "linked"
version = "1.2.3"
source = "registry+https://example.org/index"
checksum = "00"

[[package]]
name = "only-tests"
version = "0.9.5+extra"
source = "registry+https://example.org/index"
`;

const TEXT = `linked 1.2.3 (MIT OR Apache-2.0)
================================

Permission

dlmalloc 0.2.11 (MIT), with the Rust standard library
=====================================================

Permission

Crates that no program contains
===============================

They build or test the others: only-tests 0.9.5+extra
`;

test('a lock file names the crates of others', () => {
  assert.deepEqual(lockedCrates(LOCK), ['linked 1.2.3', 'only-tests 0.9.5+extra']);
  assert.deepEqual(lockedCrates(LOCK.replaceAll('\n', '\r\n')), ['linked 1.2.3', 'only-tests 0.9.5+extra']);
});

test('texts that fit their lock file have no differences, and each difference has its sentence', () => {
  assert.deepEqual(compareWithLock(TEXT, LOCK), []);
  assert.deepEqual(compareWithLock(TEXT, LOCK.replace('1.2.3', '1.2.4')), [
    'linked 1.2.4 is not in the texts',
    'linked 1.2.3 is not in the lock file',
  ]);
  assert.deepEqual(compareWithLock(TEXT, LOCK.replace('only-tests', 'another')), [
    'another 0.9.5+extra is not in the texts',
    'only-tests 0.9.5+extra is not in the lock file',
  ]);
  assert.deepEqual(compareWithLock(TEXT.replace(' only-tests 0.9.5+extra', ''), LOCK), [
    'only-tests 0.9.5+extra is not in the texts',
  ]);
});

test('of licences to choose from the MIT text is taken, and every one that holds besides', () => {
  const both = ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'src'];
  assert.deepEqual(licenceFiles(both, 'MIT OR Apache-2.0'), ['LICENSE-MIT']);
  assert.deepEqual(licenceFiles(both, 'Apache-2.0/MIT'), ['LICENSE-MIT']);
  assert.deepEqual(licenceFiles([...both, 'LICENSE'], 'MIT OR Apache-2.0'), ['LICENSE-MIT']);
  assert.deepEqual(licenceFiles([...both, 'LICENSE-UNICODE'], '(MIT OR Apache-2.0) AND Unicode-3.0'), [
    'LICENSE-MIT',
    'LICENSE-UNICODE',
  ]);
  assert.deepEqual(licenceFiles(both, 'MIT AND Apache-2.0'), ['LICENSE-APACHE', 'LICENSE-MIT']);
  assert.deepEqual(licenceFiles(['LICENSE.txt', 'NOTICE'], 'MIT'), ['LICENSE.txt', 'NOTICE']);
  assert.deepEqual(licenceFiles(['README.md'], 'MIT'), []);
});

test('the committed texts are those of kernels/Cargo.lock', () => {
  assert.deepEqual(
    compareWithLock(read(RUST_LICENCES), read('kernels/Cargo.lock')),
    [],
    'node scripts/rust-licences.mjs writes them anew',
  );
});

test('the committed texts are those of the standard library that was compiled along', () => {
  const version = standardLibraryVersion(read(RUST_LICENCES));
  for (const folder of [
    'kernels/prebuilt',
    'kernels/crates/emulator-wasm/prebuilt',
    'kernels/crates/train/prebuilt',
  ]) {
    const manifest = JSON.parse(read(`${folder}/manifest.json`)) as { toolchain: { rustc: string } };
    assert.equal(version, /^rustc (\S+)/.exec(manifest.toolchain.rustc)?.[1], folder);
  }
});

test('the committed texts know nothing of where they were made', () => {
  assert.doesNotMatch(read(RUST_LICENCES), /\/(usr|root|home|tmp|registry)\/|\.cargo|crates\.io/);
});
