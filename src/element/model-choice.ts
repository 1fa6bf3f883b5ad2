/** What a page or a person chose, as the store takes it: loaded when something is chosen. */
import { showableLine } from '../shared/safe-text.js';
import { UsageError } from '../shared/errors.js';
import type { NamedFile } from '../source/file-list-folder.js';
import type { ModelSource } from '../worker/jobs.js';
import { droppedFiles } from './dropped-files.js';
import type { Dropped } from './file-drops.js';
import { notLoaded } from './missing.js';
import type { PageAttributes } from './page-attributes.js';
import { readAddress, readMirror, readTyped, sourceName, writeAddress } from './model-address.js';
import { attributeText, readPreset, type Preset, type PresetAttributes } from './preset.js';
import { rememberAddress } from './remember.js';

/** What an address begins with that is a choice from the list of known models: behind it may be the board that they are to fit. */
const FROM_THE_LIST = '?';

/** Who reads what was chosen; the store. */
interface Reader {
  /** @param onModel called when it turned out to be one */
  choose(source: ModelSource, name: string, preset: Preset, onModel: () => void): Promise<void>;
}

/** What was chosen: an address that the page gave, `null` for none; one that a person typed; what was dropped; what was read already; or files. */
export type Chosen =
  | { readonly address: unknown }
  | { readonly typed: string }
  | { readonly dropped: Dropped }
  | { readonly source: ModelSource }
  | { readonly files: Iterable<File | NamedFile> };

/**
 * Has it read. An address that a person typed and that led to a model is remembered: one with a slip would only be in the way.
 * @param page address of the page
 * @param isCurrent whether nothing else was chosen meanwhile, and the choice not taken back
 * @throws UsageError naming the attribute, or what is wrong with the address; TransportError when what was dropped cannot be read
 */
export async function chooseModel(
  chosen: Chosen,
  element: PresetAttributes & Pick<PageAttributes, 'hub'> & Pick<Element, 'shadowRoot'>,
  page: string,
  reader: Reader,
  isCurrent: () => boolean,
): Promise<void> {
  if (!isCurrent()) return;
  const given = readPreset(element);
  const found = await named(chosen, given, element.shadowRoot);
  if (found === null) return;
  const { preset } = found;
  const source = await readSource(found.chosen, page, readMirror(element.hub, page));
  if (!isCurrent()) return;
  await reader.choose(source, showableLine(sourceName(source)), preset, () => {
    if ('typed' in chosen) rememberAddress(writeAddress(source) ?? chosen.typed);
  });
}

/** What was chosen, where that is the list: the repository that a person chooses there, and the board; `null` for none. */
async function named(
  chosen: Chosen,
  preset: Preset,
  root: ShadowRoot | null,
): Promise<{ chosen: Chosen; preset: Preset } | null> {
  if (!('typed' in chosen) || !chosen.typed.startsWith(FROM_THE_LIST) || root === null)
    return { chosen, preset };
  const { settings, locked } = preset;
  const { chooseKnown } = await import('./gallery/gallery-dialog.js');
  const known = await chooseKnown(root, {
    board: chosen.typed.slice(FROM_THE_LIST.length) || settings.board,
    settled: locked.has('board'),
  });
  if (known === null) return null;
  const { repository, board } = known;
  return { chosen: { typed: repository }, preset: { ...preset, settings: { ...settings, board } } };
}

async function readSource(chosen: Chosen, page: string, mirror: string | null): Promise<ModelSource> {
  if ('address' in chosen) {
    const address = attributeText('model', chosen.address);
    if (address) {
      const { sampleSource } = await import('./samples/sample-source.js').catch(notLoaded);
      return sampleSource(address, page) ?? readAddress(address, page, mirror);
    }
    throw new UsageError(
      'No model was named, and none comes with this page. Name one with the attribute model, or choose a folder.',
      { code: 'address' },
    );
  }
  if ('source' in chosen) return chosen.source;
  if ('typed' in chosen) return readTyped(chosen.typed, page, mirror);
  const files =
    'dropped' in chosen
      ? await droppedFiles(chosen.dropped)
      : listed(chosen.files).map((item) =>
          'file' in item ? item : { path: item.webkitRelativePath || item.name, file: item },
        );
  if (files.length === 0)
    throw new UsageError('There are no files to read. Choose the folder that holds config.json.');
  return { kind: 'files', files };
}

/** Pages in plain JavaScript hand over what they like. */
function listed(files: Iterable<File | NamedFile>): (File | NamedFile)[] {
  const given: unknown = files;
  if (isFile(given)) return [given];
  const list: unknown[] = typeof given === 'object' && Symbol.iterator in files ? [...files] : [null];
  if (list.every(isFile)) return list;
  throw new UsageError(
    'These are no files. Give an address, the files of a file input, or a list of files with their paths.',
  );
}

/** By what files can do: those of frames have classes of their own. */
function isFile(item: unknown): item is File | NamedFile {
  const { name, path, file } = Object(item) as Partial<File & NamedFile>;
  return isBlob(item) ? typeof name === 'string' : typeof path === 'string' && isBlob(file);
}

function isBlob(item: unknown): item is Blob {
  return typeof (Object(item) as Partial<Blob>).arrayBuffer === 'function';
}
