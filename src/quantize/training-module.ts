/** The module of the gradient engine: its faults as our kinds of error. */
import { Fault } from '../../kernels/crates/train/prebuilt/train.js';
import { call } from './kernel-module.js';

/** Runs a call into the module. @throws FormatError, RangeError */
export function guarded<T>(action: () => T): T {
  return call(action, 'model', Fault);
}
