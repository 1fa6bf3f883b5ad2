/** The list of known models: what each is for, whether it fits the chosen board, how large and how fast it is there. */
import { html, nothing, type TemplateResult } from 'lit';
import { CHIPS } from '../../chips/index.js';
import { BOARDS } from '../../plan/boards.js';
import { formatBytes, formatCount, formatRate, formatShortCount } from '../../shared/format.js';
import type { Language } from '../../shared/languages.js';
import type { GalleryStrings } from '../strings/gallery.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import type { GalleryFigures } from './gallery-figures.js';
import type { KnownFit, KnownPlans } from './gallery-plans.js';
import { KNOWN_MODELS, type KnownModel } from './known-models.js';

export interface GalleryActions {
  /** @param repository on the Hub */
  open(repository: string): void;
  /** @param id of the board that figures are for */
  board(id: string): void;
  close(): void;
}

/** What the list shows. */
export interface GalleryFacts {
  readonly language: Language;
  readonly strings: GalleryStrings;
  /** For what terms mean. */
  readonly all: Strings;
  /** Id of the board that is chosen. */
  readonly board: string;
  /** The page has settled it. */
  readonly settled: boolean;
  readonly figures: GalleryFigures;
}

const COLUMNS = ['model', 'fit', 'boards', 'use', 'size', 'licence'] as const;

/** Roles are written out: on narrow screens rows and cells are drawn as blocks, and would no longer be any. */
export function galleryView(facts: GalleryFacts, actions: GalleryActions): TemplateResult {
  const { strings, figures } = facts;
  const { columns } = strings;
  return html`<div class="gallery-head">
      <h3 id="gallery-heading" tabindex="-1">${strings.heading}</h3>
      <button type="button" part="button" @click=${() => actions.close()}>${strings.close}</button>
    </div>
    <p class="quiet">${strings.text}</p>
    ${terms(facts)} ${boardChoice(facts, actions)}
    ${figures.failed ? html`<p role="alert">${strings.unplanned}</p>` : nothing}
    <div
      class="gallery-table"
      tabindex="0"
      role="region"
      aria-labelledby="gallery-heading"
      aria-busy=${figures.busy}
    >
      <table role="table">
        <thead>
          <tr role="row">
            ${COLUMNS.map((column) => html`<th scope="col" role="columnheader">${columns[column]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${KNOWN_MODELS.map((model) => row(model, facts, actions))}
        </tbody>
      </table>
    </div>`;
}

/** Above the table: its head is out of sight on narrow screens. */
function terms({ strings: { columns }, all }: GalleryFacts): TemplateResult {
  const explained = [
    ['int8', 'INT8, INT4'],
    ['vocabulary', all.fit.fewer.title],
    ['context', all.fit.context],
    ['module', columns.boards],
    ['parameter', columns.size],
  ] as const;
  return html`<p class="quiet gallery-terms">
    ${explained.map(([id, name]) => html`<span>${name}${term(id, name, all)}</span> `)}
  </p>`;
}

function boardChoice({ strings, board, settled }: GalleryFacts, actions: GalleryActions): TemplateResult {
  if (settled) {
    const { name } = BOARDS.find(({ id }) => id === board) ?? { name: board };
    return html`<p>${strings.board}: <bdi>${name}</bdi></p>`;
  }
  return html`<div class="field">
    <label for="gallery-board">${strings.board}</label>
    <select
      id="gallery-board"
      @change=${(event: Event) => actions.board((event.target as HTMLSelectElement).value)}
    >
      ${CHIPS.map(
        ({ name: chip }) =>
          html`<optgroup label=${chip}>
            ${BOARDS.filter(({ chip: { name }, refused }) => name === chip && refused === null).map(
              ({ id, name }) => html`<option value=${id} ?selected=${id === board}>${name}</option>`,
            )}
          </optgroup>`,
      )}
    </select>
  </div>`;
}

function row(model: KnownModel, facts: GalleryFacts, actions: GalleryActions): TemplateResult {
  const { language, strings, figures } = facts;
  const { name, repository, licence, use, parameters } = model;
  const kinds = figures.kinds.get(model);
  const { columns } = strings;
  return html`<tr role="row">
    <th scope="row" role="rowheader">
      <button
        type="button"
        class="plain"
        dir="ltr"
        aria-label=${strings.open(name)}
        @click=${() => actions.open(repository)}
      >
        ${name}
      </button>
      <span class="quiet" dir="ltr">${repository}</span>
    </th>
    ${figureCell(figures.plans.get(model), facts)}
    <td role="cell" data-label=${columns.boards} class=${kinds?.length ? '' : 'quiet'}>
      ${kinds === undefined ? waiting(facts) : kinds.length === 0 ? strings.noBoard : kinds.join(', ')}
    </td>
    <td role="cell" data-label=${columns.use}>${strings.uses[use]}</td>
    <td role="cell" data-label=${columns.size}>${formatShortCount(parameters, language)}</td>
    <td role="cell" data-label=${columns.licence}>${licence ?? strings.noLicence}</td>
  </tr>`;
}

function figureCell(plans: KnownPlans | undefined, facts: GalleryFacts): TemplateResult {
  const { language, strings } = facts;
  const label = strings.columns.fit;
  const quiet = (text: string): TemplateResult =>
    html`<td role="cell" data-label=${label} class="quiet">${text}</td>`;
  if (plans === undefined) return quiet(waiting(facts));
  const { whole, cut } = plans;
  if (whole === null && cut === null) return quiet(strings.unfit);
  const tokens = cut && formatCount(cut.tokens, language);
  return html`<td role="cell" data-label=${label}>
    ${whole && fitLines(whole, facts)}
    ${cut && html`<span class="quiet">${strings.cut(tokens ?? '')}</span> ${fitLines(cut, facts)}`}
  </td>`;
}

function fitLines(
  { weights, bytes, tokensPerSecond, context }: KnownFit,
  { language, strings }: GalleryFacts,
): TemplateResult {
  const figures = strings.fit(weights, formatBytes(bytes, language), formatRate(tokensPerSecond, language));
  return html`<span class="figures">${figures}</span>
    ${context === null ? nothing : html`<span class="quiet">${strings.context(formatCount(context, language))}</span>`}`;
}

/** Figures that are not there yet, or never will be. */
function waiting({ strings, figures }: GalleryFacts): string {
  return figures.failed ? '–' : strings.planning;
}
