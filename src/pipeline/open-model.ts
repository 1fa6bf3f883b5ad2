/** The first stage: everything that is read of a model before anything is converted. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { ModelInput } from '../input/model-input.js';
import { openInput } from '../input/open-input.js';
import type { DecoderModel } from '../model/decoder.js';
import { readDecoder } from '../model/read.js';
import type { ModelFolder } from '../source/byte-source.js';
import { chatReader, readTokenizer, type ChatPieces, type DeviceTokenizer } from '../tokenizer/index.js';
import type { AddedSections } from './own-sections.js';
import type { Note } from './notes.js';
import type { Runtime } from './types.js';

/** A model that was read; its weights are read when they are needed. */
export interface OpenedModel {
  readonly input: ModelInput;
  readonly checkpoint: Checkpoint;
  readonly model: DecoderModel;
  readonly tokenizer: DeviceTokenizer | null;
  readonly chat: ChatPieces | null;
  /** The same with the tokenizer's begin token before a chat, where the template writes none; else `null`. */
  readonly begunChat: ChatPieces | null;
  readonly notes: readonly Note[];
  /** As its model card says, `null` where it does not. */
  readonly licence: string | null;
  /** How it came from a model with more tokens; absent when its vocabulary is whole. */
  readonly cut?: CutModel | null;
  /** What its package has beside it; absent when nothing was wanted. */
  readonly added?: AddedSections;
}

/** What a cut of the vocabulary leaves. */
export interface CutModel {
  /** The model as it was read. */
  readonly whole: OpenedModel;
  /** Ids in the whole model, by those after the cut. */
  readonly keptIds: readonly number[];
  /** The text that it was cut for, `null` without one. */
  readonly text: string | null;
}

/**
 * Opens a model folder: checkpoint, architecture, tokenizer and chat template. The folder stays open for the weights; to
 * close it is the caller's business.
 * @throws FormatError, UnsupportedError, TransportError
 */
export async function openModel(
  folder: ModelFolder,
  runtime: Pick<Runtime, 'twin' | 'deadline'>,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  return openModelInput(await openInput(folder, signal), runtime, signal);
}

/** As {@link openModel}, for a model whose parts are at hand. */
export async function openModelInput(
  input: ModelInput,
  runtime: Pick<Runtime, 'twin' | 'deadline'>,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  const model = await readDecoder(input, signal);
  const checkpoint = await input.checkpoint(signal);
  // Before the tokenizer, which takes a while: a worker that has to be started again for it has lost next to nothing.
  const [chatPart, licence] = await Promise.all([input.chat(signal), input.licence(signal)]);
  const readChat = await chatReader(chatPart);
  const part = await input.tokenizer(signal);
  if (part === null) {
    const absent: Note = { code: 'tokenizer-absent', sentencePiece: await input.hasSentencePiece(signal) };
    const notes: Note[] = [...model.notes, absent];
    if (input.wantedTokenizer !== undefined)
      notes.push({ code: 'tokenizer-wanted', isGpt2: input.wantedTokenizer === 'gpt2' });
    return { input, checkpoint, model, tokenizer: null, chat: null, begunChat: null, notes, licence };
  }
  const tokenizer = await readTokenizer(part, runtime.twin);
  const notes: Note[] = [...model.notes, ...tokenizer.notes];
  if (tokenizer.vocabSize > model.vocabSize) {
    notes.push({ code: 'tokenizer-larger', ids: tokenizer.vocabSize, rows: model.vocabSize });
  }
  for (const [id, ids] of [
    [tokenizer.bosId, model.bosId === null ? [] : [model.bosId]],
    [tokenizer.eosId, model.eosIds],
  ] as const) {
    if (id !== null && ids.length > 0 && !ids.includes(id))
      notes.push({ code: 'tokenizer-other', token: tokenizer.tokenText(id) ?? '', id, ids });
  }
  const chat = readChat(tokenizer, runtime.deadline);
  notes.push(...chat.notes);
  return { input, checkpoint, model, tokenizer, chat: chat.pieces, begunChat: chat.begun, notes, licence };
}

/** Ids that end a generation: the model's end tokens, and what the chat template puts behind an answer. */
export function stopIds(opened: Pick<OpenedModel, 'model' | 'chat'>): readonly number[] {
  return [...new Set([...opened.model.eosIds, ...(opened.chat?.endIds ?? [])])];
}

/** What a text begins with: the tokenizer's own prefix, else the begin or end token. */
export function prefixIds({ model, tokenizer }: Pick<OpenedModel, 'model' | 'tokenizer'>): readonly number[] {
  if (tokenizer !== null && tokenizer.prefixIds.length > 0) return tokenizer.prefixIds;
  return [model.bosId ?? model.eosIds[0] ?? 0];
}
