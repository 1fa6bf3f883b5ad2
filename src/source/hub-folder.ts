/** A model repository of the Hugging Face Hub as a folder, pinned to one commit. */
import { TransportError, UsageError } from '../shared/errors.js';
import type { ModelFolder } from './byte-source.js';
import { checkName, isInsideName } from './checks.js';
import { encodeName, openHttp } from './http-folder.js';
import { get, readUpTo } from './http-request.js';
import type { HttpOptions } from './http-request.js';
import { modelFolderIn } from './inner-folder.js';
import { WindowPool } from './read-ahead.js';

/** How a repository is addressed. */
export interface HubOptions extends HttpOptions {
  /** Branch, tag or commit; `main` when absent. */
  readonly revision?: string | undefined;
  /** Address of the Hub or of a mirror. */
  readonly endpoint?: string | undefined;
}

/** The Hub itself; used only when the person or the embedder names a repository. */
const HUB = 'https://huggingface.co';

/** Cap on the repository's description: repositories with thousands of files stay below 2 MB. */
const MAX_DESCRIPTION_BYTES = 16 * 1024 * 1024;

/** Files listed of one repository; model repositories have tens, data sets are not what we read. */
const MAX_LISTED = 10_000;

/**
 * Opens a model repository. Its description is fetched once: the commit that the revision means now (all files are then read
 * from that commit, so a push in between cannot mix two versions) and the names of its files.
 * @param repo `owner/name`, or `name` for the few without an owner
 * @throws UsageError for a malformed repository name or revision; TransportError when the Hub cannot be asked, the repository
 *   does not exist, or it is gated or private
 */
export async function hubFolder(
  repo: string,
  options: HubOptions = {},
  signal?: AbortSignal,
): Promise<ModelFolder> {
  const revision = options.revision ?? 'main';
  if (!/^[A-Za-z0-9][\w.-]{0,95}(?:\/[A-Za-z0-9][\w.-]{0,95})?$/.test(repo) || repo.includes('..')) {
    throw new UsageError(`"${repo}" is not a model repository. Write it as owner/name.`, { code: 'address' });
  }
  if (!isInsideName(revision) || revision.length > 256) {
    throw new UsageError(`"${revision}" is not a revision. Give a branch, a tag or a commit.`);
  }
  const endpoint = (options.endpoint ?? HUB).replace(/\/+$/, '');
  const explain = (status: number, response: Response): string | null =>
    explainHub(repo, revision, status, response);
  const description = await describe(
    `${endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}`,
    {
      options,
      signal,
      explain: (status, response) =>
        `${repo}: ${explain(status, response) ?? `the Hub answered ${status}. Try again later.`}`,
    },
  );
  const names = new Set(description.names);
  const pool = new WindowPool();
  return modelFolderIn({
    name: repo,
    names: [...names].sort(),
    async open(name, abort) {
      abort?.throwIfAborted();
      checkName(name);
      if (!names.has(name)) return null;
      const url = `${endpoint}/${repo}/resolve/${encodeURIComponent(description.commit)}/${encodeName(name)}`;
      return openHttp({ name, url, options, explain, pool }, abort);
    },
  });
}

/** What is needed of a repository's description. */
interface Description {
  readonly commit: string;
  readonly names: readonly string[];
}

async function describe(
  url: string,
  how: {
    options: HttpOptions;
    signal: AbortSignal | undefined;
    explain: (status: number, response: Response) => string;
  },
): Promise<Description> {
  const { response, body } = await get(
    url,
    {},
    async (answer, heard) => (answer.status === 200 ? readUpTo(answer, MAX_DESCRIPTION_BYTES, heard) : null),
    how.options,
    how.signal,
  );
  if (body === null) {
    if (response.status !== 200) {
      throw new TransportError(how.explain(response.status, response), { status: response.status });
    }
    throw new TransportError(
      `${url}: the answer is larger than ${MAX_DESCRIPTION_BYTES >> 20} MiB. Check the address.`,
    );
  }
  const description = parseDescription(body);
  if (description === null) {
    throw new TransportError(
      `${url}: the answer does not describe a model repository. Check the address of the Hub.`,
    );
  }
  return description;
}

function parseDescription(body: Uint8Array): Description | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { sha, siblings } = value as { sha?: unknown; siblings?: unknown };
  if (typeof sha !== 'string' || !/^[0-9a-f]{7,64}$/.test(sha) || !Array.isArray(siblings)) return null;
  const names: string[] = [];
  for (const sibling of siblings.slice(0, MAX_LISTED) as unknown[]) {
    const name =
      typeof sibling === 'object' && sibling !== null ? (sibling as { rfilename?: unknown }).rfilename : null;
    if (typeof name === 'string' && isInsideName(name)) names.push(name);
  }
  return { commit: sha, names };
}

/** The Hub tells the cause in a header of its own; the same status means several things. */
function explainHub(repo: string, revision: string, status: number, response: Response): string | null {
  const code = response.headers.get('x-error-code');
  if (code === 'GatedRepo' || status === 403) {
    return (
      `the model ${repo} is gated: its terms must be accepted on the Hub with an account. ` +
      'Download the folder there and choose it here; no access token is ever asked for or stored.'
    );
  }
  if (code === 'RevisionNotFound')
    return `the model ${repo} has no revision "${revision}". Check its name on the Hub.`;
  if (code === 'RepoNotFound' || status === 401) {
    return `the model ${repo} does not exist or is private. Check its name, or download the folder and choose it here.`;
  }
  if (status === 404)
    return `the model ${repo} or its revision "${revision}" does not exist. Check the name on the Hub.`;
  return null;
}
