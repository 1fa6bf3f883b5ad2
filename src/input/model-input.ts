/** What a model is made of, whatever it came in: each part with the name of the place that messages about it give. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { ModelFolder } from '../source/byte-source.js';
import type { JsonObject } from '../source/strict-json.js';
import type { BesideToken } from './special-tokens.js';

/** A part that is a JSON object, or was made into one. */
export interface JsonPart {
  readonly fields: JsonObject;
  /** What messages name: a file, or a container with the key inside it. */
  readonly file: string;
  /** A file beside it that would change the model, and does not. */
  readonly ignored?: string;
}

/** How a container stores the matrices of a layer, where that is not as transformers does for the model's family. */
export interface StoredLayout {
  /** As `[in, out]`. */
  readonly transposed?: boolean;
  /** Query, key and value in one tensor: all of each (`parts`), or what belongs together (`groups`). */
  readonly fused?: 'parts' | 'groups';
  /** Rotary pairs are neighbours, element `2i` with `2i + 1`, in layers that do not rotate, too. */
  readonly neighbours?: 'everywhere';
}

/** A part that is a text. */
export interface TextPart {
  readonly text: string;
  /** As {@link JsonPart.file}. */
  readonly file: string;
}

/** A configuration in the keys of config.json. */
export interface ConfigPart extends JsonPart {
  readonly layout?: StoredLayout;
}

/** A tokenizer in the form of tokenizer.json. */
export interface TokenizerPart {
  readonly definition: JsonPart;
  /** The names of the begin, end and other special tokens in the form of tokenizer_config.json, `null` without. */
  readonly names: JsonPart | null;
  /** Tokens that stand elsewhere than in the definition, in the order in which they get their ids. */
  readonly added: readonly BesideToken[];
}

/** A chat template with the special tokens that it may name. */
export interface ChatPart {
  readonly template: TextPart;
  /** As {@link TokenizerPart.names}. */
  readonly names: JsonPart | null;
}

/** A file that carries a model or a part of it, under its name in the folder. */
export interface ModelFile {
  readonly name: string;
  /** The model cannot be read without it; any other may be absent. */
  readonly needed: boolean;
}

/**
 * A model's parts. Each is read when it is first asked for and once, so that whoever asks decides which fault is found
 * first; `null` is a part that the model does not have. A part that could not be read is read again when asked again.
 */
export interface ModelInput {
  /** Name of the model, for people. */
  readonly name: string;
  /** The architecture in the keys of config.json. @throws FormatError when there is none; UnsupportedError; TransportError */
  config(signal?: AbortSignal): Promise<ConfigPart>;
  /** Sampling defaults in the keys of generation_config.json. @throws FormatError, TransportError */
  generation(signal?: AbortSignal): Promise<JsonPart | null>;
  /** The tensors. @throws FormatError when there are none; UnsupportedError; TransportError */
  checkpoint(signal?: AbortSignal): Promise<Checkpoint>;
  /** @throws FormatError, TransportError */
  tokenizer(signal?: AbortSignal): Promise<TokenizerPart | null>;
  /** Whether a SentencePiece original is there, from which a tokenizer could be made. @throws TransportError */
  hasSentencePiece(signal?: AbortSignal): Promise<boolean>;
  /** The tokenizer that the model was trained with, where that is known and it may be missing. */
  readonly wantedTokenizer?: 'gpt2' | 'characters';
  /** @throws FormatError, TransportError */
  chat(signal?: AbortSignal): Promise<ChatPart | null>;
  /** Short name of the licence, e.g. `mit`. @throws TransportError */
  licence(signal?: AbortSignal): Promise<string | null>;
  /**
   * The files that carry the model: what it takes to read it elsewhere, and what says whose it is. They are named and not
   * opened, so that whoever needs none of them asks for none.
   * @throws FormatError, TransportError
   */
  files(signal?: AbortSignal): Promise<readonly ModelFile[]>;
}

/** A kind of input: one file in this room and one line in the list of `open-input.ts`. */
export interface InputKind {
  /** What people call it. */
  readonly label: string;
  /**
   * The model of a folder.
   * @returns `null` when the folder does not hold a model of this kind
   * @throws FormatError, UnsupportedError, TransportError
   */
  open(folder: ModelFolder, signal?: AbortSignal): Promise<ModelInput | null>;
}
