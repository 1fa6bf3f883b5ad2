/** `navigator.serial` with simulated boards plugged into it, as Chrome behaves: streams, signals, handles that come and go. */
import type {
  SerialLike,
  SerialOpenOptions,
  SerialPortIdentity,
  SerialPortLike,
  SerialSignals,
} from '../../src/device/serial-types.js';
import type { SimulatedBoard } from './simulated-loader.js';

const IDENTITY = {
  'uart-bridge': { usbVendorId: 0x10c4, usbProductId: 0xea60 },
  'usb-serial-jtag': { usbVendorId: 0x303a, usbProductId: 0x1001 },
  'usb-otg': { usbVendorId: 0x303a, usbProductId: 0x0009 },
} as const;

/** How long a chip with its own USB is off the bus. */
const AWAY_MS = 20;

/** What the USB unit of the chip holds. */
const FIFO_BYTES = 64;

/** One handle of a board. */
export class SimulatedPort implements SerialPortLike {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  /** Another program has it. */
  busy = false;
  /** RTS comes before DTR when it is opened, which resets a chip behind a bridge. */
  glitches = false;
  opened = 0;
  private plugged = true;
  private baud = 0;
  private kept: number[] = [];
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private dtr = false;
  private rts = false;

  constructor(readonly board: SimulatedBoard) {
    board.onSend = (bytes) => {
      if (!this.plugged) return;
      if (this.controller !== null) this.controller.enqueue(bytes);
      // The chip's own USB unit keeps what fits until somebody reads; a bridge lets it fall.
      else if (board.connection !== 'uart-bridge')
        this.kept.push(...bytes.subarray(0, FIFO_BYTES - this.kept.length));
    };
    board.onUnplug = () => this.unplug();
  }

  get isOpen(): boolean {
    return this.readable !== null;
  }

  getInfo(): SerialPortIdentity {
    return IDENTITY[this.board.connection];
  }

  async open({ baudRate }: SerialOpenOptions): Promise<void> {
    if (this.isOpen) throw new DOMException('The port is already open.', 'InvalidStateError');
    if (!this.plugged || this.busy) throw new DOMException('Failed to open serial port.', 'NetworkError');
    this.baud = baudRate;
    this.opened += 1;
    this.stream();
    this.writable = new WritableStream({
      write: (bytes) => {
        if (!this.plugged) throw new DOMException('The device has been lost.', 'NetworkError');
        this.board.receive(bytes, this.baud);
      },
    });
    if (this.kept.length > 0) this.controller?.enqueue(Uint8Array.from(this.kept.splice(0)));
    // Operating systems assert both when a port is opened.
    if (this.glitches) this.lines(false, true);
    this.lines(true, true);
  }

  async close(): Promise<void> {
    if (!this.isOpen && this.plugged)
      throw new DOMException('The port is already closed.', 'InvalidStateError');
    if (this.readable?.locked === true || this.writable?.locked === true)
      throw new TypeError('Cannot close a locked stream.');
    this.readable = null;
    this.writable = null;
    this.controller = null;
    if (this.plugged) this.lines(false, false);
  }

  async setSignals({ dataTerminalReady, requestToSend }: SerialSignals): Promise<void> {
    if (!this.isOpen || !this.plugged)
      throw new DOMException('Failed to set control signals.', 'NetworkError');
    this.lines(dataTerminalReady ?? this.dtr, requestToSend ?? this.rts);
  }

  /** A line error: what is being read fails, and there is another stream. */
  lineError(name: 'FramingError' | 'BufferOverrunError' | 'BreakError' | 'ParityError'): void {
    const { controller } = this;
    this.stream();
    controller?.error(new DOMException('line error', name));
  }

  unplug(): void {
    this.plugged = false;
    const { controller } = this;
    this.readable = null;
    this.writable = null;
    this.controller = null;
    controller?.error(new DOMException('The device has been lost.', 'NetworkError'));
  }

  private stream(): void {
    this.readable = new ReadableStream({
      start: (controller) => {
        this.controller = controller;
      },
    });
  }

  private lines(dtr: boolean, rts: boolean): void {
    this.dtr = dtr;
    this.rts = rts;
    this.board.setLines(dtr, rts);
  }
}

/** The browser's side. */
export class SimulatedSerial implements SerialLike {
  ports: SimulatedPort[] = [];

  plug(board: SimulatedBoard): SimulatedPort {
    const port = new SimulatedPort(board);
    this.ports.push(port);
    return port;
  }

  /** The board leaves the bus whenever it restarts, at once or later, and comes back under a new handle. */
  plugRestless(board: SimulatedBoard, leaveMilliseconds = 0): SimulatedPort {
    const port = this.plug(board);
    const leave = (): void => {
      const old = this.ports.find((candidate) => candidate.board === board);
      if (old === undefined) return;
      this.ports = this.ports.filter((candidate) => candidate !== old);
      old.unplug();
      setTimeout(() => this.plug(board), AWAY_MS);
    };
    board.onRestart = () => {
      if (leaveMilliseconds === 0) leave();
      else setTimeout(leave, leaveMilliseconds);
    };
    return port;
  }

  /**
   * The program that the board came with uses the chip's USB otherwise: whenever it starts, the board leaves this port and does
   * not come back. It is in its loader now; whatever else is in its flash later behaves.
   */
  plugForeign(board: SimulatedBoard): SimulatedPort {
    board.bootHeld = true;
    board.powerOn();
    board.bootHeld = false;
    const port = this.plug(board);
    const program = board.flash.bytes.slice(0, 4096);
    board.onRestart = () => {
      const isForeign = board.flash.bytes.subarray(0, 4096).every((byte, index) => byte === program[index]);
      if (board.mode !== 'run' || !isForeign) return;
      this.ports = this.ports.filter((candidate) => candidate !== port);
      port.unplug();
    };
    return port;
  }

  async getPorts(): Promise<SerialPortLike[]> {
    return [...this.ports];
  }

  async requestPort(): Promise<SerialPortLike> {
    const port = this.ports[0];
    if (port === undefined) throw new DOMException('No port selected by the user.', 'NotFoundError');
    return port;
  }
}
