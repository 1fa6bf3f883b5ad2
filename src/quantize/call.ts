/** Calls into WebAssembly modules of kernels/, whose faults become our kinds of error. */
import { FormatError } from '../shared/errors.js';

/** What stands between the parts of a malformed model's fault (`kernels/crates/kernels/src/fault.rs`). */
const BETWEEN = '\0';

/**
 * Runs a call into the module and turns the text that it throws into {@link FormatError} or `RangeError`.
 * @param file what a malformed input is called in the message
 */
export function call<T>(action: () => T, file = 'model'): T {
  let fault: string;
  try {
    return action();
  } catch (thrown) {
    if (typeof thrown !== 'string') throw thrown;
    fault = thrown;
  }
  const [field, problem, ...remedy] = fault.split(BETWEEN);
  if (problem === undefined) throw new RangeError(fault);
  throw new FormatError(problem, { file, field, remedy: remedy.join(' ') });
}
