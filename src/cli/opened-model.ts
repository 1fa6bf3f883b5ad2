/** The model of a `convert` command, as it is to be planned: edited, and with what its package has besides. */
import { withSections, readOwnSections } from '../pipeline/own-sections.js';
import { openModel, type OpenedModel } from '../pipeline/open-model.js';
import { editModel } from '../pipeline/plan-model.js';
import type { Runtime } from '../pipeline/types.js';
import type { Board } from '../plan/boards.js';
import type { ModelFolder } from '../source/byte-source.js';
import type { ConvertRequest } from './requests.js';
import { editsOf, readText } from './text-file.js';

/** @throws UsageError for a file that cannot be read; what the pipeline throws */
export async function wantedModel(
  request: ConvertRequest,
  folder: ModelFolder,
  board: Board,
  runtime: Runtime,
  signal: AbortSignal | undefined,
): Promise<OpenedModel> {
  const opened = await openModel(folder, runtime, signal);
  const edited = await editModel(opened, await editsOf(request), runtime, signal);
  const text = async (file: string | null | undefined): Promise<string | null | undefined> =>
    typeof file === 'string' ? readText(file) : file;
  const wanted = { wiring: await text(request.wire), grammar: await text(request.grammar) };
  return withSections(edited, wanted, await readOwnSections(folder, signal), board);
}
