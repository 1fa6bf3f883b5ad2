/** A checkpoint of llama2.c with the tokenizer.bin beside it, which says what config.json says elsewhere. */
import { llama2cCheckpoint, readLlama2cHeader, type Llama2cHeader } from '../checkpoint/llama2c.js';
import { FormatError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from '../source/byte-source.js';
import type { JsonObject } from '../source/strict-json.js';
import { cardLicence } from './licence.js';
import type { ModelInput, TokenizerPart } from './model-input.js';
import { once } from './once.js';
import { objectOf, sentencePieceDefinition, type Piece } from './sentencepiece.js';

const TOKENIZER_FILE = 'tokenizer.bin';
const CARD_FILE = 'README.md';

/** Longest tokenizer.bin: that of Llama 2 has 424 KB for its 32,000 tokens. */
const MAX_TOKENIZER_BYTES = 64 * 1024 * 1024;

/** Begin and end tokens of every model that llama2.c trains or runs. */
const BOS = 1;
const EOS = 2;

/**
 * The model of a folder, `null` when none of the files is one.
 * @param candidates names of files that may be checkpoints
 * @throws FormatError for more than one, and for a broken one; UnsupportedError; TransportError
 */
export async function openLlama2c(
  folder: ModelFolder,
  candidates: readonly string[],
  signal?: AbortSignal,
): Promise<ModelInput | null> {
  const found: { source: ByteSource; header: Llama2cHeader }[] = [];
  for (const name of candidates) {
    const source = await folder.open(name, signal);
    const header = source === null ? null : await readLlama2cHeader(source, signal);
    if (source !== null && header !== null) found.push({ source, header });
  }
  const [only] = found;
  if (only === undefined) return null;
  if (found.length > 1) {
    throw new FormatError(
      `It holds ${found.length} checkpoints of llama2.c: ${found.map(({ source }) => source.name).join(', ')}.`,
      {
        file: folder.name,
        code: 'two-models',
        remedy: 'Keep one of them in the folder, or choose its file alone.',
      },
    );
  }
  return llama2cInput(folder, only.source, only.header, tokenizerName(folder, only.header));
}

/** tokenizer.bin, or the one for this many tokens as training names it, e.g. tok512.bin. */
function tokenizerName({ names }: ModelFolder, { vocabSize }: Llama2cHeader): string | null {
  return [`tok${vocabSize}.bin`, TOKENIZER_FILE].find((name) => names?.includes(name)) ?? null;
}

function llama2cInput(
  folder: ModelFolder,
  source: ByteSource,
  header: Llama2cHeader,
  tokenizerFile: string | null,
): ModelInput {
  const file = `${source.name}, header`;
  return {
    name: source.name.replace(/\.bin$/, ''),
    config: once(async () => ({ fields: configOf(header), file })),
    generation: once(async () => null),
    checkpoint: once(async () => llama2cCheckpoint(source, header)),
    tokenizer: once(async (signal): Promise<TokenizerPart | null> => {
      const tokens = tokenizerFile === null ? null : await folder.open(tokenizerFile, signal);
      if (tokens === null) return null;
      return { definition: await readTokenizerBin(tokens, header.vocabSize, signal), names: null, added: [] };
    }),
    hasSentencePiece: once(async () => false),
    chat: once(async () => null),
    licence: once(async (signal) => {
      const card = await folder.open(CARD_FILE, signal);
      return card === null ? null : cardLicence(card, signal);
    }),
    files: once(async () => [
      { name: source.name, needed: true },
      ...(tokenizerFile === null ? [] : [{ name: tokenizerFile, needed: false }]),
      { name: CARD_FILE, needed: false },
    ]),
  };
}

/** The header in the keys of a Llama's config.json; what it does not say is the same in every one of these models. */
function configOf(header: Llama2cHeader): JsonObject {
  return objectOf({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: header.hiddenSize,
    intermediate_size: header.width,
    num_hidden_layers: header.layers,
    num_attention_heads: header.heads,
    num_key_value_heads: header.kvHeads,
    vocab_size: header.vocabSize,
    max_position_embeddings: header.context,
    tie_word_embeddings: header.tied,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    hidden_act: 'silu',
    bos_token_id: BOS,
    eos_token_id: EOS,
  });
}

/** Reads the tokens with their scores: the longest length, then a score, a length and the text of each. */
async function readTokenizerBin(
  source: ByteSource,
  vocabSize: number,
  signal: AbortSignal | undefined,
): Promise<TokenizerPart['definition']> {
  const fail = (problem: string): FormatError =>
    new FormatError(problem, {
      file: source.name,
      code: 'broken-file',
      remedy: `Take the tokenizer of this model, which has ${vocabSize} tokens, or remove the file to convert without one.`,
    });
  if (source.size > MAX_TOKENIZER_BYTES)
    throw fail(`The file has ${source.size} bytes, more than any tokenizer.`);
  const bytes = await source.read(0, source.size, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const pieces: Piece[] = [];
  let at = 4;
  for (let id = 0; id < vocabSize; id++) {
    if (at + 8 > bytes.length) throw fail(`It ends after ${id} of ${vocabSize} tokens.`);
    const score = view.getFloat32(at, true);
    const length = view.getInt32(at + 4, true);
    at += 8;
    if (length < 0 || length > bytes.length - at) throw fail(`Token ${id} ends outside of the file.`);
    if (Number.isNaN(score)) throw fail(`The score of token ${id} is not a number.`);
    try {
      pieces.push(pieceOf(decoder.decode(bytes.subarray(at, at + length)), score, id));
    } catch (error) {
      if (error instanceof FormatError) throw error;
      throw fail(`Token ${id} is not UTF-8 text.`);
    }
    at += length;
  }
  if (at !== bytes.length) throw fail(`It has ${bytes.length - at} bytes after its ${vocabSize} tokens.`);
  const fields = sentencePieceDefinition(pieces, {
    file: source.name,
    addDummyPrefix: true,
    bos: BOS,
    unknown: 0,
    addBos: true,
  });
  return { fields, file: source.name };
}

/** The piece of a token as it was before it was exported: the first three are special, and spaces have their mark. */
function pieceOf(text: string, score: number, id: number): Piece {
  if (id === 0) return { text: '<unk>', score, kind: 'unknown' };
  if (id === BOS || id === EOS) return { text: text.trim(), score, kind: 'control' };
  const kind = /^<0x[0-9A-F]{2}>$/.test(text) ? 'byte' : 'normal';
  return { text: kind === 'byte' ? text : text.replaceAll(' ', '\u2581'), score, kind };
}
