/** The samples beside the scripts as sources, file by file: bundlers of pages find files by literal addresses, not by their folder. */
import type { ModelSource } from '../../worker/jobs.js';
import { SAMPLES } from './list.js';
import type { SampleModel } from './sample-model.js';

/**
 * A sample as a source, where `address` is the one by which `assetUrls` offers it; otherwise `null`.
 * @param page against which addresses are resolved that a bundler has made relative
 */
export function sampleSource(address: string, page: string): ModelSource | null {
  for (const sample of SAMPLES) {
    const source = besideScripts(sample, page);
    if (source.url === address) return source;
  }
  return null;
}

/** A sample where the scripts are. */
export function besideScripts(
  sample: SampleModel,
  page: string,
): Extract<ModelSource, { kind: 'url' }> & { readonly files: Readonly<Record<string, string>> } {
  const found = Object.entries(sample.files()).map(([name, file]) => [name, new URL(file, page).href]);
  const files = Object.fromEntries(found) as Record<string, string>;
  return { kind: 'url', url: new URL(`../${sample.folder}/`, files['model.safetensors']).href, files };
}
