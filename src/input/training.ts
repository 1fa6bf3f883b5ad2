/** A file that a training saved with the sizes of its model inside, and what lies beside it. */
import { openTrainingFile } from '../checkpoint/open-checkpoint.js';
import { FormatError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { hfFolderInput } from './hf-folder.js';
import type { InputKind } from './model-input.js';
import { once } from './once.js';

/** Names of such files; others that torch.save writes have no sizes inside. */
const TRAINING_FILE = /\.(?:pt|pth|ckpt)$/i;

const CHARACTERS_FILE = 'meta.pkl';

export const training: InputKind = {
  label: 'nanoGPT or llama2.c training (ckpt.pt)',
  async open(folder: ModelFolder, signal) {
    const names = (folder.names ?? []).filter((name) => !name.includes('/'));
    if (names.includes('config.json') || names.some((name) => name.endsWith('.safetensors'))) return null;
    const files = names.filter((name) => TRAINING_FILE.test(name));
    const [name] = files;
    const source = name === undefined ? null : await folder.open(name, signal);
    if (name === undefined || source === null) return null;
    const { trainingConfig } = await import('./training-file.js');
    const { checkpoint, beside } = await openTrainingFile(source, signal);
    const found = trainingConfig(name, beside, checkpoint);
    if (found === null) return null;
    if (files.length > 1) {
      throw new FormatError(`It holds ${files.length} files of trainings: ${files.slice(0, 8).join(', ')}.`, {
        file: folder.name,
        code: 'two-models',
        remedy: 'Keep one of them in the folder, or choose its file alone.',
      });
    }
    const other = hfFolderInput(folder);
    return {
      name: folder.name,
      config: once(async () => ({ fields: found.config, file: `${name}, model_args` })),
      checkpoint: once(async () => checkpoint),
      generation: (abort) => other.generation(abort),
      tokenizer: once(async (abort) => {
        const tokenizer = await other.tokenizer(abort);
        if (tokenizer !== null) return tokenizer;
        const characters = await folder.open(CHARACTERS_FILE, abort);
        if (characters === null) return null;
        const { readCharacters } = await import('./character-tokenizer.js');
        return readCharacters(characters, abort);
      }),
      hasSentencePiece: (abort) => other.hasSentencePiece(abort),
      wantedTokenizer: found.isGpt2 ? 'gpt2' : 'characters',
      chat: (abort) => other.chat(abort),
      licence: (abort) => other.licence(abort),
      files: once(async (abort) => [
        ...(await other.files(abort)).filter(({ needed }) => !needed),
        { name: CHARACTERS_FILE, needed: false },
        { name, needed: true },
      ]),
    };
  },
};
