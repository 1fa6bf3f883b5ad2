/** What is said in English of the frontier. */
export const enFrontier = {
  intro:
    'Smaller weights are faster and further from the original. This measures how much each matrix loses with each encoding, mixes them, and compares every mixture with the original.',
  start: 'Measure',
  again: 'Measure again',
  cancel: 'Cancel',
  measuring: 'Measuring what each matrix loses',
  failed: 'The sizes could not be measured',
  stale: 'Measured with other settings.',
  chart: 'Loss over size; arrow keys go from one mixture to the next',
  size: 'Size of the weights',
  loss: 'KL divergence, nats',
  speed: 'Tokens per second',
  bits: 'Bits per weight',
  expected: 'Expected',
  chosen: 'Chosen',
  usual: 'automatic',
  fitsNot: 'does not fit',
  point: (size: string, rate: string, loss: string) => `${size}, ${rate} tokens per second, ${loss} nats`,
  table: 'The same as a table',
  choose: (size: string) => `Take ${size}`,
  text: (tokens: string) => `Compared over ${tokens} tokens that the original wrote itself.`,
};
