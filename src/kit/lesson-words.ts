/** What the lesson of a class kit says: what every language of it has to provide. */

/** The steps that a class works with: all of the page, or the last ones alone. */
export type KitView = 'full' | 'student';

/** A row of the plan or a question belongs to a step; with the student's view the first steps are not seen. */
export type LessonPart = 'talk' | 'fit' | 'compare' | 'try' | 'flash';

export interface LessonQuestion {
  readonly part: LessonPart;
  readonly text: string;
  /** Lines to write on. */
  readonly lines: number;
  readonly answer: (facts: LessonFacts) => string;
}

/** What answers are told by; sizes come formatted. */
export interface LessonFacts {
  readonly model: string;
  readonly board: string;
  /** The model's files as they were published. */
  readonly before: string;
  /** What the board reads. */
  readonly after: string;
}

export interface LessonWords {
  /** What the teacher's page and the worksheet are called. */
  readonly title: (model: string) => string;
  readonly subtitle: (board: string) => string;
  readonly worksheet: (model: string) => string;
  /** For the names of those who work together, and of their board. */
  readonly names: string;
  readonly board: string;
  readonly address: string;
  readonly code: string;
  readonly ask: string;
  readonly aims: string;
  readonly aim: readonly { readonly part: LessonPart; readonly text: string }[];
  readonly prepare: string;
  readonly preparations: readonly string[];
  readonly plan: string;
  readonly columns: { readonly minutes: string; readonly what: string; readonly why: string };
  /** Of the whole view these take 45 minutes together. */
  readonly rows: readonly {
    readonly part: LessonPart;
    readonly minutes: number;
    readonly what: string;
    readonly why: string;
  }[];
  readonly total: (minutes: number) => string;
  readonly answers: string;
  readonly questions: readonly LessonQuestion[];
  readonly glossary: string;
  readonly terms: readonly (readonly [term: string, meaning: string])[];
  readonly boards: string;
  readonly boardsText: string;
  /** Of a kit with the five lessons: what they are called, what they are, and the links to them and to their answers. */
  readonly course: string;
  readonly courseText: string;
  readonly courseLinks: readonly [lessons: string, teacher: string];
  /** Over the questions that a teacher gave, beside the element. */
  readonly questionsToAsk: string;
}
