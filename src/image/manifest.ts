/**
 * The manifest that ESP Web Tools and other installers read to flash the parts of an image. Source: the documentation of
 * esphome/esp-web-tools, `manifest.json`.
 */
import type { FlashImage } from './flash-image.js';
import { PART } from './flash-image.js';

export interface InstallPart {
  /** File name beside the manifest. */
  readonly path: string;
  /** In flash, in bytes. */
  readonly offset: number;
}

export interface InstallManifest {
  readonly name: string;
  readonly version: string;
  /** The settings partition may hold what a person set, so the installer asks before it erases. */
  readonly new_install_prompt_erase: true;
  /** Seconds to wait for a Wi-Fi dialogue, which this firmware does not have. */
  readonly new_install_improv_wait_time: 0;
  readonly builds: readonly [{ readonly chipFamily: string; readonly parts: readonly InstallPart[] }];
}

/** File names of the separate parts, in the order of their offsets. The package's is that of {@link PART}.model. */
export function partFiles(image: FlashImage): (InstallPart & { readonly name: string })[] {
  const files = image.parts.map(({ name, offset }) => ({
    name,
    path: `${name.replace(/[^A-Za-z0-9_-]/g, '_')}.bin`,
    offset,
  }));
  files.push({ name: PART.model, path: `${PART.model}.bin`, offset: image.model.offset });
  files.sort((a, b) => a.offset - b.offset);
  return files.map((file, index) => {
    // Partition names may differ only in characters that file names do not have or tell apart, or be those of a device.
    const path = file.path.toLowerCase();
    const taken = files.some((other, position) => position !== index && other.path.toLowerCase() === path);
    return taken || DEVICE.test(path) ? { ...file, path: `${file.offset.toString(16)}-${file.path}` } : file;
  });
}

/** What Windows takes for a device, not a file. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)\./;

/** The manifest for the separate parts, under the names of {@link partFiles}. */
export function partsManifest(image: FlashImage, about: { name: string; version: string }): InstallManifest {
  return {
    name: about.name,
    version: about.version,
    new_install_prompt_erase: true,
    new_install_improv_wait_time: 0,
    builds: [
      {
        chipFamily: image.chip.name,
        parts: partFiles(image).map(({ path, offset }) => ({ path, offset })),
      },
    ],
  };
}
