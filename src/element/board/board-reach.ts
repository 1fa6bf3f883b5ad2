/** What reaches boards on a cable, for those who neither flash nor talk. */
import type { Flasher } from '../../device/flasher.js';
import type { PortSession } from '../../device/port-session.js';
import type { AllStrings } from '../strings/strings.js';
import type { SerialPorts } from './serial-ports.js';

export interface BoardReach {
  readonly ports: SerialPorts;
  /** Lets the person choose a board; `null` when none was. Needs a click or key press shortly before. */
  readonly choose: () => Promise<PortSession | null>;
  readonly flasher: () => Promise<Flasher>;
  /** `null` while those of another language are on their way. */
  readonly strings: () => AllStrings | null;
}
