/** Addresses that a person typed before on this site, newest first. Only what was typed here is kept, and only here. */

/** Where they are kept. */
export const KEY = 'esp32-llm-converter.recent';

/** More than that nobody looks through. */
export const MOST = 5;

/** The addresses; none where the page may not store. */
export function recentAddresses(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter((item) => typeof item === 'string').slice(0, MOST);
  } catch {
    return [];
  }
}
