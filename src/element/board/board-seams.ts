/** What tests put in the place of the browser's own. */
import type { Flasher } from '../../device/flasher.js';
import type { SerialScope } from '../../device/serial-support.js';
import type { EmulatedStoreOptions } from './emulated-store.js';

export interface BoardSeams {
  readonly scope?: () => SerialScope;
  readonly start?: EmulatedStoreOptions['start'];
  readonly flasher?: () => Promise<Flasher>;
}
