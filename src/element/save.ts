/** Files on their way to the person: handed to the browser's download. */

/** A file to save. */
export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/** Milliseconds until a download's address is given back: the browser has taken it by the next task; later is safe, at once is not everywhere. */
const TAKEN_BY = 10_000;

export function save(download: Download): void {
  const url = URL.createObjectURL(download.content);
  const link = document.createElement('a');
  link.href = url;
  link.download = download.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, TAKEN_BY);
}
