/** The two digests that flash contents carry: SHA-256 behind an application image, MD5 in a partition table. */
import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** A digest that is fed piece by piece. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** The digest of everything so far; ends the computation. */
  finish(): Uint8Array;
}

/** Starts a SHA-256 (FIPS 180-4). Synchronous and streaming, which WebCrypto is not. */
export function startSha256(): RunningDigest {
  const running = sha256.create();
  return {
    update: (bytes) => void running.update(bytes),
    finish: () => running.digest(),
  };
}

/** Starts an MD5 (RFC 1321), the digest that the chip's loaders compute over flash. */
export function startMd5(): RunningDigest {
  const running = md5.create();
  return {
    update: (bytes) => void running.update(bytes),
    finish: () => running.digest(),
  };
}

/** 32 bytes. */
export function sha256Of(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

/** 16 bytes (RFC 1321). Finds damage, keeps nobody out: that is all it is for in a partition table. */
export function md5Of(bytes: Uint8Array): Uint8Array {
  return md5(bytes);
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
