/** What a person can ask for; views call these and nothing else. */
import type { StepName } from './preset-words.js';
import type { Settings } from './state.js';

/** `image` is what a board boots: firmware, partition table and package. */
export type DownloadKind = 'image' | 'parts' | 'package' | 'component' | 'tflm' | 'kit' | 'html' | 'json';

export interface Actions {
  /** Opens the browser's dialog for a folder. */
  pickFolder(): void;
  /** Opens the browser's dialog for files. */
  pickFiles(): void;
  useSample(): void;
  /** Reads the model at an address that a person typed. */
  open(address: string): void;
  /** Talks to a board without converting a model. */
  talk(): void;
  /** To another step of the way, back or forth; nothing that was done is lost by it. */
  show(step: StepName): void;
  /** Takes a failure message away. */
  dismiss(): void;
  change(settings: Partial<Settings>): void;
  convert(): void;
  cancel(): void;
  /** Back to the settings of the converted model. */
  adjust(): void;
  /** Back to the choice of a model. */
  reset(): void;
  download(kind: DownloadKind): void;
  /** Makes the image again after it failed. */
  makeImage(): void;
  /** Puts text on the clipboard. */
  copy(text: string): void;
  /** Shows or hides a tensor's histogram. */
  toggleTensor(name: string): void;
}
