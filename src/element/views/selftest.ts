/** The self-test of a board: what it is, how far it is, and its verdicts as a table. */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import type { SelftestReport, SelftestVerdict } from '../../device/selftest-report.js';
import { SelftestSilence, type SelftestState } from '../board/selftest-store.js';
import type { SelftestStrings } from '../strings/selftest.js';
import type { AllStrings } from '../strings/strings.js';
import { boardFailureView, flashFailureView } from './flash-failure.js';

export interface SelftestActions {
  run(): void;
  cancel(): void;
  /** Takes the report away. */
  save(json: string): void;
}

export function selftestView(
  state: SelftestState,
  words: SelftestStrings,
  strings: AllStrings,
  actions: SelftestActions,
): TemplateResult {
  switch (state.kind) {
    case 'idle':
      return html`<p>${words.intro}</p>
        ${startView(words.start, words, actions)}
        ${state.error === null ? nothing : failure(state.error, words, strings)}`;
    case 'flashing':
    case 'running': {
      const progress = state.kind === 'flashing' ? state.progress : null;
      const phase =
        state.kind === 'running'
          ? words.running
          : strings.board.flash.phases[progress?.phase ?? 'connecting'];
      const share = progress === null || progress.total === 0 ? undefined : progress.done / progress.total;
      return html`<div class="busy">
        <p id="selftest-phase" aria-live="polite">${phase}</p>
        <progress part="progress" aria-labelledby="selftest-phase" value=${ifDefined(share)}></progress>
        <div class="buttons">
          <button type="button" part="button" @click=${() => actions.cancel()}>${words.cancel}</button>
        </div>
      </div>`;
    }
    case 'done':
      return html`${reportView(state.report, words)}
        <div class="buttons">
          <button
            type="button"
            class="primary"
            part="button primary-button"
            @click=${() => actions.save(state.report.json)}
          >
            ${words.save}
          </button>
        </div>
        <p class="quiet">${words.mac}</p>
        ${startView(words.again, words, actions)}`;
  }
}

function startView(label: string, words: SelftestStrings, actions: SelftestActions): TemplateResult {
  return html`<p class="quiet">${words.warning}</p>
    <div class="buttons">
      <button
        id="selftest-start"
        type="button"
        part="button"
        class="selftest-start"
        @click=${() => actions.run()}
      >
        ${label}
      </button>
    </div>`;
}

function failure(error: Error, words: SelftestStrings, strings: AllStrings): TemplateResult {
  return error instanceof SelftestSilence
    ? boardFailureView({ title: words.failed, text: words.silent, detail: null, of: error }, 'selftest-start')
    : flashFailureView(error, strings, words.failed, 'selftest-start');
}

const VERDICT_CLASS: Readonly<Record<SelftestVerdict, string>> = { ok: 'good', odd: '', bad: 'bad' };

function reportView({ results }: SelftestReport, words: SelftestStrings): TemplateResult {
  const count = (verdict: SelftestVerdict): number =>
    results.filter((result) => result.verdict === verdict).length;
  const { columns } = words;
  return html`<p aria-live="polite">${words.result(count('ok'), count('odd'), count('bad'))}</p>
    ${count('odd') === 0 ? nothing : html`<p class="quiet">${words.odd}</p>`}
    <div class="scroll" tabindex="0" role="group" aria-label=${columns.verdict}>
      <table class="selftest-table">
        <thead>
          <tr>
            <th scope="col">${columns.test}</th>
            <th scope="col">${columns.verdict}</th>
            <th scope="col">${columns.value}</th>
            <th scope="col">${columns.expected}</th>
          </tr>
        </thead>
        <tbody>
          ${results.map(
            ({ test, verdict, value, expected }) =>
              html`<tr>
                <th scope="row">${words.tests[test] ?? test}</th>
                <td class=${VERDICT_CLASS[verdict]}>${words.verdicts[verdict]}</td>
                <td lang="en" dir="ltr">${value}</td>
                <td lang="en" dir="ltr" class="quiet">${expected}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
