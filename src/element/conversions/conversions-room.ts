/**
 * The conversions of a session: keeps every result as a row, shows the rows as points and as a table, brings one back, compares
 * two, and measures all ways that there are.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { planPace } from '../../plan/words.js';
import { findLanguage } from '../../shared/languages.js';
import { isAbort } from '../../shared/errors.js';
import { showable } from '../../shared/safe-text.js';
import type { ConvertResult } from '../../worker/jobs.js';
import type { SchemesTold } from '../../worker/schemes-study.js';
import { studySchemes } from '../../worker/schemes-start.js';
import { addStyles } from '../add-styles.js';
import { chartStyles } from '../chart/chart-styles.js';
import { pointsChart } from '../chart/points-chart.js';
import { FoldedRoom } from '../folded-room.js';
import { answersOf } from '../home/answers-door.js';
import type { Page } from '../page.js';
import { convertSettings } from '../settings.js';
import type { Choice, State } from '../state.js';
import type { RoundingRoom } from '../rounding/rounding-room.js';
import { loadConversionsStrings, type ConversionsStrings } from '../strings/conversions.js';
import type { Strings } from '../strings/strings.js';
import { compareTwo } from './compare-two.js';
import { conversionsStyles } from './conversions-styles.js';
import { KeptRows, MOST_PACKAGE_BYTES, MOST_ROWS, type Row } from './kept-rows.js';
import { isSameModel, markOf, measuredFacts } from './row.js';
import { longName, namesOf, pointText, type RowWords } from './row-names.js';
import { rowsTable, type RowActions } from './rows-table.js';
import { readRows, writeRows } from './stored-rows.js';
import { studyView, type Study } from './study-view.js';

type Shown = Extract<State, { step: 'fit' | 'result' }>;

export class ConversionsRoom {
  /**
   * @param say tells screen readers
   * @param before the room in another language, whose rows go on
   * @throws when its words cannot be fetched
   */
  static async open(
    page: Page,
    say: (text: string) => void,
    tag: string,
    before: ConversionsRoom | null,
  ): Promise<ConversionsRoom> {
    const words = await loadConversionsStrings(findLanguage(tag));
    addStyles(page, [chartStyles, conversionsStyles]);
    if (before !== null) {
      before.#words = words;
      before.tag = tag;
      return before;
    }
    const room = new ConversionsRoom(page, say, words, tag);
    room.#rows.restore(readRows());
    return room;
  }

  /** Of the words' language. */
  tag: string;
  #words: ConversionsStrings;
  readonly #page: Page;
  readonly #say: (text: string) => void;
  readonly #rows = new KeptRows();
  #study: Study = { kind: 'idle' };
  /** `null`: the row on show. */
  #selected: number | null = null;
  #picked: readonly number[] = [];
  #naming: number | null = null;
  readonly #folded: FoldedRoom<RoundingRoom>;
  /** The result that was kept last. */
  #kept: ConvertResult | null = null;

  private constructor(page: Page, say: (text: string) => void, words: ConversionsStrings, tag: string) {
    this.#page = page;
    this.#say = say;
    this.#words = words;
    this.tag = tag;
    this.#folded = new FoldedRoom(page, async (its, language) => {
      const { RoundingRoom } = await import('../rounding/rounding-room.js');
      return RoundingRoom.open(its, language);
    });
  }

  /** How many rows there are. */
  get size(): number {
    return this.#rows.all.length;
  }

  /** A result is on show: it becomes a row, unless it is one. */
  keep(choice: Choice, result: ConvertResult): void {
    if (this.#kept === result) return;
    this.#kept = result;
    this.#rows.convertedTo(choice, result);
    this.#rows.touch(result);
    this.#selected = null;
    this.#store();
  }

  /** Stops what is measured. */
  cancel(): void {
    this.#folded.room?.cancel();
    if (this.#study.kind === 'measuring') this.#study.end.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  view(state: Shown, strings: Strings): TemplateResult {
    const words = this.#words;
    const all: RowWords = { words, strings };
    const rows = this.#rows.all;
    const mine = rows.filter(({ facts }) => isSameModel(facts.model, markOf(state.choice)));
    const isAlone = rows.length < 2;
    return html`<section class="conversions" aria-labelledby="conversions-heading">
        <h4 id="conversions-heading" tabindex="-1">${words.heading}</h4>
        <p class="quiet">${isAlone ? words.alone : words.text}</p>
        ${this.#measuring(state, all)} ${mine.length < 2 ? nothing : this.#chart(state, mine, all)}
        ${rows.length === 0 || (isAlone && state.step === 'result') ? nothing : this.#table(state, all)}
        ${this.#two(state, all)}
      </section>
      ${this.#rounding(state, strings)}`;
  }

  /** Single numbers of the conversion on show, where any were rounded. */
  #rounding(state: Shown, strings: Strings): TemplateResult | typeof nothing {
    if (state.step !== 'result' || state.choice.settings.weights === 'float32') return nothing;
    return this.#folded.view('rounding', this.#words.rounding, strings, (room) => room.view(state, strings));
  }

  #measuring(state: Shown, { strings }: RowWords): TemplateResult | typeof nothing {
    const { preset } = this.#page.store;
    const isSettled = preset.locked.has('scheme') || !preset.steps.has('fit');
    if (isSettled || state.choice.settings.weights === 'float32') return nothing;
    return studyView(this.#study, this.#words, strings, {
      begin: () => void this.#measure(state.choice),
      cancel: () => {
        this.cancel();
      },
    });
  }

  #chart(state: Shown, mine: readonly Row[], all: RowWords): TemplateResult {
    const { words, strings } = all;
    const names = namesOf(this.#rows.all, all);
    const nameOf = ({ id }: Row): string => names.get(id) ?? '';
    const points = mine
      .map((row) => ({
        row,
        bytes: row.facts.bytes,
        kl: row.facts.kl,
        klError: row.facts.klError,
        label: pointText(nameOf(row), row.facts, all),
        short: nameOf(row),
        fits: row.facts.fits,
      }))
      .sort((a, b) => a.bytes - b.bytes || b.kl - a.kl);
    const chosen = points.findIndex(({ row }) => row.id === this.#selectedIn(state));
    return html`<h5>${words.question}</h5>
      <div class="chart-and-detail">
        ${pointsChart({ points, chosen, words, strings }, ({ row }) => {
          this.#set(() => (this.#selected = row.id));
        })}
        ${points[chosen] === undefined ? nothing : this.#detail(points[chosen].row, points[chosen].short, state, all)}
      </div>`;
  }

  /** The chosen point in words, with what can be done with it. */
  #detail(row: Row, name: string, state: Shown, all: RowWords): TemplateResult {
    const { words, strings } = all;
    const { format, plan } = strings.report;
    const { facts } = row;
    const figures: readonly (readonly [string, string])[] = [
      [words.columns.size, format.bytes(facts.bytes)],
      [words.columns.kl, format.withError(facts.kl, facts.klError)],
      [words.columns.top1, format.percent(facts.top1)],
      [words.speed, planPace(facts, plan)],
    ];
    return html`<div class="detail panel">
      <p>
        <strong>${name}</strong> <span class="quiet">${longName(facts, all)}</span>
        ${facts.fits ? nothing : html`<span class="quiet unfit">${words.fitsNot}</span>`}
      </p>
      <dl class="facts">
        ${figures.map(
          ([label, value]) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>
      ${this.#act(row, state, words)}
    </div>`;
  }

  #act(row: Row, state: Shown, words: ConversionsStrings): TemplateResult | typeof nothing {
    if (row.id === this.#shownIn(state)) return nothing;
    const act = (text: string, click: () => void): TemplateResult =>
      html`<div class="buttons"><button type="button" part="button" @click=${click}>${text}</button></div>`;
    if (row.result !== null) return act(words.show, () => this.#show(row));
    if (!this.#canConvert(row, state)) return nothing;
    return act(row.facts.verdict === null ? words.convert : words.again, () => this.#convert(row));
  }

  #table(state: Shown, all: RowWords): TemplateResult {
    const { words, strings } = all;
    const rows = this.#rows.all;
    const isFull = rows.length === MOST_ROWS || rows.some(({ isDropped }) => isDropped);
    return html`${rowsTable(
      {
        ...all,
        rows,
        names: namesOf(rows, all),
        shown: this.#shownIn(state),
        selected: this.#selectedIn(state),
        picked: this.#picked,
        naming: this.#naming,
        canConvert: (row) => this.#canConvert(row, state),
      },
      this.#actions(all),
    )}
    ${isFull ? html`<p class="quiet">${words.memory(strings.report.format.bytes(MOST_PACKAGE_BYTES), String(MOST_ROWS))}</p>` : nothing}`;
  }

  #actions(all: RowWords): RowActions {
    return {
      select: (id) => {
        this.#set(() => (this.#selected = id));
      },
      pick: (id) => {
        const others = this.#picked.filter((one) => one !== id);
        // A third takes the place of the one that was taken first.
        this.#set(
          () => (this.#picked = others.length < this.#picked.length ? others : [...others, id].slice(-2)),
        );
      },
      show: (row) => {
        this.#show(row);
      },
      convert: (row) => {
        this.#convert(row);
      },
      beginNaming: (id) => {
        this.#set(() => (this.#naming = id));
        this.#focus('.naming input');
      },
      endNaming: (label) => {
        const id = this.#naming;
        if (id === null) return;
        if (label !== null) this.#rows.rename(id, showable(label));
        this.#set(() => (this.#naming = null));
        this.#store();
        this.#focus('#conversions-heading');
      },
      remove: (row) => {
        const name = namesOf(this.#rows.all, all).get(row.id) ?? '';
        this.#rows.remove(row.id);
        this.#picked = this.#picked.filter((id) => id !== row.id);
        this.#set(() => undefined);
        this.#say(all.words.removed(name));
        this.#store();
        this.#focus('#conversions-heading');
      },
    };
  }

  #two(state: Shown, all: RowWords): TemplateResult | typeof nothing {
    const [a, b] = this.#rows.all.filter(({ id }) => this.#picked.includes(id));
    if (a === undefined || b === undefined) return nothing;
    const names = namesOf(this.#rows.all, all);
    return compareTwo(
      [a.facts, b.facts],
      [names.get(a.id) ?? '', names.get(b.id) ?? ''],
      all.words,
      answersOf(this.#page, state, all.strings),
    );
  }

  #shownIn(state: Shown): number | null {
    return state.step === 'result' ? (this.#rows.of(state.result)?.id ?? null) : null;
  }

  #selectedIn(state: Shown): number | null {
    return this.#selected ?? this.#shownIn(state);
  }

  /** Rows of this session by themselves, those of earlier ones with the model that is open, where that is the same. */
  #canConvert({ facts, choice }: Row, state: Shown): boolean {
    if (this.#page.store.preset.locked.has('scheme')) return false;
    return choice !== null || (facts.settings !== null && isSameModel(facts.model, markOf(state.choice)));
  }

  #show({ choice, result }: Row): void {
    if (choice === null || result === null) return;
    this.#page.store.recall(choice, result);
    this.#focus('#step-heading');
  }

  #convert({ choice, facts: { settings } }: Row): void {
    const { store, element } = this.#page;
    if (choice !== null) store.recall(choice, null);
    else store.go('fit');
    if (choice === null && settings !== null) void store.change(settings);
    void element.convert();
  }

  async #measure(choice: Choice): Promise<void> {
    this.cancel();
    const end = new AbortController();
    this.#set(() => (this.#study = { kind: 'measuring', end, whole: null }));
    this.#say(this.#words.starting);
    const isCurrent = (): boolean => this.#study.kind === 'measuring' && this.#study.end === end;
    const { urls, worker } = this.#page.files;
    const tell = (told: SchemesTold): void => {
      if (!isCurrent()) return;
      if ('measured' in told) {
        const settings = { ...choice.settings, ...told.measured.wanted, encodings: undefined };
        const its = { ...choice, settings, plan: told.measured.plan };
        this.#rows.measured(measuredFacts(its, told.measured, told.positions), its);
        this.#set(() => undefined);
      } else this.#set(() => (this.#study = { kind: 'measuring', end, whole: told }));
    };
    try {
      const { encodings: _, effort: __, ...settings } = convertSettings(choice.settings);
      const options = { worker, signal: end.signal, tell };
      const { schemes, positions, unfit } = await studySchemes(urls, choice.source, settings, options);
      if (!isCurrent()) return;
      this.#set(() => (this.#study = { kind: 'measured', count: schemes.length, positions, unfit }));
      this.#say(this.#words.measured(String(schemes.length), String(positions)));
    } catch (error) {
      if (!isCurrent()) return;
      const message = showable(error instanceof Error ? error.message : String(error));
      this.#set(() => (this.#study = isAbort(error) ? { kind: 'idle' } : { kind: 'failed', message }));
    }
    this.#store();
  }

  #store(): void {
    writeRows(this.#rows.all.map(({ facts }) => facts));
  }

  #set(change: () => unknown): void {
    change();
    this.#page.element.requestUpdate();
  }

  #focus(selector: string): void {
    const { element } = this.#page;
    void element.updateComplete.then(() => {
      element.shadowRoot?.querySelector<HTMLElement>(selector)?.focus();
    });
  }
}
