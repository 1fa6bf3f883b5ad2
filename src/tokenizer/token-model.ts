/** The `model` of tokenizer.json, of whichever kind: how a word becomes tokens. */
import type { ConfigFields } from '../model/config-fields.js';
import { isJsonObject } from '../source/strict-json.js';
import { readBpeModel, type BpeModel } from './bpe-model.js';
import { wrongPart } from './component.js';
import { ModelKind } from './format.js';

/** What all kinds have, as BPE has it; a kind that does without something has it empty. */
export interface TokenModel extends BpeModel {
  readonly kind: ModelKind;
  /** Unigram: by id, of the tokens of the model itself. */
  readonly scores: readonly number[];
  /** WordPiece: what tokens begin with that continue a word. */
  readonly continuing: string;
  /** WordPiece: characters of the longest word that is looked at. */
  readonly wordLimit: number;
}

/** Reads the model; few need what reads other kinds than BPE. @throws FormatError, UnsupportedError */
export async function readModel(root: ConfigFields): Promise<TokenModel> {
  const model = root.object('model');
  if (model === null) throw root.missing('model');
  const type = kindOf(model);
  if (type === 'BPE')
    return { ...readBpeModel(root), kind: ModelKind.Bpe, scores: [], continuing: '', wordLimit: 0 };
  const { readUnigram, readWordLevel, readWordPiece } = await import('./word-models.js');
  if (type === 'Unigram') return readUnigram(model);
  if (type === 'WordPiece') return readWordPiece(model);
  if (type === 'WordLevel') return readWordLevel(model);
  throw wrongPart(root, 'model.type', `The tokenizer model ${type} is not supported.`);
}

/** The kind of a model. Older files do not name it; the library takes the first that has all of its fields. */
export function kindOf(model: ConfigFields): string {
  const named = model.optionalText('type');
  if (named !== null) return named;
  if (model.has('merges')) return 'BPE';
  if (model.has('continuing_subword_prefix')) return 'WordPiece';
  return isJsonObject(model.raw('vocab')) ? 'WordLevel' : 'Unigram';
}
