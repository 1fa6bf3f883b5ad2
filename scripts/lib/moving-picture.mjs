// An animated WebP of what a page shows: frames of one viewport, of which each holds only what changed since the one before.
// Frames are cut and encoded by the browser; what is put around them here is the container of the format (RIFF).

/** Collects frames. @param page whose viewport is pictured @param studio another page of the browser, which cuts and encodes */
export class MovingPicture {
  #frames = [];
  #page;
  #studio;
  #quality;

  constructor(page, studio, quality) {
    this.#page = page;
    this.#studio = studio;
    this.#quality = quality;
  }

  /** Takes what is shown now. @param milliseconds how long it stays; what has not changed stays longer */
  async take(milliseconds) {
    const shot = await this.#page.screenshot({ type: 'png', encoding: 'base64' });
    const changed = await this.#studio.evaluate(cutChanges, shot, this.#quality);
    if (changed === null) this.#frames.at(-1).milliseconds += milliseconds;
    else this.#frames.push({ ...changed, milliseconds });
  }

  /** Takes a frame every so often. */
  async watch(milliseconds, until) {
    let isOver = false;
    const over = until.finally(() => (isOver = true));
    while (!isOver) {
      const begin = performance.now();
      await this.take(milliseconds);
      await new Promise((resolve) => setTimeout(resolve, milliseconds - (performance.now() - begin)));
    }
    return over;
  }

  /** @returns {Buffer} the file */
  finish() {
    const { width, height } = this.#frames[0];
    const size = Buffer.concat([uint24(width - 1), uint24(height - 1)]);
    const animated = 0x02;
    const body = Buffer.concat([
      Buffer.from('WEBP'),
      riff('VP8X', Buffer.concat([Buffer.from([animated, 0, 0, 0]), size])),
      // A white ground, without end.
      riff('ANIM', Buffer.from([255, 255, 255, 255, 0, 0])),
      ...this.#frames.map((frame) =>
        riff(
          'ANMF',
          Buffer.concat([
            uint24(frame.x / 2),
            uint24(frame.y / 2),
            uint24(frame.width - 1),
            uint24(frame.height - 1),
            uint24(Math.round(frame.milliseconds)),
            // Laid over what is there, which stays.
            Buffer.from([0x02]),
            bitstream(Buffer.from(frame.webp, 'base64')),
          ]),
        ),
      ),
    ]);
    return riff('RIFF', body);
  }
}

function riff(name, content) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from(name), length, content, Buffer.alloc(content.length % 2)]);
}

function uint24(value) {
  return Buffer.from([value & 255, (value >> 8) & 255, value >> 16]);
}

/** The chunk with the picture itself: a file of one picture may have others around it. */
function bitstream(file) {
  for (let at = 12; at < file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const end = at + 8 + file.readUInt32LE(at + 4);
    if (name === 'VP8 ' || name === 'VP8L') return file.subarray(at, end + (end % 2));
    at = end + (end % 2);
  }
  throw new Error('The browser encoded no picture.');
}

/* In the page: the rectangle that differs from the picture before, as WebP; null when nothing does. */
async function cutChanges(shot, quality) {
  const png = Uint8Array.from(globalThis.atob(shot), (character) => character.charCodeAt(0));
  const image = await globalThis.createImageBitmap(new globalThis.Blob([png], { type: 'image/png' }));
  const { width, height } = image;
  const canvas = new globalThis.OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const now = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const before = globalThis.before;
  globalThis.before = now;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (before === undefined || before[y * width + x] !== now[y * width + x]) {
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
        top = Math.min(top, y);
        bottom = y + 1;
      }
  if (right === 0) return null;
  // The format counts places in twos.
  left -= left % 2;
  top -= top % 2;
  const cut = new globalThis.OffscreenCanvas(right - left, bottom - top);
  cut.getContext('2d').drawImage(image, -left, -top);
  const blob = await cut.convertToBlob({ type: 'image/webp', quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { x: left, y: top, width: right - left, height: bottom - top, webp: globalThis.btoa(text) };
}
