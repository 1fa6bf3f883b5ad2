import { waitUntil } from '@open-wc/testing';

/** Catches what would be saved. */
export async function saved(act: () => void): Promise<{ name: string; blob: Blob }> {
  const createObjectURL = URL.createObjectURL.bind(URL);
  const anchor = HTMLAnchorElement.prototype;
  const caught: { name: string; blob: Blob }[] = [];
  let last = new Blob();
  URL.createObjectURL = (blob: Blob) => {
    last = blob;
    return createObjectURL(blob);
  };
  anchor.click = function (this: HTMLAnchorElement) {
    caught.push({ name: this.download, blob: last });
  };
  try {
    act();
    await waitUntil(() => caught.length === 1, 'nothing was saved', { timeout: 20_000 });
    return caught[0] ?? { name: '', blob: last };
  } finally {
    URL.createObjectURL = createObjectURL;
    delete (anchor as Partial<HTMLAnchorElement>).click;
  }
}
