/** A thing that a person drags to a pin of the drawn board, with mouse, finger or pen. */
import type { PageElement } from '../page.js';

export class PinDrag {
  readonly #element: PageElement;
  readonly #onDrop: (name: string, pin: number) => void;
  #over: number | null = null;
  #end: AbortController | null = null;

  constructor(element: PageElement, onDrop: (name: string, pin: number) => void) {
    this.#element = element;
    this.#onDrop = onDrop;
  }

  /** The pin that something is held over. */
  get over(): number | null {
    return this.#over;
  }

  /** The thing of this name is taken hold of. */
  take(event: PointerEvent, name: string): void {
    if (event.button !== 0) return;
    // No selection of text meanwhile, and no scrolling.
    event.preventDefault();
    this.#end?.abort();
    const { signal } = (this.#end = new AbortController());
    const leave = (): void => {
      this.#end?.abort();
      this.#show(null);
    };
    window.addEventListener('pointermove', (move) => this.#show(this.#pinAt(move)), { signal });
    window.addEventListener(
      'pointerup',
      (up) => {
        const pin = this.#pinAt(up);
        leave();
        if (pin !== null) this.#onDrop(name, pin);
      },
      { signal },
    );
    window.addEventListener('pointercancel', leave, { signal });
    window.addEventListener('keydown', ({ key }) => key === 'Escape' && leave(), { signal });
  }

  #pinAt({ clientX, clientY }: PointerEvent): number | null {
    const under = this.#element.shadowRoot?.elementFromPoint(clientX, clientY);
    const pin = under?.closest('.pad')?.getAttribute('data-pin');
    return pin === null || pin === undefined ? null : Number(pin);
  }

  #show(pin: number | null): void {
    if (pin === this.#over) return;
    this.#over = pin;
    this.#element.requestUpdate();
  }
}
