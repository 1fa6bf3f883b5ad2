/** The words of the list of known models in English. */
export const enGallery = {
  heading: 'Small models of the Hugging Face Hub',
  text: 'Nothing is loaded before you open one. Sizes and speeds are the planner’s, made in this page for the board that you choose.',
  close: 'Close',
  board: 'Board',
  columns: {
    model: 'Model',
    fit: 'On this board',
    boards: 'Modules it fits',
    use: 'For',
    size: 'Parameters',
    licence: 'Licence',
  },
  uses: {
    stories: 'stories in simple English',
    text: 'continuing English text',
    bilingual: 'chatting in Chinese and English',
    many: 'chatting in many languages',
  },
  noLicence: 'none stated',
  open: (name: string) => `Open ${name}`,
  fit: (weights: string, size: string, rate: string) => `${weights}, ${size}, ${rate} tokens/s`,
  context: (tokens: string) => `context of ${tokens} tokens`,
  cut: (tokens: string) => `Vocabulary cut to ${tokens} tokens:`,
  unfit: 'does not fit',
  noBoard: 'none',
  planning: '…',
  unplanned:
    'The planner could not be loaded, so there are no figures. Check the connection and open the list again.',
};
