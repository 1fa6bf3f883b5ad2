/** Finding one's board, as a dialog over the step: loaded when a person asks for it. */
import { render } from 'lit';
import { BOARDS } from '../../plan/boards.js';
import { findLanguage } from '../../shared/languages.js';
import type { ToldReach } from '../board/board-reach.js';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import { loadFindStrings } from '../strings/find.js';
import { BoardFinder, type FinderState } from './board-finder.js';
import { listBoards, matching, shortName } from './board-list.js';
import { findStyles } from './find-styles.js';
import { findView } from './find-view.js';

export interface FoundChoice {
  /** Of the list. */
  readonly id: string;
  readonly name: string;
}

/**
 * Shows the dialog until it is closed.
 * @param board id of the one that is chosen now
 * @returns the board that a person chose, `null` for none
 * @throws when its words cannot be fetched
 */
export async function findBoard(
  page: Page,
  { boards, views }: Pick<Parts, 'boards' | 'views'>,
  board: string,
): Promise<FoundChoice | null> {
  const root = page.element.shadowRoot;
  const frame = root?.querySelector<HTMLElement>('.base');
  if (!root || !frame) return null;
  const language = findLanguage(page.words.language);
  const words = await loadFindStrings(language);
  const { styleSheet } = findStyles;
  // The element's later views put theirs in the place of all that are there.
  const adopt = (): void => {
    if (styleSheet !== undefined && !root.adoptedStyleSheets.includes(styleSheet))
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, styleSheet];
  };
  adopt();
  const dialog = document.createElement('dialog');
  dialog.className = 'find';
  dialog.lang = language;
  dialog.setAttribute('aria-labelledby', 'find-heading');
  const list = listBoards(words, language);
  let reach: ToldReach | null = null;
  let typed = '';
  let picked = BOARDS.find(({ id, refused }) => id === board && refused === null)?.id ?? '';
  let looked: FinderState['kind'] = 'idle';
  let chosen: FoundChoice | null = null;
  const finder = new BoardFinder(
    async () => {
      // Boards are told of in the words and styles of the steps that come later.
      await views.load();
      adopt();
      return (reach = (await boards.load()).reach);
    },
    () => draw(),
  );
  const use = (id: string): void => {
    const found = BOARDS.find((each) => each.id === id);
    chosen = found === undefined ? null : { id, name: shortName(found) };
    dialog.close();
  };
  const draw = (): void => {
    const listed = matching(list, typed);
    // What is not shown is not chosen; of what was searched for, the first is.
    if (!listed.some(({ board: { id } }) => id === picked))
      picked = listed.find(({ board: { refused } }) => refused === null)?.board.id ?? '';
    render(
      findView(
        { words, language, finder: finder.state, reach, typed, listed, picked },
        {
          close: () => dialog.close(),
          look: () => void finder.look(),
          cancel: () => finder.cancel(),
          type: (text) => {
            typed = text;
            draw();
          },
          pick: (id) => {
            picked = id;
            draw();
          },
          use,
        },
      ),
      dialog,
    );
    // What was pressed is gone when a look begins and ends; whoever searches meanwhile goes on.
    const { kind } = finder.state;
    if (kind === looked) return;
    looked = kind;
    if (dialog.querySelector('.find-list')?.contains(root.activeElement) !== true)
      dialog.querySelector<HTMLElement>('#find-use, #find-look, .look button')?.focus();
  };
  draw();
  frame.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      finder.cancel();
      dialog.remove();
      resolve(chosen);
    });
    dialog.showModal();
    dialog.querySelector(':checked')?.closest('label')?.scrollIntoView({ block: 'nearest' });
    dialog.querySelector<HTMLElement>('#find-heading')?.focus();
  });
}
