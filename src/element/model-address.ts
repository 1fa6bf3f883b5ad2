/** Where a model is, as people and pages write it: an address, or a repository of the Hugging Face Hub. */
import { UsageError } from '../shared/errors.js';
import type { ModelSource } from '../worker/jobs.js';
import { folder, folderName } from './assets.js';

/** `owner/name`, with an optional `@revision`; the Hub's own rules are checked where it is asked. */
const REPOSITORY = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@(.+))?$/;

/** The Hub's pages: `https://huggingface.co/owner/name`, also with `/tree/revision`. */
const HUB_PAGE = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\//;

/**
 * Reads what a page wrote into `model`: `hf:owner/name`, `hf:owner/name@revision`, the address of a repository's page on the
 * Hub, or the address of a folder, relative to the page.
 * @param page address of the page
 * @throws UsageError when it is none of these
 */
export function readAddress(text: string, page: string): ModelSource {
  const address = text.trim();
  if (address.startsWith('hf:')) return repository(address.slice('hf:'.length));
  // One file of a repository is read by its own address.
  if (HUB_PAGE.test(address) && !/\/resolve\/.*\.gguf$/i.test(address)) return hubPage(address);
  try {
    const url = new URL(folder(address), page);
    url.hash = '';
    const isModel = /^https?:/.test(url.protocol) && url.username + url.password === '';
    if (isModel) return { kind: 'url', url: url.href };
  } catch {
    // Not an address; said below.
  }
  // What was given is not repeated: a password may be in it.
  throw new UsageError(
    'That is not the address of a model. Write https://… for a folder, without a name or a password in it, or hf:owner/name for a model of the Hugging Face Hub.',
    { code: 'address' },
  );
}

/**
 * Reads what a person typed: as {@link readAddress}, and `owner/name` alone is a repository of the Hub.
 * @throws UsageError
 */
export function readTyped(text: string, page: string): ModelSource {
  const typed = text.trim();
  if (REPOSITORY.test(typed)) return repository(typed);
  if (!/^(hf:|https?:\/\/)/.test(typed)) {
    throw new UsageError(
      'That is not the address of a model. Write owner/name for a model of the Hugging Face Hub, or https://… for a folder.',
      { code: 'address' },
    );
  }
  return readAddress(typed, page);
}

/** An address that {@link readAddress} reads back, `null` for files. */
export function writeAddress(source: ModelSource): string | null {
  switch (source.kind) {
    case 'files':
      return null;
    case 'url':
      return source.url;
    case 'hub':
      return `hf:${source.repo}${source.revision === 'main' ? '' : `@${source.revision}`}`;
  }
}

/** What to call a model before its folder is open. */
export function sourceName(source: ModelSource): string {
  if (source.kind === 'url') return folderName(source.url);
  if (source.kind === 'hub') return source.repo.slice(source.repo.indexOf('/') + 1);
  const first = source.files[0]?.path.replace(/^\/+/, '') ?? '';
  return first.includes('/') ? (first.split('/')[0] ?? first) : first;
}

function repository(text: string): ModelSource {
  const [, repo, revision] = REPOSITORY.exec(text) ?? [];
  if (repo === undefined) {
    throw new UsageError('That is not a model of the Hugging Face Hub. Write hf:owner/name.', {
      code: 'address',
    });
  }
  return { kind: 'hub', repo, revision: revision ?? 'main' };
}

function hubPage(address: string): ModelSource {
  const [owner, name, view, ...rest] = pathParts(address);
  if (owner === undefined || name === undefined) {
    throw new UsageError("That is not the page of a model. Copy the address of the model's own page.", {
      code: 'address',
    });
  }
  const revision = view === 'tree' || view === 'blob' ? (rest[0] ?? 'main') : 'main';
  return repository(`${owner}/${name}@${revision}`);
}

/** None where the address is none, or holds what is no text. */
function pathParts(address: string): string[] {
  try {
    const parts = new URL(address).pathname.split('/').filter((part) => part !== '');
    return parts.map(decodeURIComponent);
  } catch {
    return [];
  }
}
