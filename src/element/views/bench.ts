/** What a board measured of itself: each memory and the tokens, beside their limits. */
import { html, nothing, type TemplateResult } from 'lit';
import type { TalkActions } from '../board/board-actions.js';
import type { BoardState } from '../board/board-state.js';
import { readyLink } from '../board/board-store.js';
import type { AllStrings } from '../strings/strings.js';
import type { Term } from '../strings/terms.js';
import { shareBar } from './share-bar.js';
import { term } from '../terms/term.js';
import { requestFailure } from './flash-failure.js';

export function benchView(state: BoardState, strings: AllStrings, actions: TalkActions): TemplateResult {
  const words = strings.board.bench;
  const activity = readyLink(state.link)?.activity ?? null;
  const { bench } = state;
  const measuring = activity === 'measuring';
  return html`<details class="panel bench" ?open=${bench !== null}>
    <summary>${words.heading}</summary>
    <p class="quiet">${words.text}</p>
    ${bench === null ? nothing : table(bench, strings)}
    <div class="buttons">
      <button
        id="measure"
        type="button"
        part="button"
        ?disabled=${activity !== 'idle' && !measuring}
        @click=${() => {
          if (measuring) actions.cancel();
          else actions.measure();
        }}
      >
        ${measuring ? strings.board.talk.stop : bench === null ? words.measure : words.again}
      </button>
      ${measuring ? html`<span class="quiet">${words.measuring}</span>` : nothing}
    </div>
    ${requestFailure(state, 'measure', strings)}
  </details>`;
}

function table(bench: ReadonlyMap<string, string>, strings: AllStrings): TemplateResult {
  const words = strings.board.bench;
  const columns = strings.report.plan.speed.table;
  const value = (name: string): number => Number(bench.get(name) ?? NaN);
  const memories = (['sram', 'psram', 'flash'] as const).filter((name) => bench.has(`${name}_read`));
  const row = (
    explained: Term,
    name: string,
    measured: string,
    limit: string,
    share: number,
  ): TemplateResult =>
    html`<tr>
      <th scope="row">${name}${term(explained, name, strings)}</th>
      <td>${measured}</td>
      <td>${limit}</td>
      <td>${shareBar(share)} ${words.share(share)}</td>
    </tr>`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${words.table}>
      <table>
        <caption class="hidden">
          ${words.table}
        </caption>
        <thead>
          <tr>
            <th scope="col">${words.columns.what}</th>
            <th scope="col">${columns.measured}</th>
            <th scope="col">${columns.bound}${term('bound', columns.bound, strings)}</th>
            <th scope="col">${words.columns.share}</th>
          </tr>
        </thead>
        <tbody>
          ${memories.map((name) => {
            const [read, limit] = [value(`${name}_read`), value(`${name}_limit`)];
            return row(name, words.rows[name], words.bandwidth(read), words.bandwidth(limit), read / limit);
          })}
          ${
            bench.has('tokens_per_second')
              ? row(
                  'rate',
                  words.rows.tokens,
                  words.tokenRate(value('tokens_per_second')),
                  words.tokenRate(value('bound_by_measured_rates')),
                  value('percent_of_measured_bound') / 100,
                )
              : nothing
          }
        </tbody>
      </table>
    </div>
    <p class="quiet">${bench.has('tokens_not_measured') ? words.full : words.limit}</p>`;
}
