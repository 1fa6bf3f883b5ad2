/** The way from step to step after the first view: what leads on, and that a new step begins where it is seen. */
import { nothing, type LitElement, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Actions } from '../actions.js';
import { LazyWords } from '../lazy-words.js';
import type { Page } from '../page.js';
import { stepOf, type Result, type Step } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { loadWayStrings, type WayStrings } from '../strings/way.js';
import { way } from '../styles/way.js';
import { convertedView } from '../views/converted.js';
import { onwardView } from '../views/onward.js';

/** Share of the window's height in which a step's heading is in view. */
const UPPER_PART = 0.6;

export class WayRoom {
  readonly #page: Page;
  readonly #words: LazyWords<WayStrings>;
  /** What was shown last. */
  #step: Step;
  /** Some of the element was in the window before the new step was drawn. */
  #isLookedAt = false;
  /** A person has done something in the element; what is read by itself moves nothing. */
  #isUsed: boolean;

  /** Before the styles of the views are adopted, to which it adds its own. */
  constructor(page: Page) {
    this.#page = page;
    this.#words = new LazyWords(page, loadWayStrings);
    // What leads on is there with the first result.
    void this.#words.current;
    this.#step = stepOf(page.store.state);
    const { element } = page;
    this.#isUsed = element.matches(':focus-within');
    for (const name of ['click', 'keydown'])
      element.addEventListener(name, () => (this.#isUsed = true), { once: true, capture: true });
    const { elementStyles } = element.constructor as typeof LitElement;
    if (!elementStyles.includes(way)) elementStyles.push(way);
  }

  /** How a conversion went. */
  converted(result: Result, strings: Strings): TemplateResult | typeof nothing {
    const words = this.#words.current;
    return words === null ? nothing : convertedView(result, strings, words);
  }

  /** What leads on from a step of a result. */
  onward({ panel }: Result, actions: Actions): unknown {
    const words = this.#words.current;
    const { done, preset } = this.#page.store;
    // A button of another step is another one, or the focus would stay on what now leads elsewhere.
    return words === null ? nothing : keyed(panel, onwardView(panel, preset.steps, done, words, actions));
  }

  /** A view is about to be drawn. */
  draws(): void {
    const { element, store } = this.#page;
    if (stepOf(store.state) === this.#step) return;
    const { top, bottom } = element.getBoundingClientRect();
    this.#isLookedAt = bottom > 0 && top < window.innerHeight;
  }

  /**
   * A view was drawn. A new step is scrolled to where its element begins, if the element is looked at and the step's heading
   * is out of sight or far down.
   */
  drawn(): void {
    const { element, store } = this.#page;
    const step = stepOf(store.state);
    if (step === 'compare' && !store.done.has(step)) store.did(step);
    if (step === this.#step) return;
    this.#step = step;
    const heading = element.shadowRoot?.querySelector('#step-heading');
    // Whoever reads something else on the page goes on reading.
    if (!this.#isUsed || !this.#isLookedAt || !heading) return;
    const { top, bottom } = element.getBoundingClientRect();
    const height = window.innerHeight;
    if (top >= 0 && (bottom <= height || heading.getBoundingClientRect().bottom <= UPPER_PART * height))
      return;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    element.scrollIntoView({ block: 'start', behavior: still ? 'instant' : 'smooth' });
  }
}
