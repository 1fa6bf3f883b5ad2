/** The image for the board is ready. */

/** Fired when the image of a converted model was put together: for the panel that offers it, or on request. */
export class Esp32LlmImageEvent extends Event {
  /** What a board boots, for flash address 0; `null` when the page's own firmware came without a bootloader. */
  readonly image: Blob | null;
  /** SHA-256 of the image, lower-case hexadecimal; `null` without one. */
  readonly sha256: string | null;

  constructor(detail: Pick<Esp32LlmImageEvent, 'image' | 'sha256'>) {
    super('esp32-llm-image', { bubbles: true, composed: true });
    this.image = detail.image;
    this.sha256 = detail.sha256;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-image': Esp32LlmImageEvent;
  }
}
