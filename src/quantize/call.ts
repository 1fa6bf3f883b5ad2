/** Calls into WebAssembly modules of kernels/, whose faults become our kinds of error. */
import { FormatError } from '../shared/errors.js';

/** What stands between the parts of a malformed model's fault (`kernels/crates/kernels/src/fault.rs`). */
const BETWEEN = '\0';

/**
 * Runs a call into the module and turns the text that it throws into {@link FormatError} or `RangeError`.
 * @param file what a malformed input is called in the message
 */
export function call<T>(action: () => T, file = 'model'): T {
  try {
    return action();
  } catch (thrown) {
    if (typeof thrown !== 'string') throw thrown;
    const [field, problem, ...remedy] = thrown.split(BETWEEN);
    if (problem === undefined) throw new RangeError(thrown);
    throw new FormatError(problem, { file, field, remedy: remedy.join(' ') });
  }
}
