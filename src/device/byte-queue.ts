/** Bytes on their way from a producer that calls to a reader that iterates: what devices use for their output. */

/** A queue of chunks with one reader; several share the chunks, and all of them come to the end. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;
  private ended = false;
  private error: Error | null = null;
  private readonly wakes: (() => void)[] = [];

  /** Bytes that wait for the reader: a producer that can pause does so above a limit of its own. */
  get waiting(): number {
    return this.bytes;
  }

  /** Adds a chunk, which must not change afterwards; nothing after {@link end} or {@link fail}. */
  push(chunk: Uint8Array): void {
    if (this.ended || chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.wakeReaders();
  }

  /** The reader's iteration ends after what waits. */
  end(): void {
    this.ended = true;
    this.wakeReaders();
  }

  /** The reader's iteration throws after what waits. */
  fail(error: Error): void {
    if (this.ended) return;
    this.error = error;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const chunk = this.chunks.shift();
      if (chunk !== undefined) {
        this.bytes -= chunk.length;
        yield chunk;
      } else if (this.ended) {
        if (this.error !== null) throw this.error;
        return;
      } else {
        await new Promise<void>((resolve) => this.wakes.push(resolve));
      }
    }
  }

  private wakeReaders(): void {
    for (const wake of this.wakes.splice(0)) wake();
  }
}
