/** Lets a long computation yield now and then, so that an abort comes in and progress goes out. */

/** Milliseconds of work between two breaths: below what a person notices, far above what a yield costs. */
const BREATH_INTERVAL = 40;

export class Breather {
  private last = performance.now();

  /** Yields to the event loop when the last time is long enough ago. */
  async breathe(): Promise<void> {
    if (performance.now() - this.last < BREATH_INTERVAL) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    this.last = performance.now();
  }
}
