/** The sample model beside the scripts, file by file: bundlers of pages find files by literal addresses, not by their folder. */
import type { ModelSource } from '../worker/jobs.js';

/**
 * The sample as a source, where `address` is the one by which `assetUrls` offers it; otherwise `null`.
 * @param page against which addresses are resolved that a bundler has made relative
 */
export function sampleSource(address: string, page: string): ModelSource | null {
  const found = Object.entries(sampleFiles()).map(([name, file]) => [name, new URL(file, page).href]);
  const files = Object.fromEntries(found) as ReturnType<typeof sampleFiles>;
  const url = new URL('../home-commands/', files['model.safetensors']).href;
  return address === url ? { kind: 'url', url, files } : null;
}

function sampleFiles() {
  return {
    'README.md': new URL('../../models/home-commands/README.md', import.meta.url).href,
    'config.json': new URL('../../models/home-commands/config.json', import.meta.url).href,
    'generation_config.json': new URL('../../models/home-commands/generation_config.json', import.meta.url)
      .href,
    'model.safetensors': new URL('../../models/home-commands/model.safetensors', import.meta.url).href,
    'special_tokens_map.json': new URL('../../models/home-commands/special_tokens_map.json', import.meta.url)
      .href,
    'tokenizer.json': new URL('../../models/home-commands/tokenizer.json', import.meta.url).href,
    'tokenizer_config.json': new URL('../../models/home-commands/tokenizer_config.json', import.meta.url)
      .href,
  };
}
