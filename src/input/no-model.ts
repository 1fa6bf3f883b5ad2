/** Folders without a config.json, named for what they are, with what to do. */
import { refuseOtherContainers } from '../checkpoint/open-checkpoint.js';
import { FormatError, UnsupportedError, type FailureCode } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { archiveKind } from '../source/model-file.js';

const CONFIG_FILE = 'config.json';

/** What a folder is by the names in it, the most particular first. */
interface FolderKind {
  readonly names: RegExp;
  /** Well formed, and of no use whatever is added. */
  readonly isOther?: true;
  readonly code: FailureCode;
  /** @param name the first that matches */
  readonly problem: (name: string) => string;
  readonly remedy: string;
}

const KINDS: readonly FolderKind[] = [
  {
    names: /\.zip$/i,
    code: 'no-config',
    problem: (name) => `${name} is an archive among other files.`,
    remedy: 'Choose the archive alone, which is read as it is, or unpack it and choose the folder.',
  },
  {
    names: /\.(?:tar|tgz|tbz2?|txz|7z|rar|gz|bz2|xz|zst)$/i,
    code: 'no-config',
    problem: (name) => `${name} is a ${archiveKind(name) ?? ''} archive, which is not read.`,
    remedy: 'Unpack it and choose the folder that it gives, or pack that as a zip.',
  },
  {
    names: /^model_index\.json$/,
    isOther: true,
    code: 'family',
    problem: () => 'It is a pipeline of diffusers, which makes pictures or sound and not text.',
    remedy: 'Choose the folder of a model that writes text.',
  },
  {
    names: /\.(?:incomplete|crdownload|part|partial|aria2|download)$/i,
    code: 'missing-files',
    problem: (name) => `Its download is not finished: ${name} is a part of a file.`,
    remedy: 'Download the model again until no such file is left, then choose the folder.',
  },
  {
    names: /^(?:blobs\/[0-9a-f]{40,64}|refs\/[^/]+)$/,
    code: 'no-config',
    problem: () => 'It is an entry of a download cache without a snapshot, where files have no names.',
    remedy: 'Choose the folder below "snapshots" in it, or download the model again.',
  },
  {
    names: /\.safetensors$/i,
    code: 'no-config',
    problem: (name) => `It has no ${CONFIG_FILE}, which says what the weights in ${name} are.`,
    remedy: `Put the ${CONFIG_FILE} of this very model beside them.`,
  },
  {
    names: /^(?:pytorch_model.*\.bin|(?!training_args|optimizer|scheduler|rng_state).*\.(?:pt|pth|ckpt))$/i,
    code: 'no-config',
    problem: (name) =>
      `It has no ${CONFIG_FILE}, and ${name} does not hold the sizes of its model as nanoGPT's does.`,
    remedy: `Put the ${CONFIG_FILE} of this very model beside it; MiniMind's scripts/convert_model.py writes one with the weights.`,
  },
  {
    names: /^(?:tokenizer\.(?:json|model)|tokenizer_config\.json|vocab\.(?:json|txt))$/,
    code: 'no-weights',
    problem: () => 'It holds a tokenizer and no model.',
    remedy: `Put the model's ${CONFIG_FILE} and weights into the same folder.`,
  },
];

/** Models that are offered for a choice: more are a collection, which is named by its path. */
const MAX_CHOICES = 12;

/** Says what is in the place of a model. @throws FormatError, UnsupportedError: always */
export function refuseNoModel(folder: ModelFolder): never {
  const names = folder.names ?? [];
  refuseOtherContainers(folder);
  const inside = names.filter((name) => name.endsWith(`/${CONFIG_FILE}`));
  for (const { names: pattern, isOther = false, code, problem, remedy } of KINDS) {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name === undefined || (inside.length > 0 && !isOther)) continue;
    const place = { file: folder.name, code, remedy };
    throw isOther ? new UnsupportedError(problem(name), place) : new FormatError(problem(name), place);
  }
  const folders = inside.map((name) => name.slice(0, -CONFIG_FILE.length - 1));
  if (folders.length > 1) {
    throw new FormatError(`It holds ${folders.length} models, each in a folder of its own.`, {
      file: folder.name,
      remedy: `Choose one of them: ${list(folders)}.`,
      code: 'several-models',
      choices: folders.slice(0, MAX_CHOICES),
    });
  }
  throw new FormatError(`It has no ${CONFIG_FILE}.`, {
    file: folder.name,
    remedy:
      inside.length === 0
        ? `Choose the folder that holds ${CONFIG_FILE} and the safetensors files.`
        : `Choose the folder in it that has one: ${list(folders)}.`,
    code: 'no-config',
  });
}

/** The first few of many names. */
function list(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}
