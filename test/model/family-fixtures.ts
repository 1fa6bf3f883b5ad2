/** The tiny checkpoints of `test/fixtures/families`, and what transformers computed from them. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { readDecoder } from '../../src/model/read.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';

const ROOT = new URL('../fixtures/families/', import.meta.url);

/** Models with the rotary types that are about long texts, and texts longer than what these were trained with. */
export const LONG_ROTARY = new URL('../fixtures/long-rotary/', import.meta.url);

export interface Expected {
  readonly ids: readonly number[];
  /** So many of the ids begin the text that is continued. */
  readonly prompt: number;
  /** The likeliest continuation. */
  readonly greedy: readonly number[];
  /** After each of the ids. */
  readonly logits: readonly (readonly number[])[];
}

/** The names of all. */
export async function familyFixtures(root = ROOT): Promise<string[]> {
  return (await readdir(root)).sort();
}

/** One as a folder in memory, its config changed where asked for. */
export async function fixtureFolder(
  name: string,
  change: (config: Record<string, unknown>) => void = () => undefined,
  root = ROOT,
): Promise<ModelFolder> {
  const config = JSON.parse(await readFile(new URL(`${name}/config.json`, root), 'utf8')) as Record<
    string,
    unknown
  >;
  change(config);
  return memoryFolder(name, {
    'config.json': new TextEncoder().encode(JSON.stringify(config)),
    'model.safetensors': new Uint8Array(await readFile(new URL(`${name}/model.safetensors`, root))),
  });
}

export interface Fixture {
  readonly model: DecoderModel;
  readonly checkpoint: Checkpoint;
  readonly expected: Expected;
}

/** One, read. */
export async function openFixture(name: string, root = ROOT): Promise<Fixture> {
  const input = hfFolderInput(await fixtureFolder(name, undefined, root));
  const expected = JSON.parse(await readFile(new URL(`${name}/expected.json`, root), 'utf8')) as Expected;
  return { model: await readDecoder(input), checkpoint: await input.checkpoint(), expected };
}

/** The largest difference, relative to the largest expected value. */
export function distance(values: ArrayLike<number>, expected: readonly number[]): number {
  assert.equal(values.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (values[i] ?? NaN))), 0) / largest
  );
}
