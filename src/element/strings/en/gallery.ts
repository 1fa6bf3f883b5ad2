/** The words of the list of known models in English. */
export const enGallery = {
  heading: 'Small models of the Hugging Face Hub',
  text: 'Nothing is loaded before you open one. Speeds are what the planner expects on boards with these memories.',
  close: 'Close',
  columns: { model: 'Model', size: 'Parameters', use: 'For', licence: 'Licence' },
  uses: {
    stories: 'stories in simple English',
    text: 'continuing English text',
    chat: 'chatting in Chinese and English',
  },
  noLicence: 'none stated',
  open: (name: string) => `Open ${name}`,
  speed: (rate: string) => `${rate} tokens/s`,
  cut: (tokens: string) => `cut to ${tokens} tokens`,
  unfit: 'does not fit',
};
