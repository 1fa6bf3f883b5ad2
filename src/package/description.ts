/**
 * What a package says about its model: CONF, STEP, TDIR and SAMP, read by the schema's records and checked against each
 * other. The reader checks with it what came from outside, the writer what it is about to hand out.
 */
import { SAMPLING } from '../schema/package.js';
import { readRecord } from '../schema/record.js';
import type { Sampling } from '../shared/sampling.js';
import { readConfig, type PackageConfig } from './config.js';
import { within, type Fail } from './fail.js';
import { readSteps, type PackageStep } from './steps.js';
import { readTensors, type PackageTensor } from './tensors.js';

export interface PackageSampling extends Sampling {
  readonly stopIds: readonly number[];
}

export interface PackageDescription {
  readonly config: PackageConfig;
  /** Of all layers, in the order in which a token passes them. */
  readonly steps: readonly PackageStep[];
  readonly tensors: readonly PackageTensor[];
  readonly sampling: PackageSampling;
}

/** The sections that describe a model. */
export interface DescriptionSections {
  readonly config: DataView;
  readonly steps: DataView;
  readonly tensors: DataView;
  readonly sampling: DataView;
  /** Length of the weights section in bytes. */
  readonly weightsLength: number;
}

/**
 * Reads the description and checks all of it.
 * @throws what `fail` makes, for the first field that breaks a rule
 */
export function readDescription(sections: DescriptionSections, fail: Fail): PackageDescription {
  const config = readConfig(sections.config, fail);
  const steps = readSteps(sections.steps, config, fail);
  const tensors = readTensors(sections.tensors, { config, steps }, sections.weightsLength, fail);
  return { config, steps, tensors, sampling: readSampling(sections.sampling, config, fail) };
}

function readSampling(view: DataView, config: PackageConfig, fail: Fail): PackageSampling {
  if (view.byteLength < SAMPLING.bytes)
    throw fail('SAMP', `${view.byteLength} bytes, fewer than ${SAMPLING.bytes}.`);
  const { doSample, stopIds: count, ...sampling } = readRecord(SAMPLING, view, 0, within(fail, 'SAMP'));
  if (view.byteLength !== SAMPLING.bytes + 4 * count)
    throw fail('SAMP', `${count} stop ids do not fit ${view.byteLength} bytes.`);
  const stopIds = Array.from({ length: count }, (_, index) =>
    view.getUint32(SAMPLING.bytes + 4 * index, true),
  );
  const outside = stopIds.find((id) => id >= config.vocabSize);
  if (outside !== undefined)
    throw fail('SAMP stop ids', `Id ${outside} is outside the vocabulary of ${config.vocabSize}.`);
  return { ...sampling, doSample: doSample === 1, stopIds };
}
