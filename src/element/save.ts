/** Files on their way to the person: handed to the browser's download. */

/** A file to save. */
export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** Milliseconds until a download's address is given back: the browser has taken it by the next task; later is safe, at once is not everywhere. */
const TAKEN_BY = 10_000;

/** Whether files can be saved: not in frames that do not permit it, where the browser says nothing at all. */
export type Saving = 'permitted' | 'blocked' | 'unknown';

/** What the frames around the page say, as far as they can be asked. */
export function savingOf(page: Window): Saving {
  for (let at = page; at !== at.parent; at = at.parent) {
    // Frames of other origins, and sandboxes without an origin, cannot be asked.
    const frame = at.frameElement;
    if (frame === null) return 'unknown';
    const sandbox = frame.getAttribute('sandbox');
    if (sandbox !== null && !/(^|\s)allow-downloads(\s|$)/i.test(sandbox)) return 'blocked';
  }
  return 'permitted';
}

/** @returns whether there is a file now, as far as that can be known */
export function save(download: Download): Saving {
  const saving = savingOf(window);
  if (saving === 'blocked') return saving;
  const url = URL.createObjectURL(download.content);
  const link = document.createElement('a');
  link.href = url;
  link.download = download.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, TAKEN_BY);
  return saving;
}
