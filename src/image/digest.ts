/** The two digests that flash contents carry: SHA-256 behind an application image, MD5 in a partition table. */
import { startDigest, type BlockMixing, type RunningDigest } from './block-digest.js';
import { MD5 } from './md5.js';
import { SHA256 } from './sha256.js';

export type { RunningDigest };

/** Starts a SHA-256. Synchronous and streaming, and there on pages without https, which WebCrypto is not. */
export function startSha256(): RunningDigest {
  return startDigest(SHA256);
}

/** Starts an MD5. */
export function startMd5(): RunningDigest {
  return startDigest(MD5);
}

/** 32 bytes. */
export function sha256Of(bytes: Uint8Array): Uint8Array {
  return whole(SHA256, bytes);
}

/** 16 bytes. */
export function md5Of(bytes: Uint8Array): Uint8Array {
  return whole(MD5, bytes);
}

function whole(mixing: BlockMixing, bytes: Uint8Array): Uint8Array {
  const running = startDigest(mixing);
  running.update(bytes);
  return running.finish();
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
