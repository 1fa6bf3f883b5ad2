/** The frontier of the model that is planned: measures it, shows it, and makes the plan that a person picks. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Frontier, FrontierPoint } from '../../pipeline/frontier.js';
import type { Language } from '../../shared/languages.js';
import type { Progress } from '../../shared/progress.js';
import { showable } from '../../shared/safe-text.js';
import { studyFrontier } from '../../worker/frontier-start.js';
import { addStyles } from '../add-styles.js';
import { chartStyles } from '../chart/chart-styles.js';
import type { Page } from '../page.js';
import { convertSettings } from '../settings.js';
import type { Choice, State } from '../state.js';
import { loadFrontierStrings, type FrontierStrings } from '../strings/frontier.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { frontierChart } from './frontier-chart.js';
import { frontierStyles } from './frontier-styles.js';
import { frontierTable } from './frontier-table.js';

type Fit = Extract<State, { step: 'fit' }>;

type Study =
  | { readonly kind: 'idle' }
  | { readonly kind: 'measuring'; readonly end: AbortController; readonly progress: Progress | null }
  | { readonly kind: 'measured'; readonly key: string; readonly frontier: Frontier }
  | { readonly kind: 'failed'; readonly message: string };

export class FrontierRoom {
  /** @throws when its words cannot be fetched */
  static async open(page: Page, language: Language): Promise<FrontierRoom> {
    const words = await loadFrontierStrings(language);
    addStyles(page, [chartStyles, frontierStyles]);
    return new FrontierRoom(page, language, words);
  }

  readonly language: Language;
  readonly #page: Page;
  readonly #words: FrontierStrings;
  #study: Study = { kind: 'idle' };

  private constructor(page: Page, language: Language, words: FrontierStrings) {
    this.#page = page;
    this.language = language;
    this.#words = words;
  }

  /** Stops what is measured. */
  cancel(): void {
    if (this.#study.kind === 'measuring') this.#study.end.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  view({ choice }: Fit, strings: Strings): TemplateResult {
    const words = this.#words;
    const study = this.#study;
    switch (study.kind) {
      case 'idle':
        return html`<p class="quiet">${words.intro}${term('kl', words.loss, strings)}</p>
          ${this.#button(words.start, () => void this.#measure(choice))}`;
      case 'measuring': {
        const { progress } = study;
        const part = progress === null || progress.total === 0 ? null : progress.done / progress.total;
        const stage =
          progress === null ? words.measuring : strings.converting.stages[progress.stage as 'checking'];
        return html`<p class="quiet" role="status">${stage}</p>
          ${part === null ? html`<progress aria-label=${words.measuring}></progress>` : html`<progress aria-label=${words.measuring} max="1" value=${part}></progress>`}
          ${this.#button(words.cancel, () => {
            this.cancel();
          })}`;
      }
      case 'failed':
        return html`<p role="alert">${words.failed}: <span translate="no">${study.message}</span></p>
          ${this.#button(words.again, () => void this.#measure(choice))}`;
      case 'measured':
        return this.#measured(study, choice, strings);
    }
  }

  #measured(
    { key, frontier }: Extract<Study, { kind: 'measured' }>,
    choice: Choice,
    strings: Strings,
  ): TemplateResult {
    const words = this.#words;
    const isStale = key !== keyOf(choice);
    const chosen = isStale ? -1 : chosenPoint(frontier.points, choice);
    const facts = { points: frontier.points, chosen, words, strings };
    const pick = (point: FrontierPoint): void => {
      void this.#page.store.change({ weights: 'auto', granularity: 'auto', encodings: point.encodings });
    };
    return html`${
      isStale
        ? html`<p class="quiet">${words.stale}</p>`
        : html`${frontierChart(facts, pick)} ${frontierTable(facts, pick)}
            <p class="quiet">${words.text(strings.report.format.count(frontier.tokens))}</p>`
    }
    ${isStale ? this.#button(words.again, () => void this.#measure(choice)) : nothing}`;
  }

  #button(text: string, act: () => void): TemplateResult {
    return html`<div class="buttons">
      <button type="button" part="button" @click=${act}>${text}</button>
    </div>`;
  }

  async #measure(choice: Choice): Promise<void> {
    this.cancel();
    const end = new AbortController();
    this.#set({ kind: 'measuring', end, progress: null });
    const isCurrent = (): boolean => this.#study.kind === 'measuring' && this.#study.end === end;
    const { urls, worker } = this.#page.files;
    try {
      const { encodings: _, ...settings } = convertSettings(choice.settings);
      const frontier = await studyFrontier(urls, choice.source, settings, {
        worker,
        signal: end.signal,
        tell: (progress) => {
          if (isCurrent()) this.#set({ kind: 'measuring', end, progress });
        },
      });
      if (isCurrent()) this.#set({ kind: 'measured', key: keyOf(choice), frontier });
    } catch (error) {
      if (!isCurrent()) return;
      if (end.signal.aborted) this.#set({ kind: 'idle' });
      else
        this.#set({
          kind: 'failed',
          message: showable(error instanceof Error ? error.message : String(error)),
        });
    }
  }

  #set(study: Study): void {
    this.#study = study;
    this.#page.element.requestUpdate();
  }
}

/** Equal for choices with the same frontier: all that is set but what the frontier itself chooses. */
function keyOf({ source, settings }: Choice): string {
  const { board, activations, cache, context } = settings;
  const model =
    source.kind === 'files'
      ? source.files.map(({ path, file }) => [path, file.size, file.lastModified])
      : source;
  return JSON.stringify([model, board, activations, cache, context]);
}

/** The point that the plan follows, -1 for none. */
function chosenPoint(points: readonly FrontierPoint[], { settings, plan }: Choice): number {
  const { encodings, weights, granularity } = settings;
  if (encodings !== undefined) {
    const wanted = JSON.stringify(encodings);
    return points.findIndex((point) => JSON.stringify(point.encodings) === wanted);
  }
  if (weights !== 'auto' || granularity !== 'auto') return -1;
  return points.findIndex((point) => point.isDefault && point.weightBytes === plan.weightBytes);
}
