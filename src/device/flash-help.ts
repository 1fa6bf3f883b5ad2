/**
 * What a person can do with the BOOT and RESET buttons, as codes in the order of the steps; a page has the words and
 * pictures.
 */
import type { Connection } from './serial-types.js';

export type BootAdvice =
  | 'hold-boot'
  | 'press-reset'
  | 'release-boot'
  /** With boards that have no RESET button, or whose lines are not wired to it. */
  | 'plug-in-holding-boot'
  /** After a restart the browser may know the board as another port. */
  | 'choose-port-again'
  | 'retry'
  /** For boards with two sockets: the one marked UART or COM flashes without buttons. */
  | 'other-socket';

export type BootSituation =
  /** The chip is to enter the loader and does not. */
  | 'enter-loader'
  /** It was flashed and is to start its program. */
  | 'start-program';

/** Steps for a situation. */
export function bootHelp(situation: BootSituation, connection: Connection): readonly BootAdvice[] {
  if (situation === 'start-program') return ['press-reset'];
  if (connection === 'uart-bridge') return ['hold-boot', 'press-reset', 'retry', 'release-boot'];
  return [
    'hold-boot',
    'press-reset',
    'release-boot',
    'choose-port-again',
    'retry',
    'plug-in-holding-boot',
    'other-socket',
  ];
}
