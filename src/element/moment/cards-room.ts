/** Behind the door to the cards: which models come with the page, and what is done when a person wants to talk to one. */
import { adoptStyles, nothing, type LitElement, type TemplateResult } from 'lit';
import type { ModelSource, ReadyAddresses } from '../../worker/jobs.js';
import { findLanguage, type Language } from '../../shared/languages.js';
import { notLoaded } from '../missing.js';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import { presetOf } from '../preset-words.js';
import { SAMPLES } from '../samples/list.js';
import { besideScripts, sampleSource } from '../samples/sample-source.js';
import type { SampleModel } from '../samples/sample-model.js';
import { loadCardStrings, type CardStrings } from '../strings/cards.js';
import { afterFirst } from '../styles/after-first.js';
import { cards } from '../styles/cards.js';
import { cardId, cardsView } from './cards-view.js';

const STYLES = [afterFirst, cards];

export class CardsRoom {
  readonly #page: Page;
  readonly #parts: Parts;
  #words: { readonly language: Language; readonly strings: CardStrings | null } | null = null;

  constructor(page: Page, parts: Parts) {
    this.#page = page;
    this.#parts = parts;
    const { element } = page;
    const { elementStyles } = element.constructor as typeof LitElement;
    for (const styles of STYLES) if (!elementStyles.includes(styles)) elementStyles.push(styles);
    if (element.shadowRoot !== null)
      adoptStyles(element.shadowRoot, [...elementStyles, ...(parts.views.later?.laterStyles ?? [])]);
    element.requestUpdate();
  }

  /** `undefined` where the page has a model of its own or no emulated board to talk to, and while the words are on their way. */
  view(): TemplateResult | undefined {
    const { at, failure, own, locked, sample } = this.#parts.models.facts;
    if (own || locked || sample === null || !presetOf(this.#page.element).steps.has('try')) return undefined;
    const samples = SAMPLES.some(({ folder }) => folder === sample) ? SAMPLES : [];
    const strings = this.#strings();
    if (samples.length === 0 || strings === null) return undefined;
    return cardsView(samples, strings, (model) => (at === cardId(model) ? failure : nothing), {
      talk: (model, prompt) => void this.#talk(model, prompt),
      convert: (model) => void this.#convert(model),
    });
  }

  #strings(): CardStrings | null {
    const language = findLanguage(this.#page.words.language);
    if (this.#words?.language !== language) {
      const words = { language, strings: null };
      this.#words = words;
      void loadCardStrings(language).then(
        (strings) => {
          if (this.#words !== words) return;
          this.#words = { language, strings };
          this.#page.element.requestUpdate();
        },
        () => undefined,
      );
    }
    return this.#words?.strings ?? null;
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
      const steps = new Set(preset.steps);
      steps.delete('fit');
      const asked = preset.locked.has('prompt') ? (preset.prompt ?? prompt) : prompt;
      const source = { ...this.#source(model), ready: this.#ready(model) };
      await store.choose(source, model.folder, { ...preset, steps, prompt: asked });
      if (!isCurrent() || store.state.step !== 'result') return;
      store.show('try');
      // What could not be loaded is told by the step.
      await (await loading.catch(() => null))?.tryNow(isCurrent);
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
