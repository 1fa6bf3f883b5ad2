/** The day that is written into files. */

/**
 * Now, or the moment that SOURCE_DATE_EPOCH names, so that the same work gives the same files
 * (https://reproducible-builds.org/specs/source-date-epoch/).
 */
export function buildDate(environment: Readonly<Record<string, string | undefined>> = process.env): Date {
  const epoch = environment['SOURCE_DATE_EPOCH'];
  return epoch !== undefined && /^\d{1,11}$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date();
}
