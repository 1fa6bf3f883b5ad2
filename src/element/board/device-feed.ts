/**
 * Reads a device once for all conversations with it: each conversation gets what comes from then on, so that a board can
 * be restarted and greeted again without losing its first words.
 */
import { ByteQueue } from '../../device/byte-queue.js';
import type { Device } from '../../device/device.js';

export class DeviceFeed {
  readonly #device: Device;
  #queue: ByteQueue | null = null;
  #error: Error | null = null;
  #ended = false;

  /** @param onEnd told once when the device's output ends, with the reason when it was not closed */
  constructor(device: Device, onEnd: (error: Error | null) => void) {
    this.#device = device;
    void this.#pump(onEnd);
  }

  get device(): Device {
    return this.#device;
  }

  /** The device with an output that begins now; the one given before ends. */
  next(): Device {
    this.#queue?.end();
    const queue = new ByteQueue();
    this.#queue = queue;
    if (this.#error !== null) queue.fail(this.#error);
    else if (this.#ended) queue.end();
    const device = this.#device;
    return {
      name: device.name,
      output: queue,
      closed: device.closed,
      write: (bytes) => device.write(bytes),
      reset: () => device.reset(),
      close: () => device.close(),
    };
  }

  async #pump(onEnd: (error: Error | null) => void): Promise<void> {
    try {
      for await (const bytes of this.#device.output) this.#queue?.push(bytes);
      this.#ended = true;
      this.#queue?.end();
      onEnd(null);
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(String(error));
      this.#queue?.fail(this.#error);
      onEnd(this.#error);
    }
  }
}
