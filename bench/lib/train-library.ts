/** What the training benchmark bundles for Node. */
export { TrainerDraft, kernelRate, loadTraining } from '../../src/quantize/training.js';
