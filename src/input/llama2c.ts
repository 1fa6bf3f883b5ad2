/** Tells by names whether a folder may hold a checkpoint of llama2.c, so that what reads one is loaded for such folders only. */
import type { InputKind } from './model-input.js';

export const llama2c: InputKind = {
  label: 'llama2.c (MODEL.bin, tokenizer.bin)',
  async open(folder, signal) {
    const names = (folder.names ?? []).filter((name) => !name.includes('/'));
    if (names.includes('config.json') || names.some((name) => name.endsWith('.safetensors'))) return null;
    const candidates = names.filter((file) => file.endsWith('.bin') && !/^tok\w*\.bin$/.test(file));
    if (candidates.length === 0) return null;
    const { openLlama2c } = await import('./llama2c-file.js');
    return openLlama2c(folder, candidates, signal);
  },
};
