/** The error that most faults of a GGUF file are. */
import { FormatError } from '../../shared/errors.js';

/** @param field the key or tensor that is to blame */
export function brokenFile(file: string, problem: string, field?: string): FormatError {
  return new FormatError(problem, {
    file,
    field: field?.slice(0, 200),
    code: 'broken-file',
    remedy: 'The file is damaged or its download was cut off; download or convert it again.',
  });
}
