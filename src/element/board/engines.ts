/** Who answers in the step of trying: the emulated board, or the engine in the page, which is loaded when it is chosen. */
import type { LiveRegion } from '../live-region.js';
import { missing } from '../missing.js';
import type { Page } from '../page.js';
import type { Result } from '../state.js';
import type { EngineName, SpeechActions, Talker } from './board-actions.js';
import type { PageEngine, PageEngineOptions } from './page-engine.js';

export interface EnginesOptions extends Pick<PageEngineOptions, 'onChange' | 'onFailure'> {
  readonly page: Page;
  readonly live: LiveRegion;
  readonly emulated: Talker;
  /** The conversion that is tried, `null` while there is none. */
  readonly result: () => Result | null;
  readonly actions: (talker: Talker) => SpeechActions;
}

export class Engines {
  readonly #options: EnginesOptions;
  #name: EngineName = 'board';
  #inPage: { readonly engine: PageEngine; readonly actions: SpeechActions } | null = null;

  constructor(options: EnginesOptions) {
    this.#options = options;
  }

  get name(): EngineName {
    return this.#name;
  }

  /** The engine in the page, `null` before it was chosen and loaded. */
  get inPage(): { readonly engine: Talker; readonly actions: SpeechActions } | null {
    return this.#inPage;
  }

  /** Talks to the other engine. What is in the box, and how answers are chosen, goes along. */
  choose(name: EngineName): void {
    const { emulated, live, page } = this.#options;
    const { options } = (this.#name === 'page' ? this.#inPage?.engine : undefined)?.state ?? emulated.state;
    this.#name = name;
    page.element.requestUpdate();
    if (name === 'board') emulated.change(options);
    else if (this.#inPage !== null) this.#inPage.engine.change(options);
    else
      this.#load().then(
        (engine) => engine?.change(options),
        (cause: unknown) => {
          this.#name = 'board';
          live.alert(page.words.explain(missing(cause), 'read'));
        },
      );
  }

  /** The conversion is gone. */
  forget(): void {
    this.cancel();
    this.#inPage = null;
  }

  /** Stops an answer. */
  cancel(): void {
    this.#inPage?.engine.cancel();
  }

  /** @returns `null` when the conversion is another one by now */
  async #load(): Promise<PageEngine | null> {
    const { actions, page, result, onChange, onFailure } = this.#options;
    const asked = result();
    const { PageEngine } = await import('./page-engine.js');
    if (asked === null || result()?.result !== asked.result || this.#inPage !== null) return null;
    const engine = new PageEngine({
      onChange,
      onFailure,
      result: asked,
      generate: (request, hooks) => page.store.generate(asked.result.package, request, hooks),
    });
    this.#inPage = { engine, actions: actions(engine) };
    return engine;
  }
}
