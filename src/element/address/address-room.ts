/**
 * The state of an element in the address of its page, for pages that ask for it: written as a person goes from step to step,
 * followed when the page is opened or the browser goes back and forth. A link asks before it loads what nobody here has opened.
 */
import { nothing, type LitElement, type TemplateResult } from 'lit';
import { showableLine } from '../../shared/safe-text.js';
import { DEFAULT_SCHEME } from '../../plan/defaults.js';
import { assetUrls } from '../asset-urls.js';
import type { ModelSource } from '../../worker/jobs.js';
import { LazyWords } from '../lazy-words.js';
import { readAddress, readMirror, sourceName } from '../model-address.js';
import { chooseModel } from '../model-choice.js';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import { attributeText, presetOf } from '../preset-words.js';
import { stepOf, type Panel, type Settings, type State } from '../state.js';
import { loadAddressStrings, type AddressStrings } from '../strings/address.js';
import { address } from '../styles/address.js';
import { AddressField } from './address-field.js';
import { openedModels, rememberOpened } from './opened.js';
import { fieldName, type Place, type PlaceProblem } from './place.js';
import { linkCardView, shareView, type LinkProblem, type ShareFacts } from './share-view.js';
import { tagText } from './tag-text.js';
import {
  isCarried,
  modelAddress,
  modelText,
  placeOf,
  readWish,
  settingsPlace,
  WishError,
  type Wish,
} from './way-place.js';

export class AddressRoom {
  readonly #page: Page;
  readonly #parts: Parts;
  readonly #words: LazyWords<AddressStrings>;
  readonly #field: AddressField;
  /** A link that waits for a person's word. */
  #asked: { readonly wish: Wish; readonly name: string; readonly from: string } | null = null;
  #problem: LinkProblem | null = null;
  /** What was copied last, or is to be copied by hand. */
  #copied: ShareFacts['copied'] = null;
  /** The state that {@link #copied} belongs to. */
  #seen: State;

  constructor(page: Page, parts: Parts) {
    this.#page = page;
    this.#parts = parts;
    this.#words = new LazyWords(page, loadAddressStrings);
    const { element, store } = page;
    this.#seen = store.state;
    page.files.learn(assetUrls);
    const { elementStyles } = element.constructor as typeof LitElement;
    if (!elementStyles.includes(address)) elementStyles.push(address);
    parts.views.adopt();
    this.#field = new AddressField(fieldName(element.id), (place, isOurs) => this.#arrive(place, isOurs));
    const place = this.#field.place;
    // What the page or a person has chosen meanwhile goes before.
    if (place !== null && store.state.step === 'choose') this.#arrive(place, true);
    element.requestUpdate();
  }

  /** The element is gone. */
  release(): void {
    this.#field.release();
  }

  /** What a link asks, or why it cannot be followed; above the first step. */
  card(): TemplateResult | typeof nothing {
    const words = this.#words.current;
    if (words === null || this.#page.store.state.step !== 'choose') return nothing;
    return linkCardView(this.#problem, this.#asked, words, {
      load: () => {
        const asked = this.#asked;
        if (asked === null) return;
        this.#ends();
        void this.#load(asked.wish);
      },
      refuse: () => {
        this.#ends();
        this.#field.write(null, true);
      },
    });
  }

