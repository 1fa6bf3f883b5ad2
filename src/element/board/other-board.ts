/** What can be done for a board that the image does not fit: the same model planned for it, else models that fit it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { BoardFacts } from '../../device/board-detection.js';
import type { PlanJson } from '../../plan/plan.js';
import { findLanguage } from '../../shared/languages.js';
import type { Actions } from '../actions.js';
import { nearestTo } from './nearest-to.js';
import { permitsNetwork } from '../page-attributes.js';
import type { Page } from '../page.js';
import { openModels } from '../remedies.js';
import { QUALITY_SETTINGS } from '../quality.js';
import { lockOf } from '../settings.js';
import type { Settings } from '../state.js';
import { loadOtherBoardStrings } from '../strings/other-board.js';

/**
 * Plans the current model for a board on the cable: with its settings, else as the planner chooses.
 * @param lookAgain at that board, when there is an image for it
 * @returns what is shown of it
 * @throws what loading words and planning throws
 */
export async function offerFor(
  page: Page,
  actions: Actions,
  found: BoardFacts,
  lookAgain: () => void,
): Promise<() => TemplateResult> {
  const { element, store, words } = page;
  const strings = await loadOtherBoardStrings(findLanguage(words.language));
  const { state, preset } = store;
  if (state.step !== 'result' || preset.locked.has('board')) return () => html`${nothing}`;
  const nearest = nearestTo(found);
  const way = nearest && (await wayOnto(nearest.board.id));
  const name = nearest?.board.name ?? '';
  const known = nearest === null ? nothing : html`<p>${strings.board(name, nearest.exact)}</p>`;
  if (way === null) {
    const network = permitsNetwork(element);
    return () =>
      html`<div class="panel other-board">
        ${known}
        <p>${strings.none}</p>
        ${
          network && nearest !== null && !preset.locked.has('model')
            ? html`<div class="buttons">
                <button
                  type="button"
                  class="primary"
                  part="button primary-button"
                  @click=${({ currentTarget }: Event) => {
                    if (words.all !== null)
                      openModels(nearest.board.id, currentTarget as HTMLElement, words.all, actions);
                  }}
                >
                  ${strings.models}
                </button>
              </div>`
            : nothing
        }
      </div>`;
  }
  const convert = async (): Promise<void> => {
    store.go('fit');
    await store.change(way.settings);
    await store.convert('flash');
    if (store.state.step === 'result') lookAgain();
  };
  return () => {
    const scheme = words.all?.report.scheme(way.plan.scheme) ?? '';
    return html`<div class="panel other-board">
      ${known}
      <p>${way.same ? strings.same(scheme) : strings.changed(scheme)}</p>
      <div class="buttons">
        <button
          id="convert-for"
          type="button"
          class="primary"
          part="button primary-button"
          @click=${() => void convert()}
        >
          ${strings.convert}
        </button>
      </div>
    </div>`;
  };

  /** Settings with which the model fits a board, `null` when there are none. */
  async function wayOnto(
    board: string,
  ): Promise<{ settings: Partial<Settings>; plan: PlanJson; same: boolean } | null> {
    if (state.step !== 'result') return null;
    const { settings } = state.choice;
    const automatic = Object.entries({ ...QUALITY_SETTINGS.balanced, context: null }).filter(
      ([setting]) => !preset.locked.has(lockOf(setting)),
    );
    const same = { board, encodings: undefined };
    for (const [index, wanted] of [same, { ...same, ...Object.fromEntries(automatic) }].entries()) {
      const plan = await store.planFor({ ...settings, ...wanted });
      if (plan.fits) return { settings: wanted, plan, same: index === 0 };
    }
    return null;
  }
}
