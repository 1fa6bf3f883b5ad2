/**
 * Two readers of one format: edited packages, their checksums put right again, before the converter's reader and before
 * the engine. Both must accept a package or both refuse it.
 *
 *   node --import ./scripts/lib/ts-register.mjs test/package/differential.ts --iterations 1000000 --seed 1
 *
 * What META, TOKN and CHAT hold is left alone: the engine does not read the first, the reader not the others.
 */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Twin } from '../../src/device/twin.js';
import type { TwinExports } from '../../src/device/twin-exports.js';
import { readPackage } from '../../src/package/reader.js';
import { FormatError } from '../../src/shared/errors.js';
import { makePackage, randomNumbers } from '../engine/package-maker.js';
import { bytesSource, resealSections } from '../support/packages.js';
import { DIFFERENTIAL_SHAPES } from './differential-shapes.js';
import { fieldsOf, interestingValues, type FoundField } from './package-fields.js';
import { changeSections } from './package-sections.js';

export interface DifferentialResult {
  readonly edits: number;
  /** Packages that both readers took. */
  readonly accepted: number;
  readonly refused: number;
  /** Edits on which the readers do not agree, and what each said. */
  readonly disagreements: readonly string[];
}

/** More would only say the same again. */
const MOST_DISAGREEMENTS = 50;

/** Room for a package that got longer. */
const ROOM_BYTES = 1 << 18;

/** A package to be edited. */
interface Subject {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly fields: readonly FoundField[];
}

function subjects(): Subject[] {
  return Object.entries(DIFFERENTIAL_SHAPES).map(([name, shape]) => {
    const { bytes } = makePackage(shape);
    return { name, bytes, fields: fieldsOf(bytes) };
  });
}

/** Both readers, and what they have said so far. */
class Judges {
  accepted = 0;
  refused = 0;
  readonly disagreements: string[] = [];
  private readonly at: number;

  private constructor(
    private readonly module: WebAssembly.Module,
    private readonly engine: TwinExports,
  ) {
    this.at = engine.twin_reserve(ROOM_BYTES);
  }

  static async create(module: WebAssembly.Module): Promise<Judges> {
    const instance = await WebAssembly.instantiate(module, {});
    return new Judges(module, instance.exports as unknown as TwinExports);
  }

  /** @param what was done to the package, told when the two do not agree */
  async judge(bytes: Uint8Array, what: () => string): Promise<void> {
    const reader = await this.reader(bytes);
    const engine = await this.engineSays(bytes);
    if (reader === null && engine === null) this.accepted += 1;
    else if (reader !== null && engine !== null) this.refused += 1;
    else if (this.disagreements.length < MOST_DISAGREEMENTS)
      this.disagreements.push(`${what()}: reader ${reader ?? 'accepts'} | engine ${engine ?? 'accepts'}`);
  }

