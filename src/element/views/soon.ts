/** Draws a part of a view in a task of its own, so that a large view does not hold the page up. */
import { nothing } from 'lit';
import { AsyncDirective } from 'lit/async-directive.js';
import { directive } from 'lit/directive.js';

class Soon extends AsyncDirective {
  #content: () => unknown = () => nothing;
  #isDrawn = false;
  #isWaiting = false;

  override render(content: () => unknown): unknown {
    this.#content = content;
    if (this.#isDrawn) return content();
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      setTimeout(() => this.#draw());
    }
    return nothing;
  }

  #draw(): void {
    this.#isWaiting = false;
    // What left the page is drawn when it comes back.
    if (!this.isConnected) return;
    this.#isDrawn = true;
    this.setValue(this.#content());
  }

  override reconnected(): void {
    if (!this.#isDrawn) this.#draw();
  }
}

/** Nothing at first and the content in the next task; from then on the content at once. */
export const soon = directive(Soon);
