/**
 * Changes of a model between reading and planning: each takes a whole model and gives another whole one, so that every
 * later room sees only a model. The identity is the empty list.
 */
import type { ModelInput } from '../input/model-input.js';
import type { DecoderModel } from '../model/decoder.js';
import { UsageError } from '../shared/errors.js';
import type { ChatPieces, Deadline, DeviceTokenizer } from '../tokenizer/index.js';
import type { Note } from './notes.js';
import type { VocabularyCut } from './vocabulary-cut.js';

/** What an edit may change. Tensors change by what `model` says of them; the checkpoint stays the file that it is. */
export interface EditableModel {
  readonly model: DecoderModel;
  readonly tokenizer: DeviceTokenizer | null;
  readonly chat: ChatPieces | null;
  readonly begunChat: ChatPieces | null;
  /** What it was read from. */
  readonly input: Pick<ModelInput, 'tokenizer' | 'chat' | 'name'>;
}

/** A model as an edit leaves it. */
export interface EditedModel extends EditableModel {
  /** The tokens that are left of its vocabulary, by their ids before; `null` when that is whole. */
  readonly keptIds: readonly number[] | null;
  /** What there is to say of the edit, and of the chat template as it is used now. */
  readonly notes: readonly Note[];
}

/** One edit as data, which crosses to the worker and is written down with the settings; a kind is a file in this room. */
export type Edit = VocabularyCut;

/** What edits work with. */
export interface EditTools {
  /** The twin (`device-runtime/prebuilt/twin.wasm`). */
  readonly twin: WebAssembly.Module;
  /** Ends a chat template that works too long. */
  readonly deadline?: Deadline | undefined;
}

/**
 * Applies edits in their order, of each kind one at most.
 * @throws UsageError for an edit that there is not, or that the model does not allow; FormatError, UnsupportedError,
 *   TransportError; the signal's reason
 */
export async function applyEdits(
  model: EditableModel,
  edits: readonly Edit[],
  tools: EditTools,
  signal?: AbortSignal,
): Promise<EditedModel> {
  let edited: EditedModel = { ...model, keptIds: null, notes: [] };
  for (const [index, edit] of edits.entries()) {
    // A list that comes from outside may hold anything.
    const { kind } = edit as { readonly kind: unknown };
    if (kind !== 'vocabulary')
      throw new UsageError(`There is no edit ${JSON.stringify(edit)}; leave it out.`);
    if (index > 0) throw new UsageError('The vocabulary is cut twice. Leave one cut out.');
    const { cutVocabulary } = await import('./vocabulary.js');
    edited = await cutVocabulary(edited, edit, tools, signal);
  }
  return edited;
}
