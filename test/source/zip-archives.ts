/** Zip archives for tests: made by another program's code, and made by hand to do harm. */
import { strToU8, zipSync } from 'fflate';

export const CONFIG = strToU8(`{"model_type":"llama","note":"${'x'.repeat(4000)}"}`);

/** Weights that deflate does not make smaller. */
export const WEIGHTS = Uint8Array.from({ length: 50_000 }, (_, index) => (index * 2654435761) >>> 13);

/** A model's archive as people pack them: in a folder, with what their system adds. */
export function modelZip(level: 0 | 6 = 6, folder = 'tiny/'): Uint8Array {
  return zipSync(
    {
      [`${folder}config.json`]: CONFIG,
      [`${folder}model.safetensors`]: WEIGHTS,
      '__MACOSX/tiny/._config.json': strToU8('resource fork'),
      [`${folder}.DS_Store`]: strToU8('x'),
    },
    { level, mtime: '2024-01-01' },
  );
}

interface Entry {
  readonly name: string;
  readonly data: Uint8Array;
  readonly size?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** Where the directory says that its header is; default where it is. */
  readonly header?: number;
}

/** An archive whose fields are what the test says. @param zip64 numbers stand in the extensions for large archives */
export function rawZip(entries: readonly Entry[], zip64 = false): Uint8Array {
  const out: number[] = [];
  const u16 = (value: number): void => void out.push(value & 255, (value >>> 8) & 255);
  const u32 = (value: number): void => {
    u16(value & 0xffff);
    u16(value >>> 16);
  };
  const u64 = (value: number): void => {
    u32(value % 2 ** 32);
    u32(Math.floor(value / 2 ** 32));
  };
  const rest: (() => void)[] = [];
  for (const { name, data, size = data.length, method = 0, flags = 0, crc = 0, header } of entries) {
    const at = out.length;
    const bytes = strToU8(name);
    u32(0x04034b50);
    for (const field of [45, flags, method, 0, 0]) u16(field);
    for (const field of [crc, data.length, size]) u32(field);
    u16(bytes.length);
    u16(0);
    out.push(...bytes, ...data);
    rest.push(() => {
      u32(0x02014b50);
      for (const field of [45, 45, flags, method, 0, 0]) u16(field);
      u32(crc);
      u32(zip64 ? 0xffffffff : data.length);
      u32(zip64 ? 0xffffffff : size);
      u16(bytes.length);
      u16(zip64 ? 28 : 0);
      for (const field of [0, 0, 0, 0, 0]) u16(field);
      u32(zip64 ? 0xffffffff : (header ?? at));
      out.push(...bytes);
      if (!zip64) return;
      u16(1);
      u16(24);
      for (const field of [size, data.length, header ?? at]) u64(field);
    });
  }
  const begin = out.length;
  for (const write of rest) write();
  const length = out.length - begin;
  if (zip64) {
    const record = out.length;
    u32(0x06064b50);
    u64(44);
    for (const field of [45, 45]) u16(field);
    for (const field of [0, 0]) u32(field);
    for (const field of [entries.length, entries.length, length, begin]) u64(field);
    u32(0x07064b50);
    u32(0);
    u64(record);
    u32(1);
  }
  u32(0x06054b50);
  for (const field of [0, 0, entries.length, entries.length]) u16(field);
  u32(zip64 ? 0xffffffff : length);
  u32(zip64 ? 0xffffffff : begin);
  u16(0);
  return Uint8Array.from(out);
}
