/**
 * A model folder in a zip archive: members that are stored are read in their place, others are unpacked when they are opened, to
 * wherever the caller keeps bytes that are read in any order. No member is in memory as a whole.
 */
import { crc32 } from '../shared/crc32.js';
import { FormatError, UnsupportedError, UsageError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from './byte-source.js';
import { checkRange } from './checks.js';
import { folderOfPaths } from './file-list-folder.js';
import { MAX_FILES } from './limits.js';
import { memberBegin, readZipDirectory, type ZipMember } from './zip-directory.js';

/** Bytes read of the archive at once. */
const PIECE_BYTES = 1 << 20;

/** Most that deflate makes of one byte, by its format; what promises more is made to fill memories. */
const MOST_PER_BYTE = 1032;

/** Largest member that is unpacked: weights of models beyond this are for other devices, and a disk is not to be filled. */
export const MAX_UNPACKED_BYTES = 4 * 1024 ** 3;

const STORED = 0;
const DEFLATED = 8;

/** Members that systems add for themselves. */
const NOT_FILES = /(?:^|\/)(?:__MACOSX(?:\/|$)|\.DS_Store$|Thumbs\.db$|desktop\.ini$)|\/$/i;

/**
 * Unpacks a member.
 * @param packed its deflated bytes, in pieces
 * @param check passes the unpacked pieces on and throws when they are not what the archive says
 * @param name of the source that it gives
 */
export type Unpack = (
  packed: AsyncIterable<Uint8Array>,
  check: (unpacked: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  name: string,
) => Promise<ByteSource>;

/**
 * Reads the directory of an archive.
 * @param unpack keeps what is unpacked
 * @throws FormatError when the archive is damaged or made to do harm; UnsupportedError when it is encrypted; UsageError for more
 *   files than a model has; TransportError
 */
export async function zipFolder(
  source: ByteSource,
  unpack: Unpack,
  signal?: AbortSignal,
): Promise<ModelFolder> {
  const members = await readZipDirectory(source, signal);
  if (members.length > MAX_FILES) {
    throw new UsageError(
      `${source.name} holds ${members.length} files. Choose the archive of one model folder only.`,
      { code: 'too-many-files' },
    );
  }
  refuseOverlaps(source, members);
  const files = members
    // Some programs write the separators of their own system.
    .map((member) => ({ ...member, name: member.name.replaceAll('\\', '/') }))
    .filter(({ name }) => !NOT_FILES.test(name));
  return folderOfPaths(
    files.map((member) => [member.name, (name, by) => open(source, member, name, unpack, by)] as const),
    source.name.replace(/\.zip$/i, ''),
  );
}

/** Members that share bytes are no archive of files: a few bytes would become as many as somebody likes. */
function refuseOverlaps(source: ByteSource, members: readonly ZipMember[]): void {
  const inOrder = [...members].sort((a, b) => a.header - b.header);
  for (const [index, { header, packed, name }] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (next !== undefined && header + packed + name.length > next.header)
      throw damaged(source, name, `It overlaps ${JSON.stringify(next.name.slice(0, 200))}.`);
  }
}

async function open(
  source: ByteSource,
  member: ZipMember,
  name: string,
  unpack: Unpack,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const { method, encrypted, size, packed } = member;
  if (encrypted) {
    throw new UnsupportedError('The archive is locked with a password.', {
      file: source.name,
      field: name,
      remedy: 'Unpack it with a program that asks for the password, then choose the folder.',
    });
  }
  const begin = await memberBegin(source, member, signal);
  if (method === STORED) {
    if (size !== packed) throw damaged(source, name, 'Its two sizes differ, and it is not packed.');
    return slice(source, name, begin, size);
  }
  if (method !== DEFLATED) {
    throw new UnsupportedError(`It is packed by method ${method}; deflate and none are read.`, {
      file: source.name,
      field: name,
      remedy: 'Unpack the archive, then choose the folder.',
    });
  }
  if (size > packed * MOST_PER_BYTE + PIECE_BYTES)
    throw damaged(source, name, `${packed} bytes cannot become ${size}.`);
  if (size > MAX_UNPACKED_BYTES) {
    throw new UnsupportedError(`It has ${size} bytes unpacked; at most ${MAX_UNPACKED_BYTES} are.`, {
      file: source.name,
      field: name,
      remedy: 'Unpack the archive, then choose the folder.',
    });
  }
  return unpack(
    pieces(source, begin, begin + packed, signal),
    (unpacked) => checked(unpacked, source, member),
    name,
  );
}

async function* pieces(
  source: ByteSource,
  begin: number,
  end: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let at = begin; at < end; at += PIECE_BYTES)
    yield await source.read(at, Math.min(end, at + PIECE_BYTES), signal);
}

/** Stops at the first byte too many. */
async function* checked(
  unpacked: AsyncIterable<Uint8Array>,
  source: ByteSource,
  { name, size, crc }: ZipMember,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let running = 0;
  try {
    for await (const piece of unpacked) {
      bytes += piece.length;
      if (bytes > size) break;
      running = crc32(piece, running);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof FormatError || !isOfInflate(cause)) throw cause;
    throw damaged(source, name, 'What is packed in it is damaged.');
  }
  if (bytes !== size)
    throw damaged(source, name, `It unpacks to other than the ${size} bytes that it names.`);
  if (running !== crc) throw damaged(source, name, 'Its checksum is wrong.');
}

/** Browsers throw a TypeError for deflated bytes that are none, zlib errors with its codes. */
function isOfInflate(error: unknown): boolean {
  return error instanceof TypeError || /^Z_/.test(String((error as { code?: unknown }).code));
}

function slice(source: ByteSource, name: string, offset: number, size: number): ByteSource {
  const readInto = source.readInto?.bind(source);
  const readTaking = source.readTaking?.bind(source);
  const inside = { name, size };
  return {
    ...inside,
    read: async (begin, end, signal) => {
      checkRange(inside, begin, end);
      return source.read(offset + begin, offset + end, signal);
    },
    ...(readInto === undefined
      ? {}
      : {
          readInto: async (target: Uint8Array, begin: number, signal?: AbortSignal) => {
            checkRange(inside, begin, begin + target.length);
            await readInto(target, offset + begin, signal);
          },
        }),
    ...(readTaking === undefined
      ? {}
      : {
          readTaking: async (memory: ArrayBuffer, begin: number, end: number, signal?: AbortSignal) => {
            checkRange(inside, begin, end);
            return readTaking(memory, offset + begin, offset + end, signal);
          },
        }),
  };
}

function damaged(source: ByteSource, name: string, problem: string): FormatError {
  return new FormatError(problem, {
    file: source.name,
    field: name.slice(0, 200),
    remedy: 'The archive is damaged or its download was cut off; pack or download it again.',
    code: 'broken-file',
  });
}
