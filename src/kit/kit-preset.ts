/** What a class page and the files beside it agree on. */

/** What a kit settles, as the element's attributes have it. */
export interface KitPreset {
  /** What the class calls the model. */
  readonly name: string;
  /** Folder of the model, relative to the page. */
  readonly model: string;
  readonly board: string;
  readonly scheme: string;
  /** `null` for the usual one. */
  readonly effort: string | null;
  readonly context: number | null;
  /** The first is the field's, all are offered beside the element. */
  readonly prompts: readonly string[];
  /** Steps that are shown, as the attribute has them; `null` for all. */
  readonly steps: string | null;
  /** The page's own firmware, relative to the page; `null` for the one in the element. */
  readonly firmware: string | null;
  readonly locked: string;
  readonly language: string;
}

/** Where a class finds its page. */
export interface ClassAddress {
  readonly url: string;
  /** Its QR code with a quiet zone: rows of squares, dark or not. */
  readonly code: readonly (readonly boolean[])[];
}

/** What a teacher says in the element's slots: HTML by the name of the slot. */
export type SlotTexts = ReadonlyMap<string, string>;
