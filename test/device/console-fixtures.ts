/**
 * What the tests of the console share between TypeScript and C: a small package that chats, and streams of frames with
 * what must be found in them. Run this file to write them again:
 *   node --import ./scripts/lib/ts-register.mjs test/device/console-fixtures.ts
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { chatFromTemplate } from '../../src/tokenizer/chat.js';
import { makePackage } from '../engine/package-maker.js';
import { fixtureJson, openJson } from '../tokenizer/fixtures.js';
import { said } from '../said.js';

/** Where a fixture lies. */
export function fixtureUrl(name: string): URL {
  return new URL(`../fixtures/console/${name}`, import.meta.url);
}

const TEMPLATE = `{% for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/** What can be set of {@link chatPackage}. */
export interface ChatShape {
  readonly hidden: number;
  readonly context: number;
  readonly layer: {
    readonly heads: number;
    readonly kvHeads: number;
    readonly headDim: number;
    readonly ffn: number;
  };
}

const TINY: ChatShape = {
  hidden: 16,
  context: 160,
  layer: { heads: 2, kvHeads: 1, headDim: 8, ffn: 24 },
};

/** Takes so long for an answer that it can be met while it writes one, whatever else the machine does. */
export const SLOW: ChatShape = {
  hidden: 128,
  context: 1024,
  layer: { heads: 4, kvHeads: 1, headDim: 32, ffn: 2048 },
};

/**
 * A package with random weights, a byte-level tokenizer and a chat template. Its random tokens are pieces of characters
 * as often as not.
 */
export async function chatPackage({ hidden, context, layer }: ChatShape = TINY): Promise<Uint8Array> {
  const json = JSON.parse(await fixtureJson('gpt2')) as {
    added_tokens: { id: number; content: string; special: boolean }[];
    model: { vocab: Record<string, number> };
  };
  const first = Math.max(
    Object.keys(json.model.vocab).length,
    ...json.added_tokens.map((token) => token.id + 1),
  );
  ['<|im_start|>', '<|im_end|>'].forEach((content, i) => {
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    json.added_tokens.push({ id: first + i, content, ...flags });
  });
  const tokenizer = await openJson(JSON.stringify(json));
  const chat = chatFromTemplate(TEMPLATE, null, tokenizer);
  if (chat.pieces === null) throw new Error(said(chat.notes));
  return makePackage({
    hidden,
    vocab: tokenizer.vocabSize,
    context,
    maxBatch: 4,
    layers: [layer],
    encoding: 2,
    fused: true,
    tied: true,
    stops: chat.pieces.endIds,
    metadata: { name: 'tiny "chat" ünï', family: 'Llama', parameters: '13000' },
    tokenizer: tokenizer.section,
    chat: chat.pieces.section,
  }).bytes;
}

/** A stream of bytes, and what a parser makes of it. Bytes are hexadecimal. */
export interface Vector {
  readonly name: string;
  readonly stream: string;
  /** The bytes outside frames. */
  readonly text: string;
  /** `type:number:request:payload`, joined by spaces. */
  readonly frames: string;
  /** Frames that were begun and came to nothing. */
  readonly damaged: number;
}

interface Frame {
  readonly type: number;
  readonly number: number;
  readonly request: number;
  readonly payload: Buffer;
}

function frame(type: number, number: number, request: number, payload: Uint8Array | string = ''): Frame {
  return { type, number, request, payload: Buffer.from(payload) };
}

/** The bytes of a frame as docs/console.md has them; `change` damages them before they are written as base64. */
function wire(f: Frame, change: (body: Buffer) => Buffer = (body) => body): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt8(f.type, 0);
  header.writeUInt8(f.number, 1);
  header.writeUInt16LE(f.request, 2);
  header.writeUInt16LE(f.payload.length, 4);
  const covered = Buffer.concat([header, f.payload]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(covered));
  const body = change(Buffer.concat([covered, sum]));
  return Buffer.from(`\x1b_L${body.toString('base64').replace(/=/g, '')}\x1b\\`);
}

function vector(
  name: string,
  parts: readonly (Frame | string | Buffer)[],
  text: string,
  frames: readonly Frame[],
  damaged = 0,
): Vector {
  const bytes = parts.map((part) =>
    typeof part === 'string' ? Buffer.from(part) : Buffer.isBuffer(part) ? part : wire(part),
  );
  const describe = (f: Frame): string => `${f.type}:${f.number}:${f.request}:${f.payload.toString('hex')}`;
  return {
    name,
    stream: Buffer.concat(bytes).toString('hex'),
    text: Buffer.from(text).toString('hex'),
    frames: frames.map(describe).join(' '),
    damaged,
  };
}

/** The longest payload. */
const LONGEST = 704;

/** All vectors. */
export function frameVectors(): Vector[] {
  const hello = frame(0x01, 0, 1, Buffer.from([1]));
  const one = frame(0x92, 7, 258, 'ünï');
  const two = frame(0x92, 8, 258, Buffer.from([0, 0x1b, 0x5c, 0xff]));
  const empty = frame(0x08, 255, 65535);
  const longest = frame(0x90, 3, 4, Buffer.alloc(LONGEST, 0xa5));
  const flip = (at: number) => (body: Buffer) => {
    body[at] = (body[at] ?? 0) ^ 4;
    return body;
  };
  const good = wire(one);
  return [
    vector('nothing', [], '', []),
    vector('a frame', [hello], '', [hello]),
    vector('an empty payload', [empty], '', [empty]),
    vector('payload bytes of every length modulo three', [hello, two, one], '', [hello, two, one]),
    vector('the longest payload', [longest], '', [longest]),
    vector('text around frames', ['boot:0x8\r\n', one, 'Once', two, ' upon'], 'boot:0x8\r\nOnce upon', [
      one,
      two,
    ]),
    vector(
      'arrow keys and colours are text',
      ['\x1b[A\x1b[31mred', one, '\x1bOP'],
      '\x1b[A\x1b[31mred\x1bOP',
      [one],
    ),
    vector('two escapes', ['\x1b\x1b', good.subarray(1)], '\x1b', [one]),
    vector('another program command is text', ['\x1b_Gf=1;AA\x1b\\', one], '\x1b_Gf=1;AA\x1b\\', [one]),
    vector('a wrong checksum', [wire(one, flip(9)), two], '', [two], 1),
    vector('a wrong type', [wire(one, flip(0)), two], '', [two], 1),
    vector('a length that is too large', [wire(one, flip(5)), two], '', [two], 1),
    vector('a byte too many', [wire(one, (b) => Buffer.concat([b, Buffer.from([0])])), two], '', [two], 1),
    vector('a byte too few', [wire(one, (b) => b.subarray(0, -1)), two], '', [two], 1),
    vector('no bytes', ['\x1b_L\x1b\\', two], '', [two], 1),
    vector('fewer bytes than a header', ['\x1b_LAAAA\x1b\\', two], '', [two], 1),
    vector(
      'one byte more than the longest frame',
      [wire(longest, (b) => Buffer.concat([b, b.subarray(0, 1)])), two],
      '',
      [two],
      1,
    ),
    vector('a frame without end', [`\x1b_L${'A'.repeat(5000)}`, two], '', [two], 1),
    vector('cut by the next frame', [good.subarray(0, 9), two], '', [two], 1),
    vector('cut after its escape', [good.subarray(0, -1), two], '\x1b', [two], 1),
    vector('cut by a line end', [good.subarray(0, 12), '\r\nESP-ROM', two], '\r\nESP-ROM', [two], 1),
    vector('cut by text that is no base64', [good.subarray(0, 12), ' hello', two], ' hello', [two], 1),
    vector('cut by an escape sequence', [good.subarray(0, 12), '\x1b[A', two], '\x1b[A', [two], 1),
    vector(
      'filling characters',
      [Buffer.from(good.toString().replace('\x1b\\', '=\x1b\\')), two],
      '=\x1b\\',
      [two],
      1,
    ),
    vector('bits left over', [Buffer.from(bitsLeftOver(hello)), two], '', [two], 1),
    vector(
      'one character too many',
      [Buffer.from(good.toString().replace('\x1b\\', 'A\x1b\\')), two],
      '',
      [two],
      1,
    ),
    vector('unfinished at the end', ['a', good.subarray(0, 20)], 'a', []),
  ];
}

/** A frame whose last base64 character has bits that belong to no byte. */
function bitsLeftOver(f: Frame): string {
  const text = wire(f).toString();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = text.length - 3;
  const value = alphabet.indexOf(text.charAt(last));
  return text.slice(0, last) + alphabet.charAt(value | 1) + text.slice(last + 1);
}

/** One vector a line, for a reader as simple as the C test's. */
export function vectorsFile(): string {
  return `[\n${frameVectors()
    .map((v) => JSON.stringify(v))
    .join(',\n')}\n]\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(fixtureUrl('chat.s3lm'), await chatPackage());
  await writeFile(fixtureUrl('console-frames.json'), vectorsFile());
}
