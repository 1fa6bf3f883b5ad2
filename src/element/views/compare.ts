/** What the conversion cost, and the converted model to talk to. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Report } from '../../quantize/report.js';
import { showable, showableLine } from '../../shared/safe-text.js';
import { compareTexts } from '../../report/compare-texts.js';
import {
  alternativeLines,
  divergenceFigures,
  headline,
  limitsText,
  shiftFigures,
  verdictText,
  vocabularyLines,
  type Figure,
} from '../../report/figures.js';
import type { Actions } from '../actions.js';
import type { Answers } from '../home/answers-door.js';
import type { Failure, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { failureView } from './failure.js';
import { notes } from './fit.js';
import { layerChart } from './layer-chart.js';
import { memoryBars } from './memory-bars.js';
import { speedFigure } from './speed-figure.js';
import { soon } from './soon.js';
import { tensorTable } from './tensor-table.js';

/**
 * @param failure why the last file could not be made
 * @param openTensor name of the tensor whose histogram is shown, `null` for none
 * @param conversions all of the session
 */
export function compareView(
  state: Extract<State, { step: 'result' }>,
  failure: Failure | null,
  openTensor: string | null,
  answers: Answers | null,
  strings: Strings,
  actions: Actions,
  conversions: TemplateResult | typeof nothing,
): TemplateResult {
  const { choice, result } = state;
  const { report, plan } = result;
  const words = strings.result;
  // What is folded away is drawn after the rest.
  return html`<section class="result" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">
      <slot name="compare-heading">${words.heading(choice.inspection.name)}</slot>
    </h3>
    <slot name="compare-text"></slot>
    ${verdictView(report, words.took(result.seconds), strings)} ${downloads(strings, actions)}
    ${failureView(failure, strings, null)} ${texts(report, answers, strings)} ${conversions}
    <details class="fold">
      <summary>${words.divergence}</summary>
      ${soon(() => divergence(report, strings))}
    </details>
    <details class="fold">
      <summary>${strings.report.layers.heading}</summary>
      <p class="quiet">
        ${strings.report.layers.text}${term('layer', strings.report.layers.column, strings)}
      </p>
      ${soon(() => layerChart(report.tensors, strings))}
    </details>
    <details class="fold">
      <summary>
        ${words.tensors} <span class="quiet">${strings.report.format.count(report.tensors.length)}</span>
      </summary>
      <p class="quiet">
        ${words.tensorsText}${term('tensor', words.tensors, strings)}${term('sqnr', words.columns.sqnr, strings)}
      </p>
      ${soon(() => tensorTable(report.tensors, openTensor, strings, actions))}
    </details>
    <details class="fold">
      <summary>${words.memory}</summary>
      <p class="quiet">${strings.report.scheme(plan.scheme)}</p>
      ${soon(() => html`${memoryBars(plan.memories, strings)} ${plan.fits ? speedFigure(plan.speed, null, strings) : nothing}`)}
    </details>
    ${notes(result.notes, strings)}
    <div class="buttons end">
      <button type="button" part="button" @click=${() => actions.reset()}>${words.again}</button>
      <button type="button" part="button" @click=${() => actions.adjust()}>${words.adjust}</button>
    </div>
  </section>`;
}

