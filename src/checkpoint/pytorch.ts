/**
 * The tensors of a file that torch.save wrote: a zip archive (since PyTorch 1.6), or pickles with the storages behind them
 * (before). Format: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py. Nothing in the file is executed.
 */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { isWebPage, lfsPointer, webPage } from '../source/read-json.js';
import type { Dtype, TensorInfo } from './checkpoint.js';
import { bitsOf } from './dtype.js';
import { MAX_TENSORS } from './limits.js';
import type { PickledTensor } from './pickle-values.js';
import { PickleEndError, PickleError, PickleMap, type PickleValue } from './pickle-values.js';
import { readPickle } from './pickle.js';
import { findModel, madeByPython, SAVE_AGAIN } from './pytorch-model.js';
import { memberBegin, readZipDirectory, type ZipMember } from '../source/zip-directory.js';

/** Longest pickle: a tensor takes some 200 bytes of it. Its values take a multiple of this in memory. */
const MAX_PICKLE_BYTES = 64 * 1024 * 1024;

/** Read at first of a file without a directory; most models are described in less. */
const FIRST_READ = 256 * 1024;

/** Members whose headers are read at the same time. */
const AT_ONCE = 16;

/** What the pickle of the old form begins with: its magic number, the version of the form, and what wrote it. */
const OLD_MAGIC = 0x1950a86a20f9469cfc6cn;
const OLD_VERSION = 1001;

const STORAGE_DTYPES: Readonly<Record<string, Dtype>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

const ELEMENT_DTYPES: Readonly<Record<string, Dtype>> = {
  'torch.float32': 'F32',
  'torch.float16': 'F16',
  'torch.bfloat16': 'BF16',
  'torch.float64': 'F64',
  'torch.float8_e4m3fn': 'F8_E4M3',
  'torch.float8_e5m2': 'F8_E5M2',
  'torch.float8_e4m3fnuz': 'F8_E4M3FNUZ',
  'torch.float8_e5m2fnuz': 'F8_E5M2FNUZ',
  'torch.int64': 'I64',
  'torch.int32': 'I32',
  'torch.int16': 'I16',
  'torch.int8': 'I8',
  'torch.uint16': 'U16',
  'torch.uint32': 'U32',
  'torch.uint64': 'U64',
  'torch.uint8': 'U8',
  'torch.bool': 'BOOL',
};

/** A file as it was saved. */
export interface PytorchFile {
  readonly tensors: readonly TensorInfo[];
  /** What was saved beside the model, e.g. `model_args`; empty where the weights were saved alone. */
  readonly beside: ReadonlyMap<string, PickleValue>;
}

/** Where the bytes of a storage begin, and how many there are. */
type Places = ReadonlyMap<string, { readonly begin: number; readonly bytes: number }>;

/**
 * Reads the directory of a file.
 * @throws FormatError when it is damaged; UnsupportedError when it holds more than tensors, texts and numbers; TransportError
 */
export async function readPytorch(source: ByteSource, signal?: AbortSignal): Promise<PytorchFile> {
  const start = await source.read(0, Math.min(source.size, 64), signal);
  const text = String.fromCharCode(...start);
  if (text.startsWith('version https://git-lfs')) throw lfsPointer(source.name);
  if (isWebPage(text)) throw webPage(source.name);
  if (text.startsWith('PK\x03\x04')) return readArchive(source, signal);
  if (start[0] === 0x80) return readOld(source, signal);
  throw new FormatError('The file is not one that torch.save wrote.', {
    file: source.name,
    remedy: 'Download it again, or use the model as safetensors.',
    code: 'broken-file',
  });
}

