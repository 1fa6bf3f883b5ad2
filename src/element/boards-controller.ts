/** The element's door to boards: loads what is behind it when a board is first asked for, and says so until it is there. */
import type { TemplateResult } from 'lit';
import type { Actions } from './actions.js';
import type { BoardRoom } from './board/board-room.js';
import type { LiveRegion } from './live-region.js';
import { missing } from './missing.js';
import type { Page } from './page.js';
import type { Failure, Panel, Result, State } from './state.js';
import type { ViewsController } from './views-controller.js';
import { boardsLoadingView } from './views/boards-loading.js';

export class BoardsController {
  readonly #page: Page;
  readonly #actions: Actions;
  readonly #live: LiveRegion;
  readonly #views: ViewsController;
  #room: BoardRoom | null = null;
  #opening: Promise<BoardRoom> | null = null;
  /** What boards run, `null` before there is anything. */
  #held: Result['result'] | null = null;
  /** Why it could not be loaded. */
  #failure: Failure | null = null;

  constructor(page: Page, live: LiveRegion, views: ViewsController, actions: Actions) {
    this.#page = page;
    this.#live = live;
    this.#views = views;
    this.#actions = actions;
  }

  /** What is behind the door, `null` before it was loaded. */
  get room(): BoardRoom | null {
    return this.#room;
  }

  /** @throws TransportError when it cannot be fetched, which is shown as well; asking again tries again */
  async load(): Promise<BoardRoom> {
    const { element, words } = this.#page;
    this.#failure = null;
    element.requestUpdate();
    try {
      const { BoardRoom } = await import('./board/board-room.js');
      this.#opening ??= BoardRoom.open(this.#page, this.#actions, this.#live, this.#views);
      this.#room = await this.#opening;
      element.requestUpdate();
      return this.#room;
    } catch (cause) {
      this.#opening = null;
      // Without the words the headline alone is in the reader's language.
      await words.load().catch(() => undefined);
      const error = missing(cause);
      this.#failure = words.explain(error, 'read');
      this.#live.alert(this.#failure);
      throw error;
    }
  }

  /** Tells boards when the result that they run is gone, or another one. */
  hold(result: Result | null): void {
    if (this.#held !== null && this.#held !== result?.result) this.#room?.forget();
    this.#held = result && result.result;
  }

  /** Tells boards which of their panels is shown. */
  follow(now: State): void {
    const panel = now.step === 'talk' ? 'talk' : now.step === 'result' ? now.panel : null;
    if (panel === null || panel === 'convert' || panel === 'compare' || panel === 'take') return;
    void this.load().then(
      (room) => {
        room.enter(panel);
      },
      () => undefined,
    );
  }

  view(panel: Extract<Panel, 'try' | 'flash' | 'chat'>): TemplateResult {
    const { store, words } = this.#page;
    // Their styles come with the views after the first.
    if (this.#views.later !== null && words.all !== null && this.#room !== null)
      return this.#room.view(panel, words.all);
    const { first } = words;
    return boardsLoadingView(first.steps[panel], words.failure(this.#failure, null), first, () => {
      this.follow(store.state);
    });
  }
}
