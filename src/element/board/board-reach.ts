/** What reaches boards on a cable, for those who neither flash nor talk. */
import type { nothing, TemplateResult } from 'lit';
import type { FlashProgress } from '../../device/flash-progress.js';
import type { Flasher } from '../../device/flasher.js';
import type { PortSession } from '../../device/port-session.js';
import type { SerialPorts } from './serial-ports.js';

export interface BoardReach {
  readonly ports: SerialPorts;
  /** Lets the person choose a board; `null` when none was. Needs a click or key press shortly before. */
  readonly choose: () => Promise<PortSession | null>;
  readonly flasher: () => Promise<Flasher>;
}

/** The same with what is said of it, in the words of boards. */
export interface ToldReach extends BoardReach {
  /** How far a look is; empty while the words of another language are on their way. */
  phase(progress: FlashProgress | null): string;
  /** What went wrong and what to try, or why no board can be reached; what to look at when none was chosen. @param at id of the control */
  trouble(error: Error | null, title: string, at: string): TemplateResult | typeof nothing;
}
