/** Behind the door to the cards: which models come with the page, and what is done when a person wants to talk to one. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { ModelSource, ReadyAddresses } from '../../worker/jobs.js';
import type { SerialScope } from '../../device/serial-support.js';
import type { FoundChoice } from '../find/find-dialog.js';
import { LazyWords } from '../lazy-words.js';
import { missing, notLoaded } from '../missing.js';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import { presetOf } from '../preset-words.js';
import { SAMPLES } from '../samples/list.js';
import { besideScripts, sampleSource } from '../samples/sample-source.js';
import type { SampleModel } from '../samples/sample-model.js';
import { loadCardStrings, type CardStrings } from '../strings/cards.js';
import { afterFirst } from '../styles/after-first.js';
import { cards } from '../styles/cards.js';
import { termMark } from '../terms/term-mark.js';
import { cardId, cardsView } from './cards-view.js';

const STYLES = [afterFirst, cards, termMark];

export class CardsRoom {
  readonly #page: Page;
  readonly #parts: Parts;
  readonly #words: LazyWords<CardStrings>;
  #isAddressComing = false;
  /** The board that a person has found. */
  #own: FoundChoice | null = null;

  constructor(page: Page, parts: Parts) {
    this.#page = page;
    this.#parts = parts;
    this.#words = new LazyWords(page, loadCardStrings);
    const { element } = page;
    const { elementStyles } = element.constructor as typeof LitElement;
    for (const styles of STYLES) if (!elementStyles.includes(styles)) elementStyles.push(styles);
    parts.views.adopt();
    element.requestUpdate();
  }

  /** `undefined` where the page has a model of its own or no emulated board to talk to, and while the words are on their way. */
  view(): TemplateResult | undefined {
    this.#keepAddress();
    const { at, failure, own, locked, sample } = this.#parts.models.facts;
    if (own || locked || sample === null || !presetOf(this.#page.element).steps.has('try')) return undefined;
    const samples = SAMPLES.some(({ folder }) => folder === sample) ? SAMPLES : [];
    const strings = this.#words.current;
    if (samples.length === 0 || strings === null) return undefined;
    return cardsView(
      samples,
      { ...strings, failures: this.#page.words.first.failures },
      this.#boardLine(strings),
      (model) => (at === cardId(model) ? failure : nothing),
      {
        talk: (model, prompt) => void this.#talk(model, prompt),
        convert: (model) => void this.#convert(model),
      },
    );
  }

  /** The board that a person has, where the page leaves it to them. */
  #boardLine(words: CardStrings): TemplateResult | typeof nothing {
    const { element } = this.#page;
    if (presetOf(element).locked.has('board')) return nothing;
    const own = this.#own?.id === element.board ? this.#own : null;
    const { actions, models } = this.#parts;
    return html`<p class="own-board">
      ${own && words.own(own.name)}
      <button id="find-board" type="button" class="plain" @click=${() => void this.#find()}>
        ${words.find}
      </button>
      ${
        own && models.facts.network
          ? html`<button type="button" class="plain" @click=${() => actions.open(`?${own.id}`)}>
              ${words.models}
            </button>`
          : nothing
      }
    </p>`;
  }

  /** The board that a person has becomes the page's. */
  async #find(): Promise<void> {
    const { element } = this.#page;
    try {
      const { findBoard } = await import('../find/find-dialog.js');
      const found = await findBoard(this.#page, this.#parts, String(element.board));
      if (found === null) return;
      this.#own = found;
      element.setAttribute('board', found.id);
    } catch (cause) {
      await this.#parts.models.refuse(missing(cause));
    }
  }

  /** Loads what keeps the address, where the page asks for that. Without it the page is as any other. */
  #keepAddress(): void {
    const { element } = this.#page;
    const { views } = this.#parts;
    if (!element.address || views.address !== null || this.#isAddressComing) return;
    this.#isAddressComing = true;
    import('../address/address-room.js')
      .then(
        ({ AddressRoom }) => {
          if (element.isConnected) views.address = new AddressRoom(this.#page, this.#parts);
        },
        () => undefined,
      )
      .finally(() => (this.#isAddressComing = false));
  }

  /** That boards cannot be reached from here, for pages that would; whether a frame may is known when it is tried. */
  note(): string | undefined {
    const { element, boardSeams } = this.#page;
    const { steps } = presetOf(element);
    const { navigator, isSecureContext } = (boardSeams().scope ?? (() => window as unknown as SerialScope))();
    if (navigator?.serial !== undefined || !(steps.has('flash') || steps.has('chat'))) return undefined;
    const strings = this.#words.current;
    return isSecureContext === false ? strings?.insecure : strings?.noSerial;
  }

  /** Its finished conversion on an emulated board, which is asked at once. */
  async #talk(model: SampleModel, prompt: string): Promise<void> {
    const { boards, models } = this.#parts;
    const turn = models.take(cardId(model));
    const isCurrent = (): boolean => models.turn === turn;
    const { store } = this.#page;
    try {
      // What comes after is fetched meanwhile.
      const loading = boards.load();
      loading.catch(() => undefined);
      const { readPreset } = await import('../preset.js').catch(notLoaded);
      if (!isCurrent()) return;
      const preset = readPreset(this.#page.element);
      const asked = preset.locked.has('prompt') ? (preset.prompt ?? prompt) : prompt;
      const source = { ...this.#source(model), ready: this.#ready(model) };
      await store.choose(source, model.folder, { ...preset, prompt: asked }, undefined, 'try');
      if (!isCurrent() || store.state.step !== 'result') return;
      // What did not come at first is asked for again; what still does not come is told by the step.
      const room = await loading.catch(() => boards.load()).catch(() => null);
      await room?.tryNow(isCurrent);
    } catch (error) {
      if (isCurrent()) await models.refuse(error);
    }
  }

  /** The way of every model, with all its steps. */
  async #convert(model: SampleModel): Promise<void> {
    await this.#parts.models.load(this.#source(model).url, cardId(model));
  }

  /** Beside the scripts, or in the folder that the page has named. */
  #source(model: SampleModel): Extract<ModelSource, { kind: 'url' }> {
    const first = this.#page.files.model ?? '';
    if (sampleSource(first, document.baseURI) !== null) return besideScripts(model, document.baseURI);
    return { kind: 'url', url: new URL(`../${model.folder}/`, first).href };
  }

  #ready(model: SampleModel): ReadyAddresses {
    const { url, files } = this.#source(model);
    const { facts, package: bytes } = model.ready();
    if (files !== undefined) {
      const beside = (address: string): string => new URL(address, document.baseURI).href;
      return { facts: beside(facts), package: beside(bytes) };
    }
    return {
      facts: new URL(`../${model.folder}.ready.json`, url).href,
      package: new URL(`../${model.folder}.s3lm`, url).href,
    };
  }
}
