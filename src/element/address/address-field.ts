/** One field of the page's address: read, written as entries of the browser's history, and heard when the browser goes to another. */
import { readPlace, writePlace, type Place, type PlaceProblem } from './place.js';

/** Milliseconds in which changes of settings are one entry: a slider makes many. */
const ONE_CHANGE = 1000;

/** @param isOurs the entry is one that was written here; else somebody has followed a link within the page */
type OnPlace = (place: Place | PlaceProblem | null, isOurs: boolean) => void;

/** Fields that are taken: of two elements with one name the first has it. */
const taken = new Set<string>();

export class AddressField {
  readonly #field: string;
  readonly #onPlace: OnPlace;
  readonly #isMine: boolean;
  /** Where the address leads now: what the state comes to on the way there is no step of its own. */
  #isArriving: boolean;
  #changed = -Infinity;

  /** @param onPlace called when the browser went to another entry */
  constructor(field: string, onPlace: OnPlace) {
    this.#field = field;
    this.#onPlace = onPlace;
    this.#isMine = !taken.has(field);
    this.#isArriving = this.place !== null;
    if (!this.#isMine) return;
    taken.add(field);
    window.addEventListener('popstate', this.#went);
  }

  /** What the address says. */
  get place(): Place | PlaceProblem | null {
    return this.#isMine ? readPlace(location.hash, this.#field) : null;
  }

  /**
   * Writes a place.
   * @param here it takes the place of the entry that is there
   */
  write(place: Place | null, here = false): void {
    const hash = writePlace(location.hash, this.#field, place);
    if (!this.#isMine || hash === location.hash) {
      this.#isArriving = false;
      return;
    }
    const known = this.place;
    const before: Place = known === null || typeof known === 'string' ? {} : known;
    const now = performance.now();
    const isSetting = place !== null && place.step === before.step && place.model === before.model;
    const isPrompt = isSetting && place.prompt !== before.prompt;
    const again = isSetting && now - this.#changed < ONE_CHANGE;
    if (isSetting) this.#changed = now;
    const url = new URL(location.href);
    url.hash = hash;
    try {
      const mark = { ...(history.state as object | null), [this.#field]: true };
      history.replaceState(mark, '');
      if (here || this.#isArriving || isPrompt || again) history.replaceState(mark, '', url);
      else history.pushState({ [this.#field]: true }, '', url);
    } catch {
      // Too many in a short time, or a document without an address of its own: it stays as it is.
    }
    this.#isArriving = false;
  }

  release(): void {
    window.removeEventListener('popstate', this.#went);
    if (this.#isMine) taken.delete(this.#field);
  }

  readonly #went = ({ state }: PopStateEvent): void => {
    const { place } = this;
    this.#isArriving = place !== null;
    this.#onPlace(place, (Object(state) as Record<string, unknown>)[this.#field] === true);
  };
}
