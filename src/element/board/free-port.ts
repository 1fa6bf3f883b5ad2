/** A port for whoever does something else with a board than flash it or talk to it. */
import { UsageError } from '../../shared/errors.js';
import type { PortSession } from '../../device/port-session.js';
import type { FlashStore } from './flash-store.js';
import type { SerialPorts } from './serial-ports.js';

/**
 * Lets the person choose a board. One that was found for flashing is found no more.
 * @returns `null` when none was chosen
 * @throws UsageError while a board is looked at or flashed; what choosing throws
 */
export async function freePort(ports: SerialPorts, flash: FlashStore): Promise<PortSession | null> {
  if (!flash.isFree) throw new UsageError('A board is being looked at or flashed. Wait for it or cancel it.');
  await ports.probe();
  await flash.next();
  return ports.choose();
}
