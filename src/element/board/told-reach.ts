/** What is said of reaching a board where it is only looked at. */
import { html, nothing } from 'lit';
import type { AllStrings } from '../strings/strings.js';
import { flashFailureView } from '../views/flash-failure.js';
import { portHelpView } from '../views/port-help.js';
import { serialReasonView } from '../views/serial-reason.js';
import type { BoardReach, ToldReach } from './board-reach.js';

/** @param words `null` while those of another language are on their way */
export function toldReach(reach: BoardReach, words: () => AllStrings | null): ToldReach {
  return {
    ...reach,
    phase: (progress) => words()?.board.flash.phases[progress?.phase ?? 'connecting'] ?? '',
    trouble: (error, title, at) => {
      const strings = words();
      if (strings === null) return nothing;
      return html`${serialReasonView(reach.ports.support, strings)}
      ${error === null ? nothing : flashFailureView(error, strings, title, at)}
      ${portHelpView(reach.ports, strings)}`;
    },
  };
}
