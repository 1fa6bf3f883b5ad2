/** What a class kit says to teachers and students: what every language of it has to provide. */
export interface KitWords {
  /** BCP 47. */
  readonly language: string;
  readonly page: {
    readonly title: (model: string) => string;
    readonly lead: (model: string, board: string) => string;
    readonly sheet: string;
    readonly noScript: string;
    /** Shown where the page was opened from a disk. */
    readonly fromDisk: string;
  };
  readonly sheet: {
    readonly title: (model: string) => string;
    readonly subtitle: (board: string) => string;
    readonly need: string;
    readonly needs: readonly string[];
    readonly wiring: string;
    readonly wires: readonly string[];
    readonly drawing: string;
    readonly steps: string;
    readonly step: (prompt: string | null) => readonly string[];
    readonly buttons: string;
    readonly press: readonly string[];
    readonly trouble: string;
    readonly troubles: readonly (readonly [problem: string, remedy: string])[];
    readonly terminal: string;
    readonly terminalText: string;
  };
  readonly readMe: (facts: ReadMeFacts) => string;
}

export interface ReadMeFacts {
  readonly model: string;
  readonly board: string;
  readonly image: string;
  readonly modelFolder: string;
  /** Where somebody's own firmware is, `null` for the element's. */
  readonly firmware: string | null;
  readonly version: string;
}