  /** `null` when it accepts the package. */
  private async reader(bytes: Uint8Array): Promise<string | null> {
    try {
      await readPackage(bytesSource(bytes), { verify: true });
      return null;
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
  }

  private async engineSays(bytes: Uint8Array): Promise<string | null> {
    if (bytes.length > ROOM_BYTES) throw new RangeError(`a package of ${bytes.length} bytes has no room`);
    new Uint8Array(this.engine.memory.buffer).set(bytes, this.at);
    const status = this.engine.twin_open(this.at, bytes.length);
    if (status !== 0) return `status ${status}`;
    // What opens must load as well.
    try {
      await Twin.load(this.module, bytes);
      return null;
    } catch (error) {
      return String(error);
    }
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`;

function write(bytes: Uint8Array, { offset, width }: FoundField, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (width === 1) view.setUint8(offset, value);
  else if (width === 2) view.setUint16(offset, value, true);
  else view.setUint32(offset, value, true);
}

/**
 * Every field of every record with every interesting value.
 * @param stride takes each so many-th of them
 */
export async function sweep(module: WebAssembly.Module, stride = 1): Promise<DifferentialResult> {
  const judges = await Judges.create(module);
  let count = 0;
  let edits = 0;
  for (const { name, bytes, fields } of subjects()) {
    for (const field of fields) {
      for (const value of interestingValues(field)) {
        if (count++ % stride !== 0) continue;
        const damaged = bytes.slice();
        write(damaged, field, value);
        resealSections(damaged);
        await judges.judge(damaged, () => `${name}: ${field.name} = ${hex(value)}`);
        edits += 1;
      }
    }
  }
  return { edits, ...resultOf(judges) };
}

function resultOf({ accepted, refused, disagreements }: Judges): Omit<DifferentialResult, 'edits'> {
  return { accepted, refused, disagreements };
}

/** Random edits: one to three fields, changed sections, bytes anywhere; now and then with checksums left wrong. */
export async function fuzz(
  module: WebAssembly.Module,
  iterations: number,
  seed: number,
): Promise<DifferentialResult> {
  const judges = await Judges.create(module);
  const all = subjects();
  const random = randomNumbers(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  for (let round = 0; round < iterations; round++) {
    const subject = all[pick(all.length)] as Subject;
    const { bytes, what } = editAtRandom(subject, pick);
    await judges.judge(bytes, () => `${subject.name}: ${what}`);
  }
  return { edits: iterations, ...resultOf(judges) };
}

type Pick = (count: number) => number;

function editAtRandom({ bytes, fields }: Subject, pick: Pick): { bytes: Uint8Array; what: string } {
  let damaged: Uint8Array = bytes.slice();
  const done: string[] = [];
  if (pick(8) === 0) {
    const changed = changeSections(damaged, pick);
    damaged = changed.bytes;
    done.push(changed.what);
  }
  // Offsets of fields hold only as long as the sections lie where they lay.
  const fieldEdits = done.length > 0 ? 0 : pick(10) === 0 ? 0 : 1 + pick(3);
  for (let edit = 0; edit < fieldEdits; edit++) {
    const field = fields[pick(fields.length)] as FoundField;
    const value = someValue(field, fields, pick);
    write(damaged, field, value);
    done.push(`${field.name} = ${hex(value)}`);
  }
  if (done.length === 0) {
    const at = byteOfWeights(damaged, pick);
    damaged[at] = pick(256);
    done.push(`byte ${at} = ${damaged[at]}`);
  }
  if (pick(50) > 0) resealSections(damaged);
  else done.push('checksums as they were');
  return { bytes: damaged, what: done.join(', ') };
}

/** How far from what is there. */
const NEAR = [1, -1, 2, -2, 16, -16, 64, -64];

/** Interesting for itself, near what is there, or what stands in another field. */
function someValue(field: FoundField, fields: readonly FoundField[], pick: Pick): number {
  const limit = 2 ** (8 * field.width);
  switch (pick(5)) {
    case 0:
      return (field.value ^ (1 << pick(8 * field.width))) >>> 0;
    case 1:
      return (fields[pick(fields.length)] as FoundField).value % limit;
    case 2:
      return (field.value + limit + (NEAR[pick(NEAR.length)] as number)) % limit;
    case 3:
      return pick(limit);
    default: {
      const values = interestingValues(field);
      return values[pick(values.length)] as number;
    }
  }
}

function byteOfWeights(bytes: Uint8Array, pick: Pick): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let entry = 64; entry < view.getUint32(16, true); entry += 32) {
    if (Buffer.from(bytes.subarray(entry, entry + 4)).toString() !== 'WGHT') continue;
    return view.getUint32(entry + 8, true) + pick(view.getUint32(entry + 12, true));
  }
  throw new Error('no weights');
}

/** The engine that is held to the reader. */
export async function loadEngine(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(
    await readFile(new URL('../../device-runtime/prebuilt/twin.wasm', import.meta.url)),
  );
}

/** So many edits before the next line says how far it is. */
const PROGRESS_EDITS = 50_000;

/** Sweeps, then fuzzes on, a line for each part; the last one sums up. */
async function main(wanted: number, seed: number): Promise<boolean> {
  const module = await loadEngine();
  const began = performance.now();
  const total = { edits: 0, accepted: 0, refused: 0, disagreements: 0 };
  const tell = ({ edits, accepted, refused, disagreements }: DifferentialResult): void => {
    total.edits += edits;
    total.accepted += accepted;
    total.refused += refused;
    total.disagreements += disagreements.length;
    console.log(JSON.stringify({ ...total, seconds: Math.round((performance.now() - began) / 1000) }));
    for (const disagreement of disagreements) console.log(disagreement);
  };
  tell(await sweep(module));
  for (let part = 0; total.edits < wanted; part++)
    tell(await fuzz(module, Math.min(PROGRESS_EDITS, wanted - total.edits), seed + part));
  return total.disagreements === 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { iterations: { type: 'string' }, seed: { type: 'string' } } });
  const agree = await main(Number(values.iterations ?? 1_000_000), Number(values.seed ?? 1));
  process.exitCode = agree ? 0 : 1;
}
