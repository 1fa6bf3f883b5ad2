/** How long work on a page's own thread gives way: in pieces of few bytes, with a breath between two. */

/** Bytes that are worked on before the page gets its turn: some milliseconds on a slow computer. A multiple of 3, for Base64. */
export const PIECE_BYTES = 3 * 128 * 1024;

/** Bytes in pieces of at most {@link PIECE_BYTES}, which share their memory. */
export function* piecesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Lets waiting messages in. A message channel is not slowed down as timers are, not even in a tab that nobody looks at. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