  /** Buttons that copy a link to what is shown, and a tag that begins with it. */
  share(): TemplateResult | typeof nothing {
    const words = this.#words.current;
    const { state } = this.#page.store;
    if (words === null || state.step === 'reading' || state.step === 'converting') return nothing;
    const choice = 'choice' in state ? state.choice : null;
    const whole = choice === null || (this.#place(state)?.model !== undefined && isCarried(choice.settings));
    return shareView({ copied: this.#copied, whole }, words, {
      link: () => void this.#copy('link', location.href),
      tag: () => void this.#copy('tag', tagText(this.#page.element, this.#settings(state))),
    });
  }

  /** A view was drawn: the address follows. */
  drawn(): void {
    const { state } = this.#page.store;
    if (state === this.#seen) return;
    const before = this.#seen;
    this.#seen = state;
    if (this.#copied !== null && stepOf(state) !== stepOf(before)) {
      this.#copied = null;
      this.#page.element.requestUpdate();
    }
    if (state.step !== 'choose') this.#ends();
    const place = this.#place(state);
    if (place === undefined) return;
    if (place?.model !== undefined) rememberOpened(place.model);
    // A link that waits is still where one is.
    if (place !== null || (this.#asked === null && this.#problem === null)) this.#field.write(place);
  }

  #place(state: State): Place | null | undefined {
    return placeOf(state, this.#sample, document.baseURI, this.#scheme);
  }

  /** What the page says of the scheme; what cannot be one is told when a model is loaded. */
  get #scheme(): string {
    try {
      return attributeText('scheme', this.#page.element.scheme) ?? '';
    } catch {
      return '';
    }
  }

  #settings(state: State): Place {
    if (!('choice' in state)) return {};
    const { model, prompt } = this.#place(state) ?? {};
    const target = model === undefined ? null : modelAddress(model, this.#sample);
    return {
      ...(target === null || target === this.#sample ? {} : { model: target }),
      ...settingsPlace(state.choice.settings),
      ...(prompt === undefined ? {} : { prompt }),
    };
  }

  /** Goes where a place is. */
  #arrive(place: Place | PlaceProblem | null, isOurs: boolean): void {
    const { element, store } = this.#page;
    if (place === null && !isOurs) {
      // A link within the page leads nowhere here.
      const here = this.#place(store.state);
      if (here) this.#field.write(here, true);
      return;
    }
    this.#asked = this.#problem = null;
    element.requestUpdate();
    if (store.state.step === 'reading' || store.state.step === 'converting') element.cancel();
    if (typeof place === 'string') {
      this.#refuse({ kind: place, detail: null });
      return;
    }
    if (place === null) {
      if (store.state.step !== 'choose') this.#parts.actions.show('choose');
      return;
    }
    try {
      const wish = readWish(place, presetOf(element).locked);
      if (!this.#isHere(place, wish)) this.#ask(wish);
    } catch (error) {
      const field = error instanceof WishError ? error.field : 'model';
      this.#refuse({ kind: field, detail: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A step of the way that one is on. @returns whether it was */
  #isHere(place: Place, { settings, step }: Wish): boolean {
    const { store } = this.#page;
    const { result, fit } = store;
    const choice = result?.choice ?? fit?.choice;
    if (choice === undefined || step === 'choose') return false;
    if (modelText(choice.source, this.#sample, document.baseURI) !== (place.model ?? null)) return false;
    const wanted = { ...store.preset.settings, ...DEFAULT_SCHEME, context: null, edits: [], ...settings };
    const same = (known: Settings): boolean =>
      JSON.stringify(settingsPlace(known)) === JSON.stringify(settingsPlace(wanted));
    if (step !== 'fit' && result !== null && same(result.choice.settings)) {
      store.go(step);
      return true;
    }
    // A conversion with other settings is gone: they are there to be converted with again.
    store.go('fit');
    const { state } = store;
    if (state.step === 'fit' && !same(state.choice.settings)) void store.change(wanted);
    return true;
  }

  /** Loads what a place names, with a person's word where it is needed. */
  #ask(wish: Wish): void {
    const { element, store } = this.#page;
    if (wish.step === 'choose') return;
    if (wish.model === null) {
      if (wish.step === 'chat') store.talk();
      else this.#refuse({ kind: 'files', detail: null });
      return;
    }
    const target = modelAddress(wish.model, this.#sample);
    const source = readAddress(target, document.baseURI, readMirror(element.hub, document.baseURI));
    const isOwn = source.kind === 'url' && source.url === this.#ownModel();
    const isSample = target !== wish.model;
    const { locked, network } = this.#parts.models.facts;
    if (!isOwn && (locked || !(network || isSample))) {
      this.#refuse({ kind: 'settled', detail: null });
      return;
    }
    if (isOwn || isSample || openedModels().includes(wish.model)) {
      void this.#load(wish);
      return;
    }
    this.#asked = { wish, ...whatAndWhere(source) };
    element.requestUpdate();
  }

  /** Address of the model that comes with the element, `null` for none. */
  get #sample(): string | null {
    try {
      return this.#page.files.urls.model;
    } catch {
      return null;
    }
  }

  #ownModel(): string | null {
    try {
      return new URL(this.#page.files.model ?? '', document.baseURI).href.replace(/\/?$/, '/');
    } catch {
      return null;
    }
  }

  async #load({ model, settings, prompt, step }: Wish): Promise<void> {
    const { element, store } = this.#page;
    const { models } = this.#parts;
    const turn = models.take();
    const onward: Panel | null = step === 'choose' || step === 'fit' ? null : step;
    try {
      await chooseModel(
        { address: modelAddress(model ?? '', this.#sample) },
        element,
        document.baseURI,
        {
          choose: (source, name, preset, onModel) =>
            store.choose(
              source,
              name,
              {
                ...preset,
                settings: { ...preset.settings, ...settings },
                prompt: prompt ?? preset.prompt,
              },
              onModel,
              onward,
            ),
        },
        () => turn === models.turn,
      );
    } catch (error) {
      if (turn === models.turn) await models.refuse(error);
    }
  }

  #refuse(problem: LinkProblem): void {
    const { element, store } = this.#page;
    this.#problem = problem;
    if (store.state.step !== 'choose') store.go('choose');
    element.requestUpdate();
  }

  #ends(): void {
    if (this.#asked === null && this.#problem === null) return;
    this.#asked = this.#problem = null;
    this.#page.element.requestUpdate();
  }

  async #copy(what: 'link' | 'tag', text: string): Promise<void> {
    const words = this.#words.current;
    try {
      await navigator.clipboard.writeText(text);
      this.#copied = { what, byHand: null };
    } catch {
      // In frames and insecure pages there may be no clipboard.
      this.#copied = { what, byHand: text };
    }
    this.#page.element.requestUpdate();
    if (words === null) return;
    this.#parts.live.say(this.#copied.byHand === null ? words.copied[what] : words.byHand);
  }
}

/** A source as a person is asked about it. */
function whatAndWhere(source: ModelSource): { readonly name: string; readonly from: string } {
  switch (source.kind) {
    case 'hub':
      return {
        name: showableLine(source.repo),
        from: new URL(source.endpoint ?? 'https://huggingface.co').host,
      };
    case 'url':
      return { name: showableLine(sourceName(source)), from: new URL(source.url).host };
    case 'files':
      return { name: showableLine(sourceName(source)), from: '' };
  }
}
