/** The list of known models as a dialog over the first step: loaded when a person opens it; nothing is asked of any server. */
import { css, render } from 'lit';
import { findLanguage, type Language } from '../../shared/languages.js';
import { loadGalleryStrings, type GalleryStrings } from '../strings/gallery.js';
import { loadLanguage } from '../strings/languages.js';
import type { Strings } from '../strings/strings.js';
import { termMark } from '../terms/term-mark.js';

import { GalleryFigures } from './gallery-figures.js';
import { galleryView } from './gallery-view.js';

const STYLES = css`
  dialog.gallery {
    box-sizing: border-box;
    width: 68rem;
    max-width: 92vw;
    max-height: 85vh;
    padding: 1.25rem;
    color: var(--ink);
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }

  dialog.gallery::backdrop {
    background: rgb(0 0 0 / 50%);
  }

  .gallery-head {
    display: flex;
    gap: 1rem;
    align-items: start;
    justify-content: space-between;
  }

  .gallery-head button {
    flex: none;
  }

  .gallery-terms {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
  }

  .gallery .field,
  .gallery-table {
    margin-block: 0.75rem;
  }

  .gallery-table {
    overflow-x: auto;
  }

  .gallery table {
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }

  .gallery th,
  .gallery td {
    padding: 0.4rem 0.6rem;
    text-align: start;
    vertical-align: top;
    font-weight: inherit;
    border-bottom: 1px solid var(--line);
  }

  .gallery thead th {
    font-weight: 600;
    white-space: nowrap;
  }

  .gallery th span,
  .gallery td span {
    display: block;
  }

  .gallery th .quiet,
  .gallery td .quiet {
    font-size: 0.85em;
  }

  @media (min-width: 48.01rem) {
    .gallery .figures {
      white-space: nowrap;
    }
  }

  /* A row is a block, and what the columns are called stands before each figure. */
  @media (max-width: 48rem) {
    .gallery table,
    .gallery tbody,
    .gallery tr,
    .gallery tbody th,
    .gallery td {
      display: block;
    }

    .gallery thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    .gallery tr {
      padding-block: 0.4rem;
      border-bottom: 1px solid var(--line);
    }

    .gallery tbody th,
    .gallery td {
      padding: 0.15rem 0;
      border: 0;
    }

    .gallery td::before {
      margin-inline-end: 0.6em;
      font-size: 0.85em;
      font-weight: 600;
      content: attr(data-label);
    }
  }
`;

/** What the list begins with. */
export interface GalleryStart {
  /** Id of a board. */
  readonly board: string;
  /** The page has settled it. */
  readonly settled: boolean;
}

/** What was chosen in it. */
export interface KnownChoice {
  /** On the Hub. */
  readonly repository: string;
  /** Id of the board that figures were shown for. */
  readonly board: string;
}

/**
 * All that the list says.
 * @throws when it cannot be fetched, and so the list cannot be shown
 */
export async function loadWords(
  language: Language,
): Promise<{ readonly strings: GalleryStrings; readonly all: Strings }> {
  const [strings, all] = await Promise.all([
    loadGalleryStrings(language),
    loadLanguage(language).then((dictionary) => dictionary.all()),
  ]);
  return { strings, all };
}

/**
 * Shows the list.
 * @param root the element's, into which the dialog is put
 * @returns `null` when it was closed without a choice
 * @throws when its words cannot be fetched
 */
export async function chooseKnown(root: ShadowRoot, start: GalleryStart): Promise<KnownChoice | null> {
  const base = root.querySelector<HTMLElement>('.base');
  const language = findLanguage(base?.lang ?? 'en');
  const words = await loadWords(language);
  // The element's later views put theirs in the place of all that are there.
  const sheets = [termMark, STYLES].flatMap(({ styleSheet }) => styleSheet ?? []);
  root.adoptedStyleSheets = [...new Set([...root.adoptedStyleSheets, ...sheets])];
  const dialog = document.createElement('dialog');
  dialog.className = 'gallery';
  dialog.lang = language;
  dialog.setAttribute('aria-labelledby', 'gallery-heading');
  return new Promise((resolve) => {
    let { board } = start;
    let chosen: KnownChoice | null = null;
    const figures = new GalleryFigures(() => draw());
    const plan = (): void => {
      void figures.plan(board);
      draw();
    };
    const draw = (): void => {
      render(
        galleryView(
          { language, ...words, board, settled: start.settled, figures },
          {
            open: (repository) => {
              chosen = { repository, board };
              dialog.close();
            },
            board: (id) => {
              board = id;
              plan();
            },
            close: () => {
              dialog.close();
            },
          },
        ),
        dialog,
      );
    };
    dialog.addEventListener('close', () => {
      figures.end();
      dialog.remove();
      // Browsers give the focus back to where it was, which may have been outside: from here it follows the steps.
      if (chosen !== null) root.querySelector<HTMLElement>('#step-heading')?.focus();
      resolve(chosen);
    });
    plan();
    (base ?? root).append(dialog);
    dialog.showModal();
    dialog.querySelector<HTMLElement>('#gallery-heading')?.focus();
  });
}
