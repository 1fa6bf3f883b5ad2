/** The files that `convert` writes: a package, an image, parts with their manifest, a report. They appear together, when all are complete. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chip } from '../chips/chip.js';
import { readFirmware, type Firmware } from '../image/firmware.js';
import { FlashImageSink, planFlashImage, refuseUnbootable, type ReadSettings } from '../image/flash-image.js';
import { componentProject, isComponentProject } from '../kit/component-project.js';
import type { PackageSink } from '../package/writer.js';
import { makeImage, type MadeImage } from '../pipeline/image.js';
import type { Board } from '../plan/boards.js';
import { UsageError } from '../shared/errors.js';
import { nodeFile } from '../source/node-folder.js';
import { isImageName } from './arguments.js';
import type { ConvertRequest } from './requests.js';
import { FileSink, makeFolders, removeFolders } from './file-sink.js';
import { loadComponent, loadFirmware } from './runtime-files.js';
import { findTarget } from './target.js';

/** A file that was written. */
export interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
  /** In flash, for parts and images. */
  readonly offset?: number;
}

export class ConvertOutputs {
  private readonly single: FileSink | null;
  private readonly page: FileSink | null;
  private readonly open: FileSink[] = [];
  private folders: readonly string[] = [];
  private readonly isImage: boolean;
  /** Whether an image or its parts are among them. */
  readonly makesImage: boolean;
  /** Where the package goes while it is made, `undefined` when it has to be in memory first. */
  readonly sink: PackageSink | undefined;

  private constructor(
    private readonly request: ConvertRequest,
    private readonly board: Board,
    private readonly firmware: Firmware | null,
    private readonly read: ReadSettings,
    /** The library for somebody's own firmware, where one is asked for. */
    private readonly library: Uint8Array | null,
  ) {
    this.isImage = isImageName(request.output);
    this.makesImage = this.isImage || request.parts !== undefined;
    this.single = request.output === undefined ? null : new FileSink(request.output);
    this.page = request.html === undefined ? null : new FileSink(request.html);
    for (const file of [this.single, this.page]) if (file !== null) this.open.push(file);
    const isWhole =
      request.report || [request.parts, request.component].some((folder) => folder !== undefined);
    this.sink = isWhole ? undefined : this.streamed();
  }

  /**
   * Opens everything and reads the firmware, so that what cannot be written is found out before the work.
   * @throws UsageError, FormatError for the firmware, TransportError for a path that cannot be written
   */
  static async create(request: ConvertRequest, board: Board, signal: AbortSignal): Promise<ConvertOutputs> {
    const { bytes: flashBytes, mode, megahertz } = request.flash;
    const read: ReadSettings = {
      ...(mode === undefined ? {} : { mode }),
      ...(megahertz === undefined ? {} : { megahertz }),
      ...(flashBytes === undefined ? {} : { flashBytes }),
    };
    const isImage = isImageName(request.output);
    let firmware: Firmware | null = null;
    if (isImage || request.parts !== undefined) {
      firmware = await givenFirmware(request.firmware, board.chip, signal);
      const layout = await planFlashImage(firmware, board, 0, read);
      if (isImage) refuseUnbootable(layout);
    }
    const library = request.component === undefined ? null : await loadComponent();
    if (request.component !== undefined) await refuseOthersFolder(request.component);
    const outputs = new ConvertOutputs(request, board, firmware, read, library);
    try {
      for (const folder of [request.parts, request.component])
        if (folder !== undefined) outputs.folders = [...outputs.folders, ...(await makeFolders(folder))];
      for (const file of outputs.open) await file.open();
    } catch (error) {
      await outputs.discard();
      throw error;
    }
    return outputs;
  }

  /**
   * Finishes all files. None has its name before the last byte of the last is on the disk.
   * @param bytes the package, `null` when it went through {@link sink}
   * @param packageBytes its length
   * @param about name of the model, for the manifest; the report as a page, `null` without one; a text that it answers
   */
  async finish(
    bytes: Uint8Array | null,
    packageBytes: number,
    { name, html, prompt }: { readonly name: string; readonly html: string | null; readonly prompt: string },
  ): Promise<WrittenFile[]> {
    const { output, parts, component } = this.request;
    const written: WrittenFile[] = [];
    let made: MadeImage | null = null;
    if (bytes !== null && this.firmware !== null) {
      made = await makeImage(bytes, { board: this.board, firmware: this.firmware, read: this.read });
    }
    if (this.single !== null && output !== undefined) {
      let total = this.sink instanceof FlashImageSink ? (this.sink.image?.totalBytes ?? 0) : packageBytes;
      if (bytes !== null) {
        const pieces = this.isImage && made !== null ? made.pieces() : [bytes];
        total = await put(this.single, pieces);
      }
      written.push({ file: output, bytes: total, ...(this.isImage ? { offset: 0 } : {}) });
    }
    if (made !== null && parts !== undefined) {
      const text = `${JSON.stringify(made.manifest(name), null, 2)}\n`;
      for (const file of made.files) {
        await this.writeFile(join(parts, file.path), file.bytes);
        written.push({ file: join(parts, file.path), bytes: file.bytes.length, offset: file.offset });
      }
      const manifest = join(parts, 'manifest.json');
      await this.writeFile(manifest, new TextEncoder().encode(text));
      written.push({ file: manifest, bytes: text.length });
    }
    if (bytes !== null && component !== undefined && this.library !== null) {
      const { board, library } = this;
      for (const file of componentProject({ name, board, package: bytes, prompt, library })) {
        await this.writeFile(join(component, file.path), file.bytes);
        written.push({ file: join(component, file.path), bytes: file.bytes.length });
      }
    }
    if (this.page !== null && html !== null) await put(this.page, [new TextEncoder().encode(html)]);
    for (const file of this.open) await file.finish();
    for (const file of this.open) await file.name();
    return written;
  }

  /** Removes what is unfinished. */
  async discard(): Promise<void> {
    for (const file of this.open) await file.discard();
    await removeFolders(this.folders);
  }

  private streamed(): PackageSink | undefined {
    const { single, firmware } = this;
    if (single === null) return undefined;
    if (!this.isImage || firmware === null) return single;
    return new FlashImageSink(single, (length) => planFlashImage(firmware, this.board, length, this.read));
  }

  private async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const file = new FileSink(path, { replaceLink: true });
    this.open.push(file);
    await put(file, [bytes]);
    // Many files are not held open at once.
    await file.finish();
  }
}

/** Its names are those that a project of somebody's own has, too. @throws UsageError for a folder with other files */
async function refuseOthersFolder(folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError(`${folder} is not a folder that can be written into. Name another one.`);
  });
  if (present.length === 0 || isComponentProject(present)) return;
  throw new UsageError(`${folder} has other files in it. Name a new folder for the component.`);
}

async function put(file: FileSink, pieces: readonly Uint8Array[]): Promise<number> {
  await file.begin(0);
  let total = 0;
  for (const piece of pieces) {
    await file.append(piece);
    total += piece.length;
  }
  return total;
}

async function givenFirmware(path: string | undefined, chip: Chip, signal: AbortSignal): Promise<Firmware> {
  if (path === undefined) return loadFirmware(chip);
  await findTarget(path);
  const file = await nodeFile(path);
  try {
    return await readFirmware(file, signal, chip);
  } finally {
    await file.close();
  }
}
