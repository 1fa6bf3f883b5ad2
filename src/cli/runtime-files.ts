/** Finds the WebAssembly files and the firmware that lie beside the program. */
import { readFile } from 'node:fs/promises';
import type { Chip } from '../chips/chip.js';
import { firmwareFromElf, type Firmware } from '../image/firmware.js';
import { readCourse, type Course } from '../kit/course.js';
import { UsageError } from '../shared/errors.js';
import type { Language } from '../shared/languages.js';
import type { Runtime } from '../pipeline/types.js';
import type { EngineFiles } from '../tflite/project.js';
import { deadline } from './deadline.js';

/** Places relative to this module: beside the bundle, then the prebuilt folders of a source tree. */
const PLACES = {
  kernels: ['./kernels.wasm', '../../kernels/prebuilt/kernels.wasm'],
  twin: ['./twin.wasm', '../../device-runtime/prebuilt/twin.wasm'],
  train: ['./train.wasm', '../../kernels/crates/train/prebuilt/train.wasm'],
  tflm: ['./tflm-sources.json', '../../dist/tflm-sources.json'],
  component: ['./esp32-llm.zip', '../../dist/esp32-llm.zip'],
  bundle: ['./esp32-llm-converter.bundle.js', '../../dist/esp32-llm-converter.bundle.js'],
} as const;

/** Loads both modules. @throws UsageError when the installation is incomplete */
export async function loadRuntime(): Promise<Runtime> {
  const [kernels, twin] = await Promise.all([compile('kernels'), compile('twin')]);
  return { kernels, twin, deadline };
}

/** The firmware that images for a chip are made with. @throws UsageError when the installation is incomplete */
export async function loadFirmware(chip: Chip): Promise<Firmware> {
  return firmwareFromElf(await firmwareProgram(chip), 'the firmware of this tool', chip);
}

/** The same as the ELF file, which has the names of its functions. @throws as above */
export function firmwareProgram({ id, firmwareFile }: Chip): Promise<Uint8Array> {
  return readBeside([`./${firmwareFile}`, `../../device-runtime/prebuilt/${id}/firmware.elf`]);
}

/** The program that tests a board. @throws UsageError when the installation is incomplete, or there is none for the chip */
export async function selftestProgram({ id, name, selftestFile }: Chip): Promise<Uint8Array> {
  if (selftestFile === null) throw new UsageError(`There is no self-test for the ${name}.`);
  return readBeside([`./${selftestFile}`, `../../device-runtime/prebuilt/${id}/selftest.elf`]);
}

/** The emulated chip. @throws UsageError when the installation is incomplete, or the chip cannot be emulated */
export async function loadEmulator({ name, emulatorFile }: Chip): Promise<WebAssembly.Module> {
  if (emulatorFile === null) throw new UsageError(`The emulator cannot be an ${name}.`);
  const beside = [
    `./${emulatorFile}`,
    `../../kernels/crates/emulator-wasm/prebuilt/${emulatorFile}`,
  ] as const;
  return WebAssembly.compile(await readBeside(beside));
}

/** The gradient engine. @throws as above */
export function loadTrain(): Promise<WebAssembly.Module> {
  return compile('train');
}

/** The element in one file. @throws as above */
export function loadBundle(): Promise<Uint8Array> {
  return readBeside(PLACES.bundle);
}

/** The lessons in a language. @throws as above */
export async function loadCourse(language: Language): Promise<Course | null> {
  const name = `course.${language}.json`;
  return readCourse(new TextDecoder().decode(await readBeside([`./${name}`, `../../dist/${name}`])));
}

/** What goes with a model for TensorFlow Lite Micro. @throws as above */
export async function loadTflmSources(): Promise<EngineFiles> {
  return JSON.parse(new TextDecoder().decode(await readBeside(PLACES.tflm))) as EngineFiles;
}

/** The library for somebody's own firmware. @throws as above */
export function loadComponent(): Promise<Uint8Array> {
  return readBeside(PLACES.component);
}

async function compile(name: 'kernels' | 'twin' | 'train'): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readBeside(PLACES[name]));
}

/** @param places beside the bundle, then elsewhere */
async function readBeside(places: readonly [string, ...string[]]): Promise<Uint8Array<ArrayBuffer>> {
  for (const place of places) {
    try {
      return new Uint8Array(await readFile(new URL(place, import.meta.url)));
    } catch {
      continue;
    }
  }
  throw new UsageError(
    `${places[0].slice(2)} is missing beside this program. Install it again, or run "npm run build" in its source tree.`,
  );
}
