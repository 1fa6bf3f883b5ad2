/** CONF: the sizes of a package's model. */
import { CONFIG, NONE } from '../schema/package.js';
import { readRecord, type RecordValues } from '../schema/record.js';
import { within, type Fail } from './fail.js';

export interface PackageConfig extends Readonly<Omit<RecordValues<typeof CONFIG>, 'bosId'>> {
  readonly bosId: number | null;
}

/** @throws what `fail` makes */
export function readConfig(view: DataView, fail: Fail): PackageConfig {
  if (view.byteLength !== CONFIG.bytes)
    throw fail('CONF', `${view.byteLength} bytes instead of ${CONFIG.bytes}.`);
  const { bosId, ...config } = readRecord(CONFIG, view, 0, within(fail, 'CONF'));
  if (bosId !== NONE && bosId >= config.vocabSize)
    throw fail('CONF bos id', `Id ${bosId} is outside the vocabulary of ${config.vocabSize}.`);
  return { ...config, bosId: bosId === NONE ? null : bosId };
}
