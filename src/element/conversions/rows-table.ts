/** The rows with all of their figures, and what can be done with each. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Row } from './kept-rows.js';
import { boardName, longName, type RowWords } from './row-names.js';

export interface RowActions {
  select(id: number): void;
  /** Takes it for the comparison of two, or no longer does. */
  pick(id: number): void;
  show(row: Row): void;
  convert(row: Row): void;
  beginNaming(id: number): void;
  endNaming(label: string | null): void;
  remove(row: Row): void;
}

/** What the table is drawn from. */
export interface TableFacts extends RowWords {
  readonly rows: readonly Row[];
  readonly names: ReadonlyMap<number, string>;
  /** The row of the result on show, `null` for none. */
  readonly shown: number | null;
  readonly selected: number | null;
  /** At most two. */
  readonly picked: readonly number[];
  /** The row that is being named. */
  readonly naming: number | null;
  /** Rows that can be converted now. */
  readonly canConvert: (row: Row) => boolean;
}

const COLUMNS = ['pick', 'conversion', 'board', 'size', 'kl', 'top1', 'speed', 'actions'] as const;

/** Roles are written out: on narrow screens rows and cells are drawn as blocks, and would no longer be any. */
export function rowsTable(facts: TableFacts, actions: RowActions): TemplateResult {
  const { words, rows } = facts;
  return html`<div class="scroll rows" tabindex="0" role="region" aria-label=${words.table}>
    <table role="table">
      <thead>
        <tr role="row">
          ${COLUMNS.map((column) => html`<th scope="col" role="columnheader">${words.columns[column]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => tableRow(row, facts, actions))}
      </tbody>
    </table>
  </div>`;
}

function tableRow(row: Row, facts: TableFacts, actions: RowActions): TemplateResult {
  const { words, strings, picked, shown, selected } = facts;
  const { columns } = words;
  const { format } = strings.report;
  const { board, bytes, kl, klError, top1, positions, speed, texts, fits } = row.facts;
  const rate = speed.half.expected > 0 ? speed.half.expected : speed.half.bound;
  return html`<tr role="row" class=${row.id === selected ? 'selected' : ''}>
    <td role="cell" data-label=${columns.pick}>
      <input
        type="checkbox"
        aria-label=${words.pick(facts.names.get(row.id) ?? '')}
        ?disabled=${texts.length === 0}
        .checked=${live(picked.includes(row.id))}
        @change=${() => {
          actions.pick(row.id);
        }}
      />
    </td>
    <th scope="row" role="rowheader">
      ${facts.naming === row.id ? nameField(row, facts, actions) : name(row, facts)}
    </th>
    <td role="cell" data-label=${columns.board}>
      <bdi>${boardName(board)}</bdi>${
        fits ? nothing : html` <span class="quiet unfit">${words.fitsNot}</span>`
      }
    </td>
    <td role="cell" data-label=${columns.size}>${format.bytes(bytes)}</td>
    <td role="cell" data-label=${columns.kl}>
      ${format.withError(kl, klError)}<span class="quiet">${words.positions(format.count(positions))}</span>
    </td>
    <td role="cell" data-label=${columns.top1}>${format.percent(top1)}</td>
    <td role="cell" data-label=${columns.speed}>${format.rate(rate)}</td>
    <td role="cell" data-label=${columns.actions}>${buttons(row, shown === row.id, facts, actions)}</td>
  </tr>`;
}

function name(row: Row, facts: TableFacts): TemplateResult {
  const { words } = facts;
  return html`<bdi>${facts.names.get(row.id)}</bdi>
    <span class="quiet">${longName(row.facts, facts)}</span>
    ${row.isDropped ? html`<span class="quiet">${words.dropped}</span>` : nothing}
    ${row.choice === null ? html`<span class="quiet">${words.earlier}</span>` : nothing}`;
}

/** Characters of a name. */
const MOST_NAME = 40;

function nameField({ facts: { label } }: Row, { words }: TableFacts, actions: RowActions): TemplateResult {
  const submit = (event: Event): void => {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).querySelector('input');
    actions.endNaming(field?.value.trim() ?? '');
  };
  return html`<form
    class="naming"
    @submit=${submit}
    @keydown=${(event: KeyboardEvent) => {
      if (event.key === 'Escape') actions.endNaming(null);
    }}
  >
    <input type="text" dir="auto" maxlength=${MOST_NAME} aria-label=${words.label} .value=${label} />
    <button type="submit" part="button">${words.save}</button>
  </form>`;
}

function buttons(row: Row, isShown: boolean, facts: TableFacts, actions: RowActions): TemplateResult {
  const { words } = facts;
  const spoken = facts.names.get(row.id) ?? '';
  return html`<div class="acts">
    ${
      isShown
        ? html`<strong>${words.shown}</strong>`
        : row.result !== null
          ? act(words.show, words.showIt(spoken), () => {
              actions.show(row);
            })
          : facts.canConvert(row)
            ? act(
                row.facts.verdict === null ? words.convert : words.again,
                row.facts.verdict === null ? words.convertIt(spoken) : words.againIt(spoken),
                () => {
                  actions.convert(row);
                },
              )
            : html`<span class="quiet">${words.elsewhere}</span>`
    }
    ${act(words.rename, words.renameIt(spoken), () => {
      actions.beginNaming(row.id);
    })}
    ${act(words.remove, words.removeIt(spoken), () => {
      actions.remove(row);
    })}
  </div>`;
}

function act(text: string, label: string, click: () => void): TemplateResult {
  return html`<button type="button" class="plain" aria-label=${label} @click=${click}>${text}</button>`;
}
