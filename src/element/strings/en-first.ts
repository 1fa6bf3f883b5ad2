/** The words of the first view in English: loaded with the element, so that it can be drawn at once. */
export const enFirst = {
  /** BCP 47. */
  language: 'en',
  title: 'A language model for your ESP32-S3',
  steps: {
    label: 'Steps',
    choose: 'Choose',
    fit: 'Fit',
    convert: 'Convert',
    compare: 'Compare',
  },
  choose: {
    heading: 'Choose a model',
    dropTitle: 'Drop a model folder here',
    dropHint: 'A HuggingFace folder: config.json, tokenizer.json and *.safetensors',
    dropNow: 'Let go to read it',
    pickFolder: 'Choose a folder',
    pickFiles: 'Choose files',
    sampleTitle: 'No model at hand?',
    sampleText: (name: string) => `Try ${name}, which comes with this page.`,
    sampleButton: (name: string) => `Use ${name}`,
    privacy: 'Nothing is uploaded. All work is done by this page, on this computer.',
  },
  reading: {
    heading: (name: string) => `Reading ${name}`,
    text: 'Checking the files, the architecture and the tokenizer.',
    cancel: 'Cancel',
  },
  failures: {
    read: 'The model could not be read',
    plan: 'These settings are not possible',
    convert: 'The conversion failed',
    generate: 'The generation failed',
    format: 'The model’s files are not in order',
    unsupported: 'This model is not supported',
    transport: 'A file could not be had',
    usage: 'That is not possible',
    policy: 'This page does not permit it',
    views: 'A part of this page could not be loaded',
    dismiss: 'Dismiss',
  },
  announce: {
    fit: (fits: boolean, board: string) => (fits ? `It fits the ${board}.` : `It does not fit the ${board}.`),
    result: (verdict: string) => `Done: ${verdict}.`,
    converting: (name: string) => `Converting ${name}`,
    generated: (tokens: number) =>
      `${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'} generated.`,
    cancelled: 'Cancelled.',
  },
};