async function readArchive(source: ByteSource, signal: AbortSignal | undefined): Promise<PytorchFile> {
  const members = await readZipDirectory(source, signal);
  const torn = members.find(({ method, size, packed }) => method === 0 && size !== packed);
  if (torn !== undefined) throw damaged(source, 'A storage has two lengths.');
  const packed = members.find(({ method, encrypted }) => method !== 0 || encrypted);
  if (packed !== undefined) {
    throw new FormatError('The archive is compressed or encrypted, which torch.save never does.', {
      file: source.name,
      field: packed.name.slice(0, 200),
      remedy: 'Use the file as it was saved; where it lies in an archive of its own, unpack that first.',
      code: 'broken-file',
    });
  }
  const pickle = members.find(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  if (pickle === undefined) {
    const isScript = members.some(({ name }) => name.endsWith('/constants.pkl'));
    throw new UnsupportedError(
      isScript
        ? 'It is a TorchScript program, not weights.'
        : 'The archive holds no data.pkl, which torch.save writes.',
      { file: source.name, remedy: SAVE_AGAIN, code: 'pickle' },
    );
  }
  if (pickle.size > MAX_PICKLE_BYTES) throw tooLong(source);
  const root = pickle.name.slice(0, -'data.pkl'.length);
  const byName = new Map(members.map((member) => [member.name, member]));
  await refuseBigEndian(source, byName.get(`${root}byteorder`), signal);
  const begin = await memberBegin(source, pickle, signal);
  const { value } = unpickled(source, await source.read(begin, begin + pickle.size, signal), 0, false);
  const { model, beside } = findModel(source, value);
  const wanted = new Map<string, ZipMember>();
  for (const { storage } of model.values()) {
    const member = byName.get(`${root}data/${storage.key}`);
    if (member === undefined) throw damaged(source, `The storage ${storage.key.slice(0, 100)} is missing.`);
    wanted.set(storage.key, member);
  }
  const places = new Map<string, { begin: number; bytes: number }>();
  const left = [...wanted];
  while (left.length > 0) {
    await Promise.all(
      left.splice(0, AT_ONCE).map(async ([key, member]) => {
        places.set(key, { begin: await memberBegin(source, member, signal), bytes: member.size });
      }),
    );
  }
  return { tensors: locate(source, model, places), beside };
}

async function refuseBigEndian(
  source: ByteSource,
  member: ZipMember | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (member === undefined || member.size > 16) return;
  const begin = await memberBegin(source, member, signal);
  const order = new TextDecoder().decode(await source.read(begin, begin + member.size, signal));
  if (order.trim() === 'big') {
    throw new UnsupportedError('The file was saved on a machine with the highest byte first.', {
      file: source.name,
      remedy: 'Load it in Python on a usual machine and save it again.',
      code: 'pickle',
    });
  }
}

/** The old form: magic number, version, machine, the object, the keys of the storages; then each storage behind its length. */
async function readOld(source: ByteSource, signal: AbortSignal | undefined): Promise<PytorchFile> {
  for (let length = FIRST_READ; ; length *= 4) {
    const bytes = await source.read(0, Math.min(source.size, length), signal);
    try {
      return oldFile(source, bytes);
    } catch (error) {
      if (!(error instanceof PickleEndError)) throw error;
      if (length >= MAX_PICKLE_BYTES) throw tooLong(source);
    }
  }
}

function oldFile(source: ByteSource, bytes: Uint8Array): PytorchFile {
  const values: PickleValue[] = [];
  let at = 0;
  while (values.length < 5) {
    const { value, end } = unpickled(source, bytes, at, bytes.length < source.size);
    if (values.length === 0 && value !== OLD_MAGIC) {
      throw new UnsupportedError('It is a pickle, but not one that torch.save wrote.', {
        file: source.name,
        remedy: SAVE_AGAIN,
        code: 'pickle',
      });
    }
    if (values.length === 1 && value !== OLD_VERSION) throw damaged(source, 'Its form is not known.');
    values.push(value);
    at = end;
  }
  const [, , machine, object, keys] = values;
  if (machine instanceof PickleMap && machine.entries.get('little_endian') === false)
    throw damaged(source, 'The file was saved on a machine with the highest byte first.');
  const { model, beside, storages } = findModel(source, object ?? null);
  const places = new Map<string, { begin: number; bytes: number }>();
  if (!Array.isArray(keys)) throw damaged(source, 'The list of its storages is missing.');
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    const dtype = storage === undefined ? undefined : STORAGE_DTYPES[storage.type];
    if (storage === undefined || dtype === undefined)
      throw damaged(source, 'A storage in the list is not among its tensors.');
    const size = (storage.count * bitsOf(dtype)) / 8;
    places.set(storage.key, { begin: at + 8, bytes: size });
    at += 8 + size;
  }
  if (at !== source.size)
    throw damaged(source, `Its tensors take ${at} bytes, but the file has ${source.size}.`);
  return { tensors: locate(source, model, places), beside };
}

/**
 * @param more whether there are bytes behind these
 * @throws FormatError, UnsupportedError; {@link PickleEndError} where more bytes may help
 */
function unpickled(
  source: ByteSource,
  bytes: Uint8Array,
  begin: number,
  more: boolean,
): { value: PickleValue; end: number } {
  try {
    return readPickle(bytes, begin);
  } catch (error) {
    if (!(error instanceof PickleError) || (error instanceof PickleEndError && more)) throw error;
    if (error.refused === null) throw damaged(source, `The pickle is damaged: ${error.message}`);
    throw madeByPython(source, error.refused);
  }
}

function locate(
  source: ByteSource,
  model: ReadonlyMap<string, PickledTensor>,
  places: Places,
): readonly TensorInfo[] {
  if (model.size > MAX_TENSORS) throw damaged(source, `It lists more than ${MAX_TENSORS} tensors.`);
  return [...model].map(([name, tensor]) => tensorInfo(source, name, tensor, places));
}

function tensorInfo(source: ByteSource, name: string, tensor: PickledTensor, places: Places): TensorInfo {
  const field = name.slice(0, 200) || '(empty name)';
  const { storage, shape, strides, offset } = tensor;
  const dtype = tensor.dtype === null ? STORAGE_DTYPES[storage.type] : ELEMENT_DTYPES[tensor.dtype];
  const place = places.get(storage.key);
  if (dtype === undefined || place === undefined)
    throw damaged(source, `Its type ${tensor.dtype ?? storage.type} has no elements that are known.`, field);
  const count = shape.reduce((product, d) => product * d, 1);
  const size = bitsOf(dtype) / 8;
  if (!Number.isSafeInteger(count * size) || (offset + count) * size > place.bytes)
    throw damaged(source, `Its ${shape.join(' × ')} elements are more than its storage has.`, field);
  if (!isContiguous(shape, strides)) {
    throw new UnsupportedError('Its elements do not lie in the order of its rows.', {
      file: source.name,
      field,
      code: 'pickle',
      remedy:
        'Save the model again, in Python:\n' +
        '  torch.save({k: v.contiguous() for k, v in model.state_dict().items()}, "pytorch_model.bin")',
    });
  }
  const begin = place.begin + offset * size;
  return { name, dtype, shape, file: source.name, begin, end: begin + count * size };
}

/** Whether the last dimension lies closest, and each other beyond the one behind it. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i] ?? 1;
  }
  return shape.length === strides.length;
}

function tooLong(source: ByteSource): FormatError {
  return damaged(source, `Its description is longer than ${MAX_PICKLE_BYTES} bytes.`);
}

function damaged(source: ByteSource, problem: string, field?: string): FormatError {
  return new FormatError(problem, {
    file: source.name,
    field,
    remedy: 'The file is damaged or its download was cut off; download it again.',
    code: 'broken-file',
  });
}
