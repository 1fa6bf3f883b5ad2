/** When a metaspace goes before a text: what Metaspace, the pre-tokenizer and the decoder, say alike. */
import type { ConfigFields } from '../model/config-fields.js';
import { wrongPart } from './component.js';
import { MetaspaceScheme } from './format.js';

/** The scheme in its new spelling (`prepend_scheme`), checked against the old one. @throws FormatError, UnsupportedError */
export function metaspaceScheme(fields: ConfigFields, path: string): MetaspaceScheme {
  const named = fields.optionalText('prepend_scheme') ?? 'always';
  const scheme = {
    first: MetaspaceScheme.First,
    always: MetaspaceScheme.Always,
    never: MetaspaceScheme.Never,
  }[named];
  if (scheme === undefined) throw fields.wrong('prepend_scheme', '"first", "always" or "never"');
  // The library refuses the old key beside another scheme.
  if (
    fields.isSet('add_prefix_space') &&
    !fields.boolean('add_prefix_space', true) &&
    scheme !== MetaspaceScheme.Never
  ) {
    throw wrongPart(fields, path, 'add_prefix_space is false, but prepend_scheme is not "never".');
  }
  return scheme;
}
