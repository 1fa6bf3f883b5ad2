/** What is said in English of what rounding did to single numbers. */
export const enRounding = {
  question: 'How far does rounding move a number?',
  tensor: 'Tensor',
  row: 'Row',
  looking: 'Reading the numbers',
  failed: 'The numbers could not be read',
  look: 'Show the numbers of this conversion',
  again: 'Try again',
  answer: (count: string, most: string, share: string, step: string) =>
    `The first ${count} numbers of the row. The furthest move is ${most}, which is ${share} of the largest number here. Neighbouring codes are ${step} apart.`,
  steps: (least: string, most: string) => `${least} to ${most}`,
  before: 'before',
  after: 'after',
  codes: 'what codes can say',
  fine: 'There are more codes than lines could be drawn.',
  values: 'Numbers before and after',
  moves: 'How far each moved, in steps from one code to the next',
  place: 'Place in the row',
  table: 'The same as a table',
  columns: { place: 'Place', before: 'Before', after: 'After', moved: 'Moved, in steps' },
};
