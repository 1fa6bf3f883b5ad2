/** What a family of models is to the rest of the house: a name, the architectures it reads, and how it reads them. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { StoredLayout } from '../input/model-input.js';
import type { Note } from './notes.js';
import type { ConfigFields } from './config-fields.js';
import type { DecoderModel } from './decoder.js';
import type { FamilyTable } from './family-table.js';

/** Everything that a family reads from. */
export interface FamilyReading {
  /** `architectures[0]`, or what stands for it. */
  readonly architecture: string;
  readonly config: ConfigFields;
  /** generation_config.json, `null` when absent. */
  readonly generation: ConfigFields | null;
  readonly checkpoint: Checkpoint;
  /** How the checkpoint stores matrices, where that is not as transformers does. */
  readonly layout?: StoredLayout | undefined;
  /** Notes so far. */
  readonly notes: readonly Note[];
  readonly signal: AbortSignal | undefined;
}

/** One family: one file in `families/` and one line in its index. */
export interface Family {
  /** Short name, e.g. `llama`. */
  readonly name: string;
  /** What people call it, with what belongs to it. */
  readonly label: string;
  /** Values of `model_type` that confirm it. */
  readonly modelTypes: readonly string[];
  /** Architectures with a language model head. */
  readonly architectures: readonly string[];
  /** Architectures of the same layers saved without a head; usable when the head is tied. */
  readonly baseArchitectures: readonly string[];
  /** Whether the head is the embedding when config.json does not say. */
  readonly isTied: boolean;
  /** What its models are told by. */
  readonly table: Pick<FamilyTable, 'keys' | 'aliases' | 'names' | 'steps'>;
  /**
   * Turns config and tensors into the description.
   * @throws FormatError, UnsupportedError, TransportError
   */
  read(reading: FamilyReading): Promise<DecoderModel>;
}
