/**
 * Where the element's files are: beside the script, or where the page says.
 *
 * Each file is named once, as a literal `new URL('…', import.meta.url)`: by that alone bundlers find it and put it into what
 * they make. Here a literal says where the file lies in the source tree; the build writes the copy's place in `dist/` instead.
 */
import { insideUrl } from '../worker/inside-url.js';
import type { RuntimeUrls } from '../worker/runtime.js';
import { folder, pageUrl, sampleUrl, type AssetChoices } from './assets.js';

/** Addresses of everything that the element fetches. */
export interface AssetUrls extends RuntimeUrls {
  /** The firmware that images for the ESP32-S3 are made with, fetched when one is asked for. */
  readonly firmware: string;
  /** The same for the ESP32. */
  readonly firmwareEsp32: string;
  /** The gradient engine, fetched when a model is first tuned. */
  readonly train: string;
  /** The emulated ESP32-S3, fetched when a board with it is first tried. */
  readonly emulator: string;
  /** The emulated ESP32. */
  readonly emulatorEsp32: string;
  /** The element in one file, which class kits carry. */
  readonly bundle: string;
  /** Folder of the bundled sample model; `null` where there is none, which is then not offered. */
  readonly model: string | null;
}

/** With what only some chips need, by their ids. */
export interface ChipAssetUrls extends AssetUrls {
  readonly firmwareOf: Readonly<Partial<Record<string, string>>>;
  readonly emulatorOf: Readonly<Partial<Record<string, string>>>;
}

/**
 * Resolves the addresses.
 * @throws UsageError for what is no address
 */
export function assetUrls(choices: AssetChoices): ChipAssetUrls {
  const { overrides, page } = choices;
  const { base } = choices;
  const find = (name: string, beside: URL): string =>
    (base === null ? insideUrl(name) : pageUrl(folder(base, name), page, 'asset-base').href) ??
    // Some bundlers make addresses of it that are relative to the page's site, which a worker cannot fetch.
    new URL(beside.href, page).href;
  const own: AssetUrls = {
    kernels: find('kernels.wasm', new URL('../../kernels/prebuilt/kernels.wasm', import.meta.url)),
    twin: find('twin.wasm', new URL('../../device-runtime/prebuilt/twin.wasm', import.meta.url)),
    train: find('train.wasm', new URL('../../kernels/crates/train/prebuilt/train.wasm', import.meta.url)),
    firmware: find(
      'firmware.esp32s3.elf',
      new URL('../../device-runtime/prebuilt/esp32s3/firmware.elf', import.meta.url),
    ),
    firmwareEsp32: find(
      'firmware.esp32.elf',
      new URL('../../device-runtime/prebuilt/esp32/firmware.elf', import.meta.url),
    ),
    emulator: find(
      'emulator.wasm',
      new URL('../../kernels/crates/emulator-wasm/prebuilt/emulator.wasm', import.meta.url),
    ),
    emulatorEsp32: find(
      'emulator.esp32.wasm',
      new URL('../../kernels/crates/emulator-wasm/prebuilt/emulator.esp32.wasm', import.meta.url),
    ),
    bundle: find(
      'esp32-llm-converter.bundle.js',
      new URL('../../dist/esp32-llm-converter.bundle.js', import.meta.url),
    ),
    model: sampleUrl(choices),
  };
  const { model: _, ...programs } = overrides;
  const given = Object.entries(programs).map(([name, url]) => [name, pageUrl(url, page, name).href]);
  const urls: AssetUrls = { ...own, ...(Object.fromEntries(given) as Partial<AssetUrls>) };
  return {
    ...urls,
    firmwareOf: { esp32s3: urls.firmware, esp32: urls.firmwareEsp32 },
    emulatorOf: { esp32s3: urls.emulator, esp32: urls.emulatorEsp32 },
  };
}
