/** What a class page and the files beside it agree on. */

/** What a kit settles, as the element's attributes have it. */
export interface KitPreset {
  /** What the class calls the model. */
  readonly name: string;
  /** Folder of the model, relative to the page. */
  readonly model: string;
  readonly board: string;
  readonly scheme: string;
  readonly context: number | null;
  readonly prompt: string | null;
  /** The page's own firmware, relative to the page; `null` for the one in the element. */
  readonly firmware: string | null;
  readonly locked: string;
  readonly language: string;
}
