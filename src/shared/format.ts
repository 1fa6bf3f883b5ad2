/**
 * Numbers as people read them, the same on the terminal, in the HTML report and in the page. Every figure that a person sees is
 * formatted here, so that equal figures look equal.
 */

const KIB = 1024;
const MIB = 1024 * 1024;

/** By language and options: making one takes longer than all that is ever formatted with it. */
const numberFormats = new Map<string, Intl.NumberFormat>();

/** A number in a language; a sign is a minus, not a hyphen. */
export function localNumber(value: number, lang: string, options: Intl.NumberFormatOptions = {}): string {
  const key = `${lang} ${JSON.stringify(options)}`;
  let format = numberFormats.get(key);
  if (format === undefined) numberFormats.set(key, (format = new Intl.NumberFormat(lang, options)));
  return format.format(value).replace('-', '−');
}

/**
 * Has the browser read what it knows of a language's numbers, which takes it long enough to be seen: called when words are
 * loaded, so that it does not happen while a view is drawn.
 */
export function prepareNumbers(lang: string): void {
  formatFixed(0, 1, lang);
}

/**
 * Bytes with a unit; powers of 1024, as memories are made. Whole units have no decimals.
 * @param lang BCP 47 language of the digits
 */
export function formatBytes(bytes: number, lang = 'en'): string {
  if (bytes < KIB) return `${formatCount(bytes, lang)} B`;
  if (bytes < MIB)
    return `${formatFixed(bytes / KIB, bytes < 100 * KIB && bytes % KIB !== 0 ? 1 : 0, lang)} KB`;
  return `${formatFixed(bytes / MIB, bytes < 100 * MIB && bytes % MIB !== 0 ? 2 : 0, lang)} MB`;
}

/** A whole number with grouped digits. */
export function formatCount(value: number, lang = 'en'): string {
  return localNumber(Math.round(value), lang);
}

/** A count in words a person can compare: `263 K`, `1.1 M`; other languages have their own steps, as `26.3万`. */
export function formatShortCount(value: number, lang = 'en'): string {
  if (value < 1e3) return formatCount(value, lang);
  if (lang !== 'en') {
    return localNumber(value, lang, { notation: 'compact', maximumSignificantDigits: value < 1e6 ? 3 : 2 });
  }
  if (value < 1e6) return `${formatFixed(value / 1e3, value < 1e4 ? 1 : 0, lang)} K`;
  if (value < 1e9) return `${formatFixed(value / 1e6, value < 1e8 ? 1 : 0, lang)} M`;
  return `${formatFixed(value / 1e9, 1, lang)} B`;
}

/** A share of 1 in percent. */
export function formatPercent(share: number, digits = 1, lang = 'en'): string {
  if (!Number.isFinite(share)) return '–';
  // Chinese sets the sign against the digits, as `12.3%`.
  return `${formatFixed(share * 100, digits, lang)}${lang.startsWith('zh') ? '' : ' '}%`;
}

/** A measured number with three significant digits; tiny ones keep an exponent. */
export function formatNumber(value: number, lang = 'en'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4) return exponential(value, lang);
  if (magnitude >= 1000) return formatCount(value, lang);
  return localNumber(value, lang, { maximumSignificantDigits: 3, minimumSignificantDigits: 2 });
}

/** One decimal and a power of ten, with the language's decimal sign. */
function exponential(value: number, lang: string): string {
  const [digits = '0', power = '0'] = value.toExponential(1).split('e');
  return `${formatFixed(Number(digits), 1, lang)}e${power.replace('-', '−')}`;
}

/** Perplexities differ in the third digit and are compared side by side: three decimals. */
export function formatPerplexity(value: number, lang = 'en'): string {
  if (!Number.isFinite(value)) return formatNumber(value, lang);
  return value >= 1000 ? formatCount(value, lang) : formatFixed(value, 3, lang);
}

/** A value with its standard error, when there is one. */
export function formatWithError(value: number, error: number | null, lang = 'en'): string {
  return error === null
    ? formatNumber(value, lang)
    : `${formatNumber(value, lang)} ± ${formatNumber(error, lang)}`;
}

/**
 * Signal-to-noise ratio; `null` is a tensor that lost nothing.
 * @param exact the word for that
 */
export function formatDecibels(value: number | null, lang = 'en', exact = 'exact'): string {
  if (value === null) return exact;
  return Number.isFinite(value) ? `${formatFixed(value, 1, lang)} dB` : '–';
}

/** Units of time as they stand after a number. */
export interface TimeUnits {
  readonly hours: string;
  readonly minutes: string;
  readonly seconds: string;
}

const INTERNATIONAL_UNITS: TimeUnits = { hours: 'h', minutes: 'min', seconds: 's' };

/** Seconds as a person says them. */
export function formatSeconds(seconds: number, lang = 'en', units = INTERNATIONAL_UNITS): string {
  if (seconds < 1) return `< 1 ${units.seconds}`;
  if (seconds < 60) return `${formatCount(seconds, lang)} ${units.seconds}`;
  const minutes = Math.floor(seconds / 60);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (minutes < 60) return `${minutes} ${units.minutes} ${two(seconds % 60)} ${units.seconds}`;
  return `${formatCount(Math.floor(minutes / 60), lang)} ${units.hours} ${two(minutes % 60)} ${units.minutes}`;
}

/** Tokens per second: one decimal while it matters, no more than three digits of what is a short measurement. */
export function formatRate(tokensPerSecond: number, lang = 'en'): string {
  return tokensPerSecond < 100
    ? formatFixed(tokensPerSecond, 1, lang)
    : localNumber(tokensPerSecond, lang, { maximumSignificantDigits: 3 });
}

/** A number with exactly so many decimals; what rounds to zero has no sign. */
export function formatFixed(value: number, digits: number, lang = 'en'): string {
  const shown = Number(value.toFixed(digits)) === 0 ? 0 : value;
  return localNumber(shown, lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The formatters of one language. */
export interface Formatters {
  readonly bytes: (bytes: number) => string;
  readonly count: (value: number) => string;
  readonly shortCount: (value: number) => string;
  readonly percent: (share: number, digits?: number) => string;
  readonly number: (value: number) => string;
  readonly perplexity: (value: number) => string;
  readonly withError: (value: number, error: number | null) => string;
  readonly decibels: (value: number | null) => string;
  readonly seconds: (seconds: number) => string;
  readonly rate: (tokensPerSecond: number) => string;
  readonly fixed: (value: number, digits: number) => string;
}

/**
 * Binds the formatters to a language.
 * @param lang BCP 47
 * @param exact the word for a tensor that lost nothing
 */
export function formatters(lang: string, exact: string, units = INTERNATIONAL_UNITS): Formatters {
  return {
    bytes: (bytes) => formatBytes(bytes, lang),
    count: (value) => formatCount(value, lang),
    shortCount: (value) => formatShortCount(value, lang),
    percent: (share, digits) => formatPercent(share, digits, lang),
    number: (value) => formatNumber(value, lang),
    perplexity: (value) => formatPerplexity(value, lang),
    withError: (value, error) => formatWithError(value, error, lang),
    decibels: (value) => formatDecibels(value, lang, exact),
    seconds: (seconds) => formatSeconds(seconds, lang, units),
    rate: (tokensPerSecond) => formatRate(tokensPerSecond, lang),
    fixed: (value, digits) => formatFixed(value, digits, lang),
  };
}
