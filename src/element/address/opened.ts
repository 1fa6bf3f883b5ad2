/** Models that a person has opened in this tab: a link to one of them, or a reload, needs no further word. */

/** Where they are kept; only for the tab. */
const KEY = 'esp32-llm-converter.opened';

const MOST = 20;

/** As places name them; none where the page may not store. */
export function openedModels(): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((item) => typeof item === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberOpened(model: string): void {
  const kept = openedModels();
  if (kept[0] === model) return;
  try {
    const others = kept.filter((known) => known !== model);
    sessionStorage.setItem(KEY, JSON.stringify([model, ...others].slice(0, MOST)));
  } catch {
    // A link to it asks again.
  }
}
