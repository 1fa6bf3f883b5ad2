/** Types and subtypes of partitions with their names and alignments, as ESP-IDF's `gen_esp32part.py` has them. */

export const PARTITION_TYPE = { app: 0, data: 1, bootloader: 2, partitionTable: 3 } as const;
export const APP_SUBTYPE = { factory: 0, firstOta: 0x10, test: 0x20 } as const;

export const DATA_SUBTYPE = {
  ota: 0,
  phy: 1,
  nvs: 2,
  coredump: 3,
  /** The model package. ESP-IDF gives data partitions no meaning from 0x40 on but for its file systems at 0x80 and up. */
  model: 0x40,
} as const;

/** The name that firmware looks for. */
export const MODEL_PARTITION_NAME = 'model';

/** `otadata` holds two flash sectors. */
export const OTA_DATA_BYTES = 0x2000;
/** Settings storage needs three flash sectors to rewrite itself. */
export const NVS_LEAST_BYTES = 0x3000;

const OTA_SLOTS = 16;

const TYPE_NAMES = new Map<number, string>([
  [PARTITION_TYPE.app, 'app'],
  [PARTITION_TYPE.data, 'data'],
  [PARTITION_TYPE.bootloader, 'bootloader'],
  [PARTITION_TYPE.partitionTable, 'partition_table'],
]);

const DATA_SUBTYPE_NAMES = new Map<number, string>([
  [0x00, 'ota'],
  [0x01, 'phy'],
  [0x02, 'nvs'],
  [0x03, 'coredump'],
  [0x04, 'nvs_keys'],
  [0x05, 'efuse'],
  [0x06, 'undefined'],
  [DATA_SUBTYPE.model, 'model'],
  [0x80, 'esphttpd'],
  [0x81, 'fat'],
  [0x82, 'spiffs'],
  [0x83, 'littlefs'],
  [0x90, 'tee_ota'],
]);

/** ESP-IDF's word for a type, its number when it has none. */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `0x${type.toString(16).padStart(2, '0')}`;
}

/** ESP-IDF's word for a subtype, its number when it has none. */
export function subtypeName(type: number, subtype: number): string {
  const number = `0x${subtype.toString(16).padStart(2, '0')}`;
  if (type === PARTITION_TYPE.data) return DATA_SUBTYPE_NAMES.get(subtype) ?? number;
  if (type !== PARTITION_TYPE.app) return number;
  if (subtype === APP_SUBTYPE.factory) return 'factory';
  if (subtype === APP_SUBTYPE.test) return 'test';
  const slot = subtype - APP_SUBTYPE.firstOta;
  return slot >= 0 && slot < OTA_SLOTS ? `ota_${slot}` : number;
}

/** Applications are mapped, so they begin on a page of the flash mapping; everything else on a flash sector. */
export function offsetAlignment(type: number): number {
  return type === PARTITION_TYPE.app ? 0x10000 : 0x1000;
}

/** Applications are erased and signed by the sector. */
export function sizeAlignment(type: number): number {
  return type === PARTITION_TYPE.app ? 0x1000 : 1;
}
