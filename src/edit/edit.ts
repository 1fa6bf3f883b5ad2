/**
 * Changes of a model between reading and planning: each takes a whole model and gives another whole one, so that every
 * later room sees only a model. The identity is the only edit so far, and the empty list is how it is written.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { DecoderModel } from '../model/decoder.js';
import { UsageError } from '../shared/errors.js';
import type { ChatPieces, DeviceTokenizer } from '../tokenizer/index.js';

/** What an edit may change. Tensors change by what `model` says of them; the checkpoint stays the file that it is. */
export interface EditableModel {
  readonly checkpoint: Checkpoint;
  readonly model: DecoderModel;
  readonly tokenizer: DeviceTokenizer | null;
  readonly chat: ChatPieces | null;
}

/** One edit as data, which crosses to the worker and is written down with the settings; a kind is a file in this room. */
export type Edit = never;

/**
 * Applies edits in their order.
 * @returns the model itself when there are none
 * @throws UsageError for an edit that there is not
 */
export function applyEdits<Model extends EditableModel>(model: Model, edits: readonly Edit[]): Model {
  return edits.reduce<Model>((_, edit) => refuse(edit), model);
}

/** A list that comes from outside may hold anything. */
function refuse(edit: Edit): never {
  throw new UsageError(`There is no edit ${JSON.stringify(edit)}; leave it out.`);
}
