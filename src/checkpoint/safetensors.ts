/**
 * Reads and checks the header of a safetensors file: every rule of the format, so that later rooms can trust each
 * offset. Format: https://github.com/huggingface/safetensors (README, "Format"): 8 bytes length N, N bytes JSON, data.
 */
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { isWebPage, lfsPointer, webPage } from '../source/read-json.js';
import { isJsonObject, JsonBudgetError, parseJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import type { Dtype, TensorInfo } from './checkpoint.js';
import { bitsOf, parseDtype } from './dtype.js';
import { MAX_TENSORS } from './limits.js';

/**
 * Longest header. An entry takes about 120 bytes, so this is 200,000 tensors; the largest published models have some 60,000.
 * The format's own reader stops at 100 MB, the Hub's at this. The text and its parsed form must fit beside a page.
 */
export const MAX_HEADER_BYTES = 25_000_000;

/** Longest tensor name. Real ones have at most about 100 characters; they are shown in lists and messages. */
export const MAX_NAME_LENGTH = 1024;

/** Most dimensions of a tensor. Language models use 2, convolutions 5, torch allows 64. */
export const MAX_DIMENSIONS = 64;

/** Largest single dimension: 2^32, as the Hub's reader; products of more cannot be real. */
export const MAX_DIMENSION = 2 ** 32;

/** The length field before the header. */
const LENGTH_BYTES = 8;

/** Read at once from the start: with it, most small models need one request, and large ones two. */
const FIRST_READ = 64 * 1024;

/** Levels of nesting: the header, an entry, a shape; some room for unknown fields that the format ignores. */
const MAX_DEPTH = 8;

/** Pickles begin with 0x80 and the number of their protocol. */
const PICKLE_PROTOCOLS = 5;

/** A checked header. */
export interface SafetensorsHeader {
  /** In the order of the file's bytes. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads and checks a file's header.
 * @throws FormatError when any rule is broken; TransportError
 */
export async function readSafetensorsHeader(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<SafetensorsHeader> {
  const start = await source.read(0, Math.min(source.size, FIRST_READ), signal);
  const length = headerLength(start, source);
  let header = start.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  if (header.length < length) {
    const whole = new Uint8Array(length);
    whole.set(header);
    whole.set(await source.read(LENGTH_BYTES + header.length, LENGTH_BYTES + length, signal), header.length);
    header = whole;
  }
  return parseSafetensorsHeader(header, source.name, source.size);
}

/** The checked header length N; `start` are the file's first bytes. */
function headerLength(start: Uint8Array, source: ByteSource): number {
  const file = source.name;
  if (start.length < LENGTH_BYTES) {
    throw new FormatError(`The file has only ${start.length} bytes; a header needs more.`, {
      file,
      remedy: 'Download it again.',
      code: 'broken-file',
    });
  }
  const length = new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true);
  // The first bytes of the other formats, read as a length, are beyond any header or any file this short.
  if (length > BigInt(Math.min(MAX_HEADER_BYTES, source.size - LENGTH_BYTES)))
    refuseOtherFormats(start, file);
  if (length > BigInt(source.size - LENGTH_BYTES)) {
    throw new FormatError(
      `The header says it is ${length} bytes long, but the file has only ${source.size}.`,
      {
        file,
        code: 'broken-file',
        remedy: 'The file is cut off or is not safetensors; download it again.',
      },
    );
  }
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new FormatError(`The header is ${length} bytes long; at most ${MAX_HEADER_BYTES} are read.`, {
      file,
      remedy: 'Save the model again with fewer tensors per file.',
    });
  }
  return Number(length);
}

/** Files of other kinds under this name, told apart from damaged ones. */
function refuseOtherFormats(start: Uint8Array, file: string): void {
  const text = String.fromCharCode(...start.subarray(0, 64));
  if (text.startsWith('version https://git-lfs')) throw lfsPointer(file);
  if (isWebPage(text)) throw webPage(file);
  const kind = text.startsWith('GGUF')
    ? 'a GGUF file'
    : text.startsWith('PK\u0003\u0004') || (start[0] === 0x80 && (start[1] ?? 0) <= PICKLE_PROTOCOLS)
      ? 'a PyTorch file'
      : null;
  if (kind === null) return;
  throw new FormatError(`The file is ${kind}, not safetensors.`, {
    file,
    remedy: 'Download the original model.safetensors.',
    code: 'broken-file',
  });
}

/**
 * Parses and checks the header text.
 * @param header the N bytes of JSON
 * @param file the file's name, for messages
 * @param fileSize length of the whole file in bytes
 * @throws FormatError
 */
export function parseSafetensorsHeader(
  header: Uint8Array,
  file: string,
  fileSize: number,
): SafetensorsHeader {
  const root = parseHeaderJson(header, file);
  const dataStart = LENGTH_BYTES + header.length;
  const tensors: TensorInfo[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of root) {
    if (name === '__metadata__') {
      metadata = readMetadata(value, file);
      continue;
    }
    if (tensors.length === MAX_TENSORS) {
      throw new FormatError(`The header lists more than ${MAX_TENSORS} tensors.`, {
        file,
        remedy: 'Save the model again with fewer tensors per file.',
      });
    }
    tensors.push(readEntry(name, value, file, dataStart));
  }
  checkLayout(tensors, file, dataStart, fileSize);
  return { tensors, metadata };
}

function parseHeaderJson(header: Uint8Array, file: string): JsonObject {
  const broken = (problem: string): FormatError =>
    new FormatError(problem, {
      file,
      field: 'header',
      code: 'broken-file',
      remedy: 'The file is damaged; download it or save it again.',
    });
  // So that no other format can be mistaken for this one, the first character is fixed and padding comes only after.
  if (header[0] !== 0x7b) throw broken('It does not start with "{".');
  let end = header.length;
  while (header[end - 1] === 0x20) end--;
  if (header[end - 1] !== 0x7d) throw broken('It does not end with "}" and spaces.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header.subarray(0, end));
  } catch {
    throw broken('It is not UTF-8 text.');
  }
  const root = parseJsonObject(text, {
    maxDepth: MAX_DEPTH,
    numbers: 'natural',
    fail: (error) =>
      broken(error instanceof JsonBudgetError ? error.message : `It is not valid JSON: ${error.message}.`),
  });
  if (root === null) throw broken('It is not an object.');
  return root;
}

function readMetadata(value: JsonValue, file: string): Readonly<Record<string, string>> {
  if (isJsonObject(value)) {
    const entries = [...value].filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    if (entries.length === value.size) return Object.fromEntries(entries);
  }
  throw new FormatError('The metadata is not a map from text to text.', {
    file,
    field: '__metadata__',
    remedy: 'Save the file again with text metadata only.',
  });
}

function readEntry(name: string, value: JsonValue, file: string, dataStart: number): TensorInfo {
  const remedy =
    'The file is damaged or was not written by a safetensors library; download it or save it again.';
  const broken = (problem: string): FormatError =>
    new FormatError(problem, { file, field: name.slice(0, 200) || '(empty name)', remedy });
  if (name.length > MAX_NAME_LENGTH) throw broken(`The tensor's name has ${name.length} characters.`);
  if (!isJsonObject(value)) throw broken('The entry is not an object.');
  const dtypeName = value.get('dtype');
  const dtype = typeof dtypeName === 'string' ? parseDtype(dtypeName) : null;
  if (dtype === null) {
    const shown = typeof dtypeName === 'string' ? `"${dtypeName.slice(0, 40)}"` : 'missing or not a text';
    throw broken(`The element type is ${shown}, which safetensors does not define.`);
  }
  const shape = value.get('shape');
  if (!isNaturals(shape)) throw broken('The shape is not a list of whole numbers.');
  if (shape.length > MAX_DIMENSIONS) throw broken(`The shape has ${shape.length} dimensions.`);
  const offsets = value.get('data_offsets');
  if (!isNaturals(offsets) || offsets.length !== 2)
    throw broken('The data offsets are not two whole numbers.');
  const [begin, end] = offsets as readonly [number, number];
  const expected = byteLength(dtype, shape);
  if (typeof expected === 'string') throw broken(expected);
  if (end < begin || end - begin !== expected) {
    throw broken(
      `The data offsets ${begin} to ${end} do not hold the ${expected} bytes of ${dtype} [${shape.join(', ')}].`,
    );
  }
  if (!Number.isSafeInteger(dataStart + end)) throw broken(`The data offset ${end} is too large.`);
  return { name, dtype, shape: [...shape], file, begin: dataStart + begin, end: dataStart + end };
}

function isNaturals(value: JsonValue | undefined): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

/** Bytes that a shape takes, or what is wrong with it. */
function byteLength(dtype: Dtype, shape: readonly number[]): number | string {
  let elements = 1;
  for (const dimension of shape) {
    if (dimension > MAX_DIMENSION) return `The dimension ${dimension} is too large.`;
    // Checked before a later zero can hide the overflow.
    elements *= dimension;
    if (!Number.isSafeInteger(elements)) return `The shape [${shape.join(', ')}] has too many elements.`;
  }
  const bits = BigInt(elements) * BigInt(bitsOf(dtype));
  if (bits % 8n !== 0n) return `The ${elements} elements of ${dtype} do not fill whole bytes.`;
  const bytes = Number(bits / 8n);
  return Number.isSafeInteger(bytes) ? bytes : `The shape [${shape.join(', ')}] has too many elements.`;
}

/** Sorts the tensors by place and checks that they fill the data exactly: no hole, no overlap, no rest. */
function checkLayout(tensors: TensorInfo[], file: string, dataStart: number, fileSize: number): void {
  const remedy =
    'The file is damaged or was not written by a safetensors library; download it or save it again.';
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = dataStart;
  for (const tensor of tensors) {
    if (tensor.begin !== at) {
      const problem =
        tensor.begin > at
          ? `${tensor.begin - at} bytes before the tensor belong to no tensor.`
          : `The tensor overlaps the one before it by ${at - tensor.begin} bytes.`;
      throw new FormatError(problem, { file, field: tensor.name.slice(0, 200), remedy });
    }
    at = tensor.end;
  }
  if (at !== fileSize) {
    const problem =
      at > fileSize
        ? `The header describes ${at} bytes, but the file has only ${fileSize}.`
        : `${fileSize - at} bytes at the end of the file belong to no tensor.`;
    throw new FormatError(problem, {
      file,
      code: 'broken-file',
      remedy: at > fileSize ? 'The download was cut off; download the file again.' : remedy,
    });
  }
}
