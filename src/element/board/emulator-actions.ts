/** What the views of the emulated board ask for, passed on to it. */
import type { EmulatorActions } from './board-actions.js';
import type { EmulatedStore } from './emulated-store.js';

export function emulatorActions(
  emulated: EmulatedStore,
  others: Pick<EmulatorActions, 'talk' | 'choose'>,
): EmulatorActions {
  return {
    ...others,
    start: () => void emulated.start(),
    stop: () => void emulated.stop(),
    pause: () => void emulated.pause(),
    resume: () => emulated.resume(),
    step: (core) => void emulated.step(core),
    setSpeed: (speed) => void emulated.setSpeed(speed),
    lookAt: (region) => void emulated.lookAt(region),
    goTo: (address) => void emulated.goTo(address),
    turn: (pages) => void emulated.turn(pages),
  };
}
