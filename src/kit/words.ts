/** What a class kit says to teachers and students: what every language of it has to provide. */
import type { LessonWords } from './lesson-words.js';

export interface KitWords {
  /** BCP 47. */
  readonly language: string;
  readonly page: {
    readonly title: (model: string, chip: string) => string;
    readonly lead: (model: string, board: string) => string;
    readonly sheet: string;
    readonly worksheet: string;
    /** When a question was pressed and no board listens. */
    readonly notReady: string;
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
    /** Above the drawing: where the model lies. */
    readonly where: string;
    /** How full a memory gets. */
    readonly memory: (name: string, used: string, capacity: string) => string;
    readonly steps: string;
    /** The first step where the page reads its model by itself. */
    readonly opened: string;
    /** Opening, fit, compare, try, flash, chat. */
    readonly step: (prompt: string | null) => readonly string[];
    readonly buttons: string;
    readonly press: readonly string[];
    readonly trouble: string;
    readonly troubles: readonly (readonly [problem: string, remedy: string])[];
    readonly terminal: string;
    readonly terminalText: string;
  };
  readonly lesson: LessonWords;
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
  /** The five lessons are in the kit. */
  readonly hasCourse: boolean;
}
