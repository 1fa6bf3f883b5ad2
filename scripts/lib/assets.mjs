// The files that lie beside the scripts in dist/, each with the place in the source tree that it is copied from.
import { COURSES } from './course.mjs';
import { readyNames, sampleModels } from './sample-models.mjs';

/** Programs for chips, by the name that they have beside the scripts. */
export const FIRMWARE = {
  'firmware.esp32s3.elf': 'device-runtime/prebuilt/esp32s3/firmware.elf',
  'firmware.esp32.elf': 'device-runtime/prebuilt/esp32/firmware.elf',
  'selftest.esp32s3.elf': 'device-runtime/prebuilt/esp32s3/selftest.elf',
};

/** What the page and the command line load, and the one file carries inside. */
export const PROGRAMS = {
  'kernels.wasm': 'kernels/prebuilt/kernels.wasm',
  'twin.wasm': 'device-runtime/prebuilt/twin.wasm',
  'train.wasm': 'kernels/crates/train/prebuilt/train.wasm',
  'emulator.wasm': 'kernels/crates/emulator-wasm/prebuilt/emulator.wasm',
  'emulator.esp32.wasm': 'kernels/crates/emulator-wasm/prebuilt/emulator.esp32.wasm',
  ...FIRMWARE,
};

/** The element in one file, which class kits carry. */
export const BUNDLE = 'esp32-llm-converter.bundle.js';

/** Sources in C that go with a model for TensorFlow Lite Micro, which the build puts together. */
export const TFLM_SOURCES = 'tflm-sources.json';

/** The library for somebody's own firmware, which the build packs. */
export const COMPONENT_ARCHIVE = 'esp32-llm.zip';

/** The sample models, as far as the converter, class kits and views read them: whoever serves dist/ alone has them as well. */
export const SAMPLE_FILES = sampleModels().flatMap(({ folder, files }) =>
  files.map((name) => `models/${folder}/${name}`),
);

/** The samples' finished conversions, which the build makes. */
export const READY_FILES = sampleModels().flatMap(({ folder }) => Object.values(readyNames(folder)));

/** Name in dist/ of every file that code may name by `new URL('…', import.meta.url)`, by its place in the source tree. */
export const NAMES_IN_DIST = new Map([
  ...Object.entries(PROGRAMS).map(([name, source]) => [source, name]),
  ...SAMPLE_FILES.map((name) => [name, name]),
  ...READY_FILES.map((name) => [`dist/${name}`, name]),
  ...COURSES.map((name) => [`dist/${name}`, name]),
  [`dist/${BUNDLE}`, BUNDLE],
  [`dist/${TFLM_SOURCES}`, TFLM_SOURCES],
  [`dist/${COMPONENT_ARCHIVE}`, COMPONENT_ARCHIVE],
]);
