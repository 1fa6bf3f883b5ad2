/** What is said in English of a board that the image does not fit. */
export const enOtherBoard = {
  board: (name: string, exact: boolean) =>
    exact
      ? `This board is like the ${name}.`
      : `Of the known boards, the ${name} is the closest to this one.`,
  same: (scheme: string) => `The model fits it with the same settings: ${scheme}.`,
  changed: (scheme: string) =>
    `With the settings of before the model does not fit it. Like this it does: ${scheme}.`,
  none: 'This model does not fit this board, however it is converted. Take another board, or another model.',
  convert: 'Convert for this board',
  models: 'See models that fit',
};
