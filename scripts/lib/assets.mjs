// The files that lie beside the scripts in dist/, each with the place in the source tree that it is copied from.

/** Programs for chips, by the name that they have beside the scripts. */
export const FIRMWARE = {
  'firmware.esp32s3.elf': 'device-runtime/prebuilt/esp32s3/firmware.elf',
  'selftest.esp32s3.elf': 'device-runtime/prebuilt/esp32s3/selftest.elf',
};

/** What the page and the command line load, and the one file carries inside. */
export const PROGRAMS = {
  'kernels.wasm': 'kernels/prebuilt/kernels.wasm',
  'twin.wasm': 'device-runtime/prebuilt/twin.wasm',
  'train.wasm': 'kernels/crates/train/prebuilt/train.wasm',
  'emulator.wasm': 'kernels/crates/emulator-wasm/prebuilt/emulator.wasm',
  ...FIRMWARE,
};

/** The element in one file, which class kits carry. */
export const BUNDLE = 'esp32-llm-converter.bundle.js';

/** The sample model, which pages offer from beside their script. */
const SAMPLE = 'models/home-commands';

/** The sample, as far as the converter and class kits read it: whoever serves dist/ alone has it as well. */
export const SAMPLE_FILES = [
  'README.md',
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
].map((name) => `${SAMPLE}/${name}`);

/** Name in dist/ of every file that code may name by `new URL('…', import.meta.url)`, by its place in the source tree. */
export const NAMES_IN_DIST = new Map([
  ...Object.entries(PROGRAMS).map(([name, source]) => [source, name]),
  ...SAMPLE_FILES.map((name) => [name, name]),
  [`dist/${BUNDLE}`, BUNDLE],
]);
