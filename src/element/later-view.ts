/** The view of a state after the first two: which one it is, and what it is drawn from. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Later } from './announcements.js';
import { savingNotice } from './downloads-controller.js';
import { connectDoor } from './desk/connect-door.js';
import { conversionsDoor } from './conversions/conversions-door.js';
import { drawingDoor } from './drawing/drawing-door.js';
import { frontierDoor } from './frontier/frontier-door.js';
import { answersOf } from './home/answers-door.js';
import { permitsNetwork } from './page-attributes.js';
import type { Page } from './page.js';
import type { Parts } from './parts.js';
import type { Lock } from './preset-words.js';
import type { Strings } from './strings/strings.js';
import { actOrSay } from './say-after.js';
import { compareView } from './views/compare.js';
import { convertingView } from './views/converting.js';
import { fitView } from './views/fit.js';
import { takeView } from './views/take.js';

export function laterView(
  state: Exclude<Later, { step: 'talk' }>,
  page: Page,
  parts: Parts,
  strings: Strings,
): TemplateResult | typeof nothing {
  const view = stepOfWay(state, page, parts, strings);
  if (state.step !== 'result') return view;
  const notice = savingNotice(parts.views.downloads?.saving ?? 'permitted', strings);
  return html`${notice === null ? nothing : html`<p class="panel notice">${notice}</p>`}${view}${parts.views.way?.onward(state, parts.actions)}`;
}

function stepOfWay(
  state: Exclude<Later, { step: 'talk' }>,
  page: Page,
  parts: Parts,
  strings: Strings,
): TemplateResult | typeof nothing {
  const { actions, boards, live, views } = parts;
  const { files } = page;
  const { preset } = page.store;
  const locked: ReadonlySet<Lock> = permitsNetwork(page.element)
    ? preset.locked
    : new Set<Lock>([...preset.locked, 'network']);
  const door = frontierDoor(page);
  const conversions = conversionsDoor(page, (text) => live.say(text));
  if (state.step !== 'fit') door.leave();
  if (state.step === 'converting') conversions.leave();
  switch (state.step) {
    case 'fit':
      return fitView(
        state,
        locked,
        strings,
        actions,
        html`${connectDoor(page, parts, state, strings)}${door.view(state, strings)}${conversions.view(state, strings)}`,
        drawingDoor(page, state.choice.plan, strings),
        findButton(page, parts, state.choice.settings.board, strings),
      );
    case 'converting':
      return convertingView(state, strings, actions);
    case 'result': {
      // Seen in every panel, so that the result becomes a row.
      const rows = conversions.view(state, strings);
      const { failure = null, copied = null, making = null } = views.downloads ?? {};
      if (state.panel === 'take') {
        const facts = {
          failure,
          copied,
          making,
          bundle: files.urls.bundle,
        };
        return takeView(state, facts, strings, actions);
      }
      if (state.panel === 'convert') return views.way?.converted(state, strings) ?? nothing;
      if (state.panel !== 'compare') return boards.view(state.panel);
      const answers = answersOf(page, state, strings);
      return compareView(state, failure, views.openTensor, answers, strings, actions, rows);
    }
  }
}

/** The way to one's board beside the list: what is behind it is loaded when it is pressed. */
function findButton(page: Page, parts: Parts, board: string, strings: Strings): TemplateResult {
  const press = ({ currentTarget }: Event): void => {
    void actOrSay(currentTarget as HTMLElement, strings, async () => {
      const { findBoard } = await import('./find/find-dialog.js');
      const found = await findBoard(page, parts, board);
      if (found !== null) parts.actions.change({ board: found.id, encodings: undefined });
    });
  };
  return html`<button id="find-board" type="button" class="plain" @click=${press}>
    ${strings.fit.find}
  </button>`;
}
