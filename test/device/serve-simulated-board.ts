/**
 * A simulated board behind RFC 2217, a serial port over TCP that has control lines and rates: other programs can flash it as
 * if it hung on a UART bridge. `node --import ./scripts/lib/ts-register.mjs test/device/serve-simulated-board.ts [FLASH_FILE]`
 * prints `rfc2217://…` and, when the input ends, writes the flash to the file and says what the lines did.
 */
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { SimulatedBoard } from './simulated-loader.js';

const IAC = 255;
const [DONT, DO, WONT, WILL, SB, SE] = [254, 253, 252, 251, 250, 240] as const;
const COM_PORT = 44;
const BINARY = 0;
const SUPPRESS_GO_AHEAD = 3;
const SET_BAUD = 1;
const SET_CONTROL = 5;
const PURGE = 12;
/** Answers are the command's number and this. */
const FROM_SERVER = 100;
/** Values of SET-CONTROL that move the lines. */
const CONTROL = { dtrOn: 8, dtrOff: 9, rtsOn: 11, rtsOff: 12 } as const;

/** pyserial asks every 50 ms whether a line has moved, so that esptool needs that long from one line to the other. */
const board = new SimulatedBoard({ flashBytes: 8 * 1024 * 1024, enRiseMilliseconds: 80 });
const lines = { dtr: false, rts: false };
let baud = 115_200;

/** Telnet in both directions around one connection. */
class Telnet {
  private state: 'data' | 'iac' | 'option' | 'sub' | 'subiac' = 'data';
  private verb = 0;
  private sub: number[] = [];

  constructor(private readonly socket: Socket) {
    board.onSend = (bytes) => {
      const out: number[] = [];
      for (const byte of bytes) out.push(...(byte === IAC ? [IAC, IAC] : [byte]));
      socket.write(Uint8Array.from(out));
    };
  }

  receive(bytes: Uint8Array): void {
    const plain: number[] = [];
    for (const byte of bytes) {
      if (this.state === 'data') {
        if (byte === IAC) this.state = 'iac';
        else plain.push(byte);
      } else if (this.state === 'iac') {
        if (byte === IAC) plain.push(byte);
        if (byte === SB) this.sub = [];
        this.verb = byte;
        this.state = byte === SB ? 'sub' : byte >= WILL && byte <= DONT ? 'option' : 'data';
      } else if (this.state === 'option') {
        this.agree(this.verb, byte);
        this.state = 'data';
      } else if (this.state === 'sub') {
        if (byte === IAC) this.state = 'subiac';
        else this.sub.push(byte);
      } else if (byte === SE) {
        // What was sent before a line moves arrives before it moves.
        this.flush(plain);
        this.perform(this.sub);
        this.state = 'data';
      } else {
        this.sub.push(byte);
        this.state = 'sub';
      }
    }
    this.flush(plain);
  }

  private flush(plain: number[]): void {
    if (plain.length > 0) board.receive(Uint8Array.from(plain.splice(0)), baud);
  }

  private agree(verb: number, option: number): void {
    const known = option === COM_PORT || option === BINARY || option === SUPPRESS_GO_AHEAD;
    if (verb === DO) this.socket.write(Uint8Array.from([IAC, known ? WILL : WONT, option]));
    if (verb === WILL) this.socket.write(Uint8Array.from([IAC, known ? DO : DONT, option]));
  }

  private perform([option, command = 0, ...values]: number[]): void {
    if (option !== COM_PORT) return;
    const data = Uint8Array.from(values);
    if (command === SET_BAUD) baud = new DataView(data.buffer).getUint32(0);
    if (command === SET_CONTROL) this.control(values[0] ?? 0);
    const answer = [...data].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]));
    if (command <= PURGE)
      this.socket.write(Uint8Array.from([IAC, SB, COM_PORT, command + FROM_SERVER, ...answer, IAC, SE]));
  }

  private control(value: number): void {
    if (value === CONTROL.dtrOn) lines.dtr = true;
    else if (value === CONTROL.dtrOff) lines.dtr = false;
    else if (value === CONTROL.rtsOn) lines.rts = true;
    else if (value === CONTROL.rtsOff) lines.rts = false;
    else return;
    board.setLines(lines.dtr, lines.rts);
  }
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  const telnet = new Telnet(socket);
  socket.on('data', (bytes) => telnet.receive(bytes));
  socket.on('error', () => socket.destroy());
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  console.log(`rfc2217://127.0.0.1:${address.port}`);
});

process.stdin.resume();
process.stdin.on('end', () => {
  const file = process.argv[2];
  if (file !== undefined) writeFileSync(file, board.flash.bytes);
  console.log(`mode ${board.mode}, resets ${board.resets}, stub starts ${board.stubStarts}`);
  console.log(`lines ${board.lineLog.join(' ')}`);
  process.exit(0);
});
