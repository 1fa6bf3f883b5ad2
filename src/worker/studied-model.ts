/** A model as studies measure it: as it is to be converted, with the sections that its package has. */
import { withSections, readOwnSections } from '../pipeline/own-sections.js';
import { openModel, type OpenedModel } from '../pipeline/open-model.js';
import { boardOf, editModel } from '../pipeline/plan-model.js';
import type { Runtime } from '../pipeline/types.js';
import type { OnProgress } from '../shared/progress.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { openModelFolder } from './model-folder.js';

/** @throws what opening, editing and compiling throw; the signal's reason */
export async function studiedModel(
  source: ModelSource,
  settings: ConvertSettings,
  runtime: Pick<Runtime, 'twin' | 'deadline'>,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<OpenedModel> {
  const folder = await openModelFolder(source, signal, onProgress);
  const opened = await openModel(folder, runtime, signal);
  const edited = await editModel(opened, settings.edits ?? [], runtime, signal);
  return withSections(edited, settings, await readOwnSections(folder, signal), boardOf(settings));
}
