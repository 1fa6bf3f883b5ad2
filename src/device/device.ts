/**
 * A board that boots and speaks: the bytes of its console and what one can do to it. A serial port is one, the
 * emulated chip is another; whoever talks to a board (`ConsoleClient`) knows only this.
 */

export interface Device {
  /** For people: "USB serial port", "Emulated ESP32-S3". */
  readonly name: string;
  /**
   * What the board sends, in order and from the moment the device was opened. It ends after {@link Device.close} and
   * throws a `TransportError` when the board goes away. One reader only: a second iteration shares the bytes with the
   * first.
   */
  readonly output: AsyncIterable<Uint8Array>;
  /**
   * Fulfilled once the device is closed, whether by {@link Device.close} or by the board going away. Never rejects: the
   * reason is what {@link Device.output} throws.
   */
  readonly closed: Promise<void>;
  /**
   * Sends bytes; fulfilled when they are handed over, so that a board that does not read holds the caller back.
   * @throws TransportError when the device is closed or the board has gone away
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Starts the board anew, as its reset button does. The output goes on with what the board says while it boots.
   * @throws TransportError as above
   */
  reset(): Promise<void>;
  /** Gives the device back. Does nothing when it is closed already. */
  close(): Promise<void>;
}