function verdictView(report: Report, took: string, strings: Strings): TemplateResult {
  const figures = headline(report, strings.report);
  const { verdicts, alternatives, vocabulary } = strings.report;
  const cut = vocabularyLines(report, strings.report);
  const help = alternativeLines(report, strings.report);
  return html`<div class=${`verdict ${report.verdict}`} part="verdict">
    <h4>${verdicts[report.verdict].title}</h4>
    <p>${verdictText(report, strings.report)} <span class="quiet">${took}</span></p>
    <dl class="tiles">
      ${(
        [
          ['kl', figures.kl],
          ['perplexity', figures.perplexity],
          ['agreement', figures.top1],
          ['int8', figures.size],
        ] as const
      ).map(
        ([explained, figure]) =>
          html`<div>
            <dt>${figure.label}${term(explained, figure.label, strings)}</dt>
            <dd>${figure.value}</dd>
            <dd class="quiet">${figure.note}</dd>
          </div>`,
      )}
    </dl>
    ${
      help.length === 0
        ? nothing
        : html`<h5>${alternatives.title}</h5>
            <ul>
              ${help.map((line) => html`<li>${line}</li>`)}
            </ul>`
    }
    ${
      cut.length === 0
        ? nothing
        : html`<h5>${vocabulary.title}</h5>
            <ul>
              ${cut.map((line) => html`<li>${showableLine(line)}</li>`)}
            </ul>`
    }
  </div>`;
}

function divergence(report: Report, strings: Strings): TemplateResult {
  const words = strings.result;
  return html`<div class="columns">
    <div>
      ${figureTable(words.divergenceTable, divergenceFigures(report, strings.report))}
      <p class="quiet">
        ${words.divergenceText(report.positions)}
        ${limitsText(report, strings.report)}${term('percentile', '90 %', strings)}${term('error', '±', strings)}
      </p>
    </div>
    <div>
      ${figureTable(words.shift, shiftFigures(report, strings.report))}
      <p class="quiet">
        ${strings.report.meanings.probabilityShift}${term('probability', words.shift, strings)}
      </p>
    </div>
  </div>`;
}

function downloads(strings: Strings, actions: Actions): TemplateResult {
  const words = strings.result;
  return html`<div class="buttons">
    ${(['html', 'json'] as const).map(
      (kind) =>
        html`<button
          id=${`save-${kind}`}
          type="button"
          part="button"
          @click=${() => {
            actions.download(kind);
          }}
        >
          ${words[kind]}
        </button>`,
    )}
  </div>`;
}

function texts(report: Report, answers: Answers | null, strings: Strings): TemplateResult | typeof nothing {
  const words = strings.result;
  if (report.texts.length === 0) return nothing;
  return html`<div class="texts">
    <h4>${words.sideBySide}</h4>
    <p class="quiet">${words.sideBySideText}</p>
    ${report.texts.map((pair) => {
      const sentence = (text: string): TemplateResult | typeof nothing => {
        const said = answers?.sentence(text) ?? null;
        return said === null ? nothing : html`<p class="sentence">${said}</p>`;
      };
      const parted = compareTexts(pair);
      const rest = (text: string): TemplateResult | typeof nothing =>
        parted.same ? nothing : html`<mark>${text === '' ? words.endsHere : showable(text)}</mark>`;
      return html`<figure>
        <figcaption>
          <span class="quiet">${words.after}</span>
          <span dir="auto" translate="no">${showableLine(pair.prompt)}</span>
          ${parted.same ? html`<span class="same">${words.same}</span>` : nothing}
        </figcaption>
        <div class="pair">
          <div>
            <h5>${words.original}</h5>
            ${
              (parted.same ? answers?.meaning(pair.before) : null) ??
              html`<p class="text" dir="auto" translate="no">
                  <span class="words">${showable(parted.common)}${rest(parted.before)}</span>
                </p>
                ${sentence(pair.before)}`
            }
          </div>
          <div>
            <h5>${words.converted}</h5>
            ${
              (parted.same ? answers?.meaning(pair.after) : null) ??
              html`<p class="text" dir="auto" translate="no">
                  <span class="words">${showable(parted.common)}${rest(parted.after)}</span>
                </p>
                ${sentence(pair.after)}`
            }
          </div>
        </div>
      </figure>`;
    })}
  </div>`;
}

function figureTable(caption: string, figures: readonly Figure[]): TemplateResult {
  return html`<table class="figures">
    <caption>
      ${caption}
    </caption>
    <tbody>
      ${figures.map(
        (figure) =>
          html`<tr>
            <th scope="row">${figure.label}</th>
            <td>${figure.value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
