/**
 * Cuts the vocabulary: the tokens of a text, and the most usual ones, stay. What a token is merged of stays with it, so that
 * whatever is written with kept tokens alone is encoded as before, and all else in smaller pieces.
 */
import type { DecoderModel } from '../model/decoder.js';
import { UsageError, throwIfAborted } from '../shared/errors.js';
import { piecesOf, storiesOf } from '../shared/stories.js';
import {
  cutTokenizer,
  chatReader,
  readTokenizer,
  vocabularyOf,
  type DeviceTokenizer,
} from '../tokenizer/index.js';
import { chooseTokens } from './choose-tokens.js';
import type { EditableModel, EditedModel, EditTools } from './edit.js';
import { MAX_KEEP_TEXT_BYTES, withTokens, type VocabularyCut } from './vocabulary-cut.js';

/** Characters given to the tokenizer at once; its limit is 1 MiB of UTF-8. */
const ENCODE_CHARACTERS = 64 * 1024;

/**
 * Cuts a model's vocabulary.
 * @throws UsageError for a model without a tokenizer, a size that leaves out what every text needs, or a text that is too
 *   long or missing; UnsupportedError, FormatError, TransportError; the signal's reason
 */
export async function cutVocabulary(
  edited: EditedModel,
  edit: VocabularyCut,
  { twin, deadline }: EditTools,
  signal?: AbortSignal,
): Promise<EditedModel> {
  const { model, tokenizer, input } = edited;
  const part = await input.tokenizer(signal);
  if (tokenizer === null || part === null)
    throw new UsageError('A vocabulary is cut by its tokenizer, and the model has none. Leave the cut out.');
  const { tokens, text } = checked(edit);
  const vocabulary = await vocabularyOf(part);
  const kept = chooseTokens({
    vocabulary,
    isUsable: (id) => id < model.vocabSize && tokenizer.tokenText(id) !== null,
    fixed: fixedIds(edited, tokenizer),
    counts: text === undefined ? new Map() : countTokens(text, tokenizer, signal),
    most: tokens === 'text' ? null : tokens,
    fills: tokens !== 'text',
  });
  const cut = cutTokenizer(part, kept, (spelling) => tokenizer.tokenId(spelling));
  const small = await readTokenizer(cut.part, twin);
  const chat = (await chatReader(await input.chat(signal)))(small, deadline);
  return {
    ...edited,
    model: renumbered(model, cut.ids),
    tokenizer: small,
    chat: chat.pieces,
    begunChat: chat.begun,
    keptIds: cut.ids,
    notes: [
      ...edited.notes,
      ...chat.notes,
      { code: 'vocabulary-cut', kept: cut.ids.length, of: model.vocabSize },
    ],
  };
}

/** @throws UsageError */
function checked({ tokens, text }: VocabularyCut): Pick<VocabularyCut, 'tokens' | 'text'> {
  if (tokens !== 'text' && !(Number.isSafeInteger(tokens) && tokens > 0))
    throw new UsageError(`A vocabulary is cut to a whole number of tokens, not to ${tokens}.`);
  if (text === undefined) {
    if (tokens === 'text')
      throw new UsageError(
        'A vocabulary that is cut to what a text uses needs the text: give one, or a number.',
      );
  } else if (new TextEncoder().encode(text).length > MAX_KEEP_TEXT_BYTES) {
    throw new UsageError(
      `The text that the vocabulary is cut by has more than ${MAX_KEEP_TEXT_BYTES >> 20} MB. A part of it says as much.`,
    );
  }
  return { tokens, text };
}

/** Tokens that something else names: added ones, those of the configuration, and what chats are written with. */
function fixedIds({ model, chat, begunChat }: EditableModel, tokenizer: DeviceTokenizer): number[] {
  const turns = [chat, begunChat].flatMap((pieces) =>
    pieces === null
      ? []
      : [
          tokenizer.encodeTurn(pieces.section, { user: '' }),
          ...(pieces.later === null ? [] : [tokenizer.encodeTurn(pieces.section, { user: '', later: true })]),
          ...(pieces.system === null ? [] : [tokenizer.encodeTurn(pieces.section, { user: '', system: '' })]),
          pieces.endIds,
        ],
  );
  const named = [
    model.bosId,
    ...model.eosIds,
    model.padId,
    tokenizer.bosId,
    tokenizer.eosId,
    tokenizer.unkId,
  ];
  return [
    ...tokenizer.addedIds,
    ...turns.flat(),
    ...named.filter((id) => id !== null),
    ...tokenizer.prefixIds,
    ...tokenizer.suffixIds,
  ];
}

/** How often a text uses each token. */
function countTokens(text: string, tokenizer: DeviceTokenizer, signal?: AbortSignal): Map<number, number> {
  const counts = new Map<number, number>();
  for (const story of storiesOf(text)) {
    for (const [index, piece] of piecesOf(story, ENCODE_CHARACTERS).entries()) {
      throwIfAborted(signal);
      for (const id of tokenizer.encode(piece, { addSpecial: false, continues: index > 0 }))
        counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** The model with its rows and the ids that it names as they are after the cut. @param ids those before, by those after */
function renumbered(model: DecoderModel, ids: readonly number[]): DecoderModel {
  const fresh = new Map(ids.map((id, index) => [id, index]));
  const now = (id: number | null): number | null => (id === null ? null : (fresh.get(id) ?? null));
  return {
    ...withTokens(model, ids),
    bosId: now(model.bosId),
    eosIds: model.eosIds.flatMap((id) => now(id) ?? []),
    padId: now(model.padId),
  };
}
