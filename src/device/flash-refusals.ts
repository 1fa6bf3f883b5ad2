/** Why a chip is not flashed at all, and what a failure on the way means to a person. */
import { CHIPS } from '../chips/index.js';
import { secureBootError } from './board-detection.js';
import { FlashError } from './flash-errors.js';
import { bootHelp } from './flash-help.js';
import type { ChipIdentity } from './flash-loader.js';
import { PortError } from './port-session.js';
import type { Connection } from './serial-types.js';

/**
 * Refuses every chip that images are not made for, and those that are locked.
 * @throws FlashError
 */
export function requireChip({ name, chip, secureDownload, secureBoot }: ChipIdentity): void {
  if (chip === null) {
    const known = CHIPS.map((each) => each.name);
    throw new FlashError(
      'wrong-chip',
      `This board has ${name === null ? 'an unknown chip' : `an ${name}`}; images are made for the ${known.join(' or the ')}. Plug in an ${known.join(' or ')} board.`,
      ['other-board', 'choose-port-again'],
      { facts: name === null ? {} : { found: name } },
    );
  }
  if (secureDownload) {
    throw new FlashError(
      'secure-download',
      'The chip is locked: it only takes programs from whoever has burnt its keys (secure download mode). That cannot be undone; use another board.',
      ['other-board'],
    );
  }
  if (secureBoot) throw secureBootError();
}

/** What a page can show, for what the port or the loader has thrown; anything else stays what it is. */
export function explainFailure(error: unknown, connection: Connection): unknown {
  if (error instanceof PortError) {
    if (error.code === 'busy')
      return new FlashError('port-busy', error.message, ['close-programs', 'plug-again'], { cause: error });
    return new FlashError(
      'port-lost',
      'The board was unplugged or left the bus while it was worked on. Plug it in again and flash again: what is written is kept.',
      ['plug-again', 'choose-port-again', 'data-cable', 'flash-again'],
      { cause: error },
    );
  }
  if (error instanceof Error && error.name === 'LoaderError') {
    return new FlashError(
      'line',
      'The board stopped answering correctly. Use a short USB cable without a hub and flash again: what is written is kept.',
      ['flash-again', 'data-cable', 'other-port', ...bootHelp('enter-loader', connection)],
      { cause: error },
    );
  }
  return error;
}
