/** A model that comes with the element, as its card shows it and as it is loaded. */
import type { Language } from '../../shared/languages.js';

type Words = Readonly<Record<Language, string>>;

/** The words of a card: `card.json` of the model's folder. */
export interface SampleCard {
  readonly title: Words;
  /** What it does, in a sentence or two. */
  readonly does: Words;
  /** The languages that the model itself understands, BCP 47, that of the examples first. */
  readonly speaks: readonly [string, ...string[]];
  /** Prompts that show it; the first is sent by itself. */
  readonly examples: readonly [string, string];
}

export interface SampleModel {
  /** Its folder in `models/`, and its name. */
  readonly folder: string;
  readonly card: SampleCard;
  /** Computed from the model: `bytes` of its package, and how many of the `boards` that are known hold it. */
  readonly facts: {
    readonly parameters: number;
    readonly bytes: number;
    readonly fits: number;
    readonly boards: number;
  };
  /** Addresses of its files, by their names. Bundlers find them by their literals. */
  readonly files: () => Readonly<Record<string, string>>;
  /** Addresses of its finished conversion. */
  readonly ready: () => { readonly facts: string; readonly package: string };
}
