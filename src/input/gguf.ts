/** A model in GGUF, the container of llama.cpp: one file, or one split into several. */
import { FormatError } from '../shared/errors.js';
import { ggufFiles } from './gguf/files.js';
import type { InputKind } from './model-input.js';

/** Weights of a folder that transformers reads; a GGUF beside them was made of them. */
const OTHER_WEIGHTS = /(?:\.safetensors|^pytorch_model.*\.bin)$/;

/** Models that are named when there are several. */
const SHOWN_MODELS = 12;

export const gguf: InputKind = {
  label: 'GGUF (MODEL.gguf)',
  async open(folder) {
    const names = folder.names ?? [];
    if (names.some((name) => !name.includes('/') && OTHER_WEIGHTS.test(name))) return null;
    const found = ggufFiles(names);
    const [only] = found;
    if (only === undefined) return null;
    if (found.length > 1) {
      const shown = found.slice(0, SHOWN_MODELS).map(({ files }) => files[0] ?? '');
      const more = found.length > SHOWN_MODELS ? ` and ${found.length - SHOWN_MODELS} more` : '';
      throw new FormatError(`It holds ${found.length} models in GGUF: ${shown.join(', ')}${more}.`, {
        file: folder.name,
        code: 'two-models',
        remedy:
          'Choose one of the files alone, such as FOLDER/FILE.gguf or https://huggingface.co/OWNER/NAME/resolve/main/FILE.gguf: F16, BF16 or Q8_0 loses the least.',
      });
    }
    const { ggufInput } = await import('./gguf/input.js');
    return ggufInput(folder, only);
  },
};
