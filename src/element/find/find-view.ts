/** What finding one's board looks like: a look at the one on the cable, and the list with a search. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Chip } from '../../chips/chip.js';
import { CHIPS } from '../../chips/index.js';
import { BOARDS } from '../../plan/boards.js';
import { formatBytes } from '../../shared/format.js';
import type { ToldReach } from '../board/board-reach.js';
import type { FindStrings } from '../strings/find.js';
import type { FinderState } from './board-finder.js';
import { shortName, type Listed } from './board-list.js';

export interface FindFacts {
  readonly words: FindStrings;
  /** BCP 47. */
  readonly language: string;
  readonly finder: FinderState;
  /** What reaches boards, `null` before a person has asked for one. */
  readonly reach: ToldReach | null;
  readonly typed: string;
  /** Those that match what was typed. */
  readonly listed: readonly Listed[];
  /** Id of the board that is picked in the list, empty for none. */
  readonly picked: string;
}

export interface FindActions {
  close(): void;
  look(): void;
  cancel(): void;
  type(text: string): void;
  pick(board: string): void;
  /** @param board id */
  use(board: string): void;
}

export function findView(facts: FindFacts, actions: FindActions): TemplateResult {
  const { words, finder } = facts;
  return html`<div class="find-head">
      <h3 id="find-heading" tabindex="-1">${words.heading}</h3>
      <button type="button" part="button" @click=${() => actions.close()}>${words.close}</button>
    </div>
    <div class="look" aria-busy=${finder.kind === 'looking'}>${look(facts, actions)}</div>
    ${search(facts, actions)}`;
}

function look(facts: FindFacts, actions: FindActions): TemplateResult {
  const { words, finder, reach } = facts;
  const begin = (text: string, primary: boolean): TemplateResult =>
    html`<button
      id="find-look"
      type="button"
      class=${primary ? 'primary' : ''}
      part=${primary ? 'button primary-button' : 'button'}
      @click=${() => actions.look()}
    >
      ${text}
    </button>`;
  switch (finder.kind) {
    case 'looking': {
      return html`<p id="find-phase">${reach?.phase(finder.progress) || words.looking}</p>
        <progress part="progress" aria-labelledby="find-phase"></progress>
        <div class="buttons">
          <button type="button" part="button" @click=${() => actions.cancel()}>${words.cancel}</button>
        </div>`;
    }
    case 'found': {
      const { board, nearest } = finder;
      const bytes = (value: number): string => formatBytes(value, facts.language);
      const memories = words.memories(
        bytes(board.flashBytes ?? 0),
        board.psram === null ? '' : bytes(board.psram.bytes),
      );
      const name = nearest === null ? '' : shortName(nearest.board);
      return html`<p>
          <strong>${words.found(board.chip, memories)}</strong>
          ${nearest === null ? words.unlike : words.like(name, nearest.exact)}
        </p>
        ${board.psram === null ? html`<p class="quiet">${words.outside}</p>` : nothing}
        <div class="buttons">
          ${
            nearest === null
              ? nothing
              : html`<button
                  id="find-use"
                  type="button"
                  class="primary"
                  part="button primary-button"
                  @click=${() => actions.use(nearest.board.id)}
                >
                  ${words.use(name)}
                </button>`
          }
          ${begin(words.again, nearest === null)}
        </div>`;
    }
    case 'idle': {
      const { error } = finder;
      const reachable = reach === null || reach.ports.support === null || reach.ports.support === 'available';
      return html`<p class="quiet">${words.lookText}</p>
        ${reachable ? html`<div class="buttons">${begin(words.look, true)}</div>` : nothing}
        ${reach?.trouble(error, words.failed, 'find-look') ?? (error === null ? nothing : html`<p role="alert">${words.unreached}</p>`)}`;
    }
  }
}

function search(facts: FindFacts, actions: FindActions): TemplateResult {
  const { words, listed, picked, typed } = facts;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (picked !== '') actions.use(picked);
  };
  const chosen = BOARDS.find(({ id }) => id === picked);
  return html`<form class="find-list" @submit=${submit}>
    <div class="field">
      <label for="find-search">${words.search}</label>
      <input
        id="find-search"
        type="search"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        enterkeyhint="done"
        aria-describedby="find-hint"
        .value=${typed}
        @input=${(event: Event) => actions.type((event.target as HTMLInputElement).value)}
      />
      <p class="quiet" id="find-hint">${words.searchHint}</p>
    </div>
    <output class="quiet" for="find-search">${words.matches(listed.length)}</output>
    <div class="boards">
      ${CHIPS.flatMap((chip) => [true, false].map((modules) => group(chip, modules, facts, actions)))}
    </div>
    <div class="buttons">
      <button type="submit" part="button" ?disabled=${chosen === undefined}>
        ${words.use(chosen === undefined ? '…' : shortName(chosen))}
      </button>
    </div>
  </form>`;
}

/** Radio buttons of one name: arrow keys go through all that are shown. */
function group(
  chip: Chip,
  modules: boolean,
  { words, listed, picked }: FindFacts,
  actions: FindActions,
): TemplateResult | typeof nothing {
  const shown = listed.filter(({ board, isModule }) => board.chip === chip && isModule === modules);
  if (shown.length === 0) return nothing;
  return html`<fieldset>
    <legend>${chip.name}: ${modules ? words.modules : words.kits}</legend>
    ${shown.map(
      ({ board, name, memories }) =>
        html`<label class=${board.refused === null ? '' : 'refused'}>
          <input
            type="radio"
            name="find-board"
            value=${board.id}
            ?disabled=${board.refused !== null}
            .checked=${board.id === picked}
            @change=${() => actions.pick(board.id)}
          />
          <span
            ><bdi>${name}</bdi>
            <span class="quiet"
              >${memories}${board.refused === null ? '' : `, ${words.unsupported}`}</span
            ></span
          >
        </label>`,
    )}
  </fieldset>`;
}
