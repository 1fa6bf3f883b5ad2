/** Where a model is, as people and pages write it: an address, or a repository of the Hugging Face Hub. */
import { UsageError } from '../shared/errors.js';
import type { ModelSource } from '../worker/jobs.js';
import { folder, folderName, pageUrl } from './assets.js';
import { attributeText } from './preset-words.js';

/** `owner/name`, with an optional `@revision`; the Hub's own rules are checked where it is asked. */
const REPOSITORY = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@(.+))?$/;

/** The Hub's pages: `https://huggingface.co/owner/name`, also with `/tree/revision`. */
const HUB_PAGE = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\//;

/** Files that are no model without those beside them: their address stands for their folder. */
const PART_OF_FOLDER =
  /\/(?:[^/]*\.safetensors|(?:config|tokenizer|tokenizer_config|generation_config|[^/]*\.index)\.json)$/i;

/**
 * Reads what a page wrote into `hub`: the address of a mirror that is asked in the Hub's place, relative to the page.
 * @returns without a slash at its end, `null` for the Hub itself
 * @throws UsageError when it is none
 */
export function readMirror(value: unknown, page: string): string | null {
  const text = attributeText('hub', value)?.trim();
  if (!text) return null;
  const { protocol, origin, pathname, search } = pageUrl(text, page, 'The attribute hub');
  if (/^https?:$/.test(protocol) && search === '') return (origin + pathname).replace(/\/+$/, '');
  throw new UsageError('The attribute hub takes the address of a mirror, https://… without a query.', {
    code: 'address',
  });
}

/**
 * Reads what a page wrote into `model`: `hf:owner/name`, `hf:owner/name@revision`, the address of a repository's page on the
 * Hub, or the address of a folder, relative to the page.
 * @param page address of the page
 * @param mirror what {@link readMirror} gives: asked in the Hub's place, for addresses of the Hub as well
 * @throws UsageError when it is none of these
 */
export function readAddress(text: string, page: string, mirror: string | null = null): ModelSource {
  const typed = text.trim();
  if (typed.startsWith('hf:')) return repository(typed.slice('hf:'.length), mirror);
  const [address, path] = onHub(typed, mirror);
  // One file of a repository is read by its own address.
  if (path !== null && !/\/resolve\/.*\.gguf$/i.test(path)) return hubPage(path, mirror);
  try {
    const url = new URL(folder(address), page);
    url.hash = '';
    url.pathname = url.pathname.replace(/\/$/, '').replace(PART_OF_FOLDER, '').replace(/\/?$/, '/');
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
export function readTyped(text: string, page: string, mirror: string | null = null): ModelSource {
  const typed = text.trim();
  if (REPOSITORY.test(typed)) return repository(typed, mirror);
  if (!/^(hf:|https?:\/\/)/.test(typed)) {
    throw new UsageError(
      'That is not the address of a model. Write owner/name for a model of the Hugging Face Hub, or https://… for a folder.',
      { code: 'address' },
    );
  }
  return readAddress(typed, page, mirror);
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

/** An address as it is asked for, and its path on the Hub or the mirror, `null` for one that is on neither. */
function onHub(address: string, mirror: string | null): readonly [string, string | null] {
  const site = HUB_PAGE.exec(address)?.[0];
  if (site !== undefined) {
    const path = address.slice(site.length);
    return [mirror === null ? address : `${mirror}/${path}`, path];
  }
  return [
    address,
    mirror !== null && address.startsWith(`${mirror}/`) ? address.slice(mirror.length + 1) : null,
  ];
}

function repository(text: string, mirror: string | null): ModelSource {
  const [, repo, revision] = REPOSITORY.exec(text) ?? [];
  if (repo === undefined) {
    throw new UsageError('That is not a model of the Hugging Face Hub. Write hf:owner/name.', {
      code: 'address',
    });
  }
  const source = { kind: 'hub', repo, revision: revision ?? 'main' } as const;
  return mirror === null ? source : { ...source, endpoint: mirror };
}

/** @param path behind the Hub's address, perhaps with a query */
function hubPage(path: string, mirror: string | null): ModelSource {
  const [owner, name, view, ...rest] = pathParts(path);
  if (owner === undefined || name === undefined) {
    throw new UsageError("That is not the page of a model. Copy the address of the model's own page.", {
      code: 'address',
    });
  }
  const revision = view === 'tree' || view === 'blob' || view === 'resolve' ? (rest[0] ?? 'main') : 'main';
  return repository(`${owner}/${name}@${revision}`, mirror);
}

/** None where a path holds what is no text. */
function pathParts(path: string): string[] {
  try {
    const parts = new URL(`./${path}`, 'https://localhost/').pathname
      .split('/')
      .filter((part) => part !== '');
    return parts.map(decodeURIComponent);
  } catch {
    return [];
  }
}
