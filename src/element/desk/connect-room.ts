/** Which pin is which thing, as a person says it: by dragging, or from lists. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { headerOf, lightOf, reservedPins } from '../../chips/pins.js';
import type { ActionCard } from '../../input/action-card.js';
import { readWiring, WIRING_VERSION, type WiredOutput, type Wiring } from '../../package/wiring.js';
import { findBoard, type Board } from '../../plan/boards.js';
import type { ActionOutput } from '../../schema/actions.js';
import type { Language } from '../../shared/languages.js';
import { addStyles } from '../add-styles.js';
import { placeName } from '../home/answer.js';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import { lockOf } from '../settings.js';
import type { Choice } from '../state.js';
import { loadDeskStrings, type DeskStrings } from '../strings/desk.js';
import type { Strings } from '../strings/strings.js';
import { sayAfter } from '../say-after.js';
import { deskPicture } from './desk-picture.js';
import { restingThings } from './desk-state.js';
import { deskStyles } from './desk-styles.js';
import { PinDrag } from './pin-drag.js';
import {
  drawnHeader,
  Draft,
  KINDS,
  OWN_INPUTS,
  ownInputsOf,
  thingsOf,
  wiringOf,
  wiringText,
  type Thing,
} from './wired-things.js';

/** What a wiring is saved as: the file that `--wire` takes. */
const FILE = 'wiring.json';

const NOTHING_WIRED = JSON.stringify({ version: WIRING_VERSION });

export class ConnectRoom {
  /** @throws when its words cannot be fetched */
  static async open(page: Page, parts: Parts, language: Language): Promise<ConnectRoom> {
    const words = await loadDeskStrings(language);
    addStyles(page, [deskStyles]);
    return new ConnectRoom(page, parts, language, words);
  }

  readonly language: Language;
  readonly #page: Page;
  readonly #parts: Parts;
  readonly #words: DeskStrings;
  readonly #drag: PinDrag;

  private constructor(page: Page, parts: Parts, language: Language, words: DeskStrings) {
    this.#page = page;
    this.#parts = parts;
    this.language = language;
    this.#words = words;
    this.#drag = new PinDrag(page.element, (name, pin) => {
      const { state } = page.store;
      if (state.step === 'fit') this.#move(state.choice, name, pin);
    });
  }

  view(choice: Choice, strings: Strings): TemplateResult {
    const words = this.#words.connect;
    const { inspection, settings } = choice;
    const board = findBoard(settings.board);
    const found = wiringOf(inspection, settings, board);
    const wiring = found instanceof Error ? null : found;
    const isLocked = this.#page.store.preset.locked.has(lockOf('wiring'));
    return html`<p class="quiet">${words.intro}</p>
      ${isLocked ? nothing : this.#switches(choice, found !== null)}
      ${
        found instanceof Error
          ? html`<p role="alert">${words.unusable} <span lang="en" dir="ltr">${found.message}</span></p>`
          : nothing
      }
      ${deskPicture({
        board,
        things: wiring === null ? [] : restingThings(wiring),
        over: this.#drag.over,
        ...(isLocked ? {} : { take: (event: PointerEvent, name: string) => this.#drag.take(event, name) }),
      })}
      ${headerOf(board) === null ? html`<p class="quiet">${words.unknown}</p>` : nothing}
      ${wiring === null || isLocked ? nothing : this.#wired(choice, board, wiring)}
      ${isLocked ? nothing : html`${this.#adding(choice, board, wiring)} ${this.#files(choice, board, strings)}`}
      ${this.#taken(board)}`;
  }

  #change(wiring: string | null | undefined): void {
    this.#parts.actions.change({ wiring });
  }

  #draft(choice: Choice): Draft {
    return new Draft(wiringText(choice.inspection, choice.settings, findBoard(choice.settings.board)));
  }

  #move(choice: Choice, name: string, pin: number | 'light'): void {
    const board = findBoard(choice.settings.board);
    const at = pin === 'light' ? (lightOf(board)?.pin ?? 0) : pin;
    if (this.#free(choice, board, name).includes(at)) {
      this.#change(this.#draft(choice).move(name, pin));
      this.#parts.live.say(this.#words.connect.wired(name, at));
    }
  }

  /** Pins that a thing can be on: what it is on, and what nobody else is on or needs. */
  #free({ inspection, settings }: Choice, board: Board, name: string | null): readonly number[] {
    const wiring = wiringOf(inspection, settings, board);
    const others = wiring === null || wiring instanceof Error ? [] : [...wiring.outputs, ...wiring.inputs];
    const used = others.filter((one) => one.name !== name).map(({ pin }) => pin);
    const reserved = reservedPins(board);
    return pinsIn(board).filter(
      (pin) => !used.includes(pin) && !reserved.some(({ first, last }) => pin >= first && pin <= last),
    );
  }

  /** With what comes with the model, where the board has room for that; else with nothing yet. */
  #obey({ inspection, settings }: Choice, wanted: boolean): void {
    const own = wiringText(inspection, {}, findBoard(settings.board));
    this.#change(wanted ? (own === null ? NOTHING_WIRED : undefined) : null);
  }

  #switches(choice: Choice, obeys: boolean): TemplateResult {
    const { inspection, settings } = choice;
    const words = this.#words.connect;
    const { actions } = this.#parts;
    return html`<label class="check"
        ><input
          type="checkbox"
          id="answers-obey"
          .checked=${live(obeys)}
          @change=${({ target }: Event) => this.#obey(choice, (target as HTMLInputElement).checked)}
        />
        ${words.obey}</label
      >
      ${
        inspection.hasGrammar
          ? html`<div>
              <label class="check"
                ><input
                  type="checkbox"
                  id="answers-valid"
                  aria-describedby="answers-valid-text"
                  .checked=${live(settings.grammar !== null)}
                  @change=${(event: Event) =>
                    actions.change({
                      grammar: (event.target as HTMLInputElement).checked ? undefined : null,
                    })}
                />
                ${words.grammar}</label
              >
              <p class="quiet" id="answers-valid-text">${words.grammarText}</p>
            </div>`
          : nothing
      }`;
  }

  #wired(choice: Choice, board: Board, { outputs, inputs }: Wiring): TemplateResult {
    const words = this.#words.connect;
    if (outputs.length + inputs.length === 0) return html`<p class="quiet">${words.none}</p>`;
    const row = (name: string, fields: TemplateResult): TemplateResult =>
      html`<li>
        <strong @pointerdown=${(event: PointerEvent) => this.#drag.take(event, name)}>${name}</strong>
        ${fields}
        <button
          type="button"
          class="plain"
          aria-label=${words.remove(name)}
          @click=${() => this.#change(this.#draft(choice).remove(name))}
        >
          ${words.removeShort}
        </button>
      </li>`;
    return html`<ul class="wired">
      ${outputs.map((output) => row(output.name, html`${this.#pinField(choice, board, output)} ${this.#kindField(choice, output)}`))}
      ${inputs.map(({ name, pin, kind }) =>
        row(
          name,
          html`${pin === null ? nothing : this.#pinField(choice, board, { name, pin, kind })}<span
              class="quiet"
              >${kind === 'level' ? words.input : words.own[kind]}</span
            >`,
        ),
      )}
    </ul>`;
  }

  #pinField(
    choice: Choice,
    board: Board,
    { name, pin, kind }: { readonly name: string; readonly pin: number; readonly kind: string },
  ): TemplateResult {
    const words = this.#words;
    const free = this.#free(choice, board, name);
    const onBoard = kind === 'light' ? lightOf(board)?.pin : undefined;
    return html`<select
      data-pin-of=${name}
      aria-label=${words.connect.of(words.connect.pin, name)}
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        this.#move(choice, name, value === 'light' ? value : Number(value));
      }}
    >
      ${onBoard === undefined ? nothing : html`<option value="light" ?selected=${pin === onBoard} ?disabled=${!free.includes(onBoard)}>${words.connect.light}</option>`}
      ${pinsIn(board)
        .filter((one) => one !== onBoard)
        .map(
          (one) =>
            html`<option value=${one} ?selected=${one === pin} ?disabled=${!free.includes(one)}>
              ${words.live.gpio(one)}
            </option>`,
        )}
    </select>`;
  }

  #kindField(choice: Choice, { name, kind, pin }: WiredOutput): TemplateResult {
    const { kind: label, kinds, of } = this.#words.connect;
    const isOnBoard = pin === lightOf(findBoard(choice.settings.board))?.pin && kind === 'light';
    return html`<select
      aria-label=${of(label, name)}
      ?disabled=${isOnBoard}
      @change=${(event: Event) =>
        this.#change(
          this.#draft(choice).retype(name, (event.target as HTMLSelectElement).value as ActionOutput),
        )}
    >
      ${KINDS.map((one) => html`<option value=${one} ?selected=${one === kind}>${kinds[one]}</option>`)}
    </select>`;
  }

  /** What else could hang on a pin. */
  #adding(choice: Choice, board: Board, wiring: Wiring | null): TemplateResult | typeof nothing {
    const card = choice.inspection.actions;
    if (card === null) return nothing;
    const words = this.#words.connect;
    const things = thingsOf(card, wiring?.everywhere ?? null);
    const own = ownInputsOf(card);
    const add = (event: Event): void => {
      event.preventDefault();
      const select = (event.target as HTMLFormElement).querySelector('select');
      const index = Number(select?.value);
      const read = own[index - things.length];
      if (read !== undefined) {
        const name = freeName(this.#words.parts[OWN_INPUTS[read]], wiring, words.numbered);
        this.#change(this.#draft(choice).addInput(name, { kind: read, part: OWN_INPUTS[read] }));
        return;
      }
      const thing = things[index];
      const [pin] = this.#free(choice, board, null);
      if (thing === undefined) return;
      if (pin === undefined) {
        sayAfter(select as HTMLElement, words.full);
        return;
      }
      const name = freeName(this.#name(card, thing), wiring, words.numbered);
      const { part, place } = thing;
      const kind = part === 'blinds' ? { kind: 'servo' } : {};
      this.#change(
        this.#draft(choice).add(name, { pin, ...kind, part, ...(place === null ? {} : { place }) }),
      );
      this.#parts.live.say(words.wired(name, pin));
    };
    return html`<form class="field" @submit=${add}>
      <label for="another-thing">${words.thing}</label>
      <div class="buttons">
        <select id="another-thing">
          ${things.map(
            (thing, index) =>
              html`<option value=${index}>
                ${thing.place === null ? words.everywhere(this.#name(card, thing)) : this.#name(card, thing)}
              </option>`,
          )}
          ${own.map((kind, index) => html`<option value=${things.length + index}>${words.own[kind]}</option>`)}
        </select>
        <button type="submit" part="button">${words.add}</button>
      </div>
    </form>`;
  }

  /** What it is called, to choose it and on the board. */
  #name(card: ActionCard, { part, place }: Thing): string {
    const { connect, parts } = this.#words;
    return place === null ? parts[part] : connect.placed(parts[part], placeName(card, place, this.language));
  }

  #files(choice: Choice, board: Board, strings: Strings): TemplateResult {
    const words = this.#words.connect;
    const { inspection, settings } = choice;
    const text = wiringText(inspection, settings, board);
    const load = async ({ target }: Event): Promise<void> => {
      const input = target as HTMLInputElement;
      const [file] = input.files ?? [];
      if (file === undefined) return;
      try {
        const given = await file.text();
        readWiring(given, inspection.actions, board);
        this.#change(given);
      } catch (error) {
        const reason = error instanceof Error ? error.message : strings.failures.views;
        sayAfter(input, `${words.unusable} ${reason}`);
      }
      // The same file may be picked again.
      input.value = '';
    };
    return html`<div class="buttons">
        ${
          text === null
            ? nothing
            : html`<button
                id="save-wiring"
                type="button"
                part="button"
                @click=${() => this.#parts.views.downloads?.keep({ name: FILE, content: new Blob([text], { type: 'application/json' }) })}
              >
                ${words.save}
              </button>`
        }
        <button type="button" part="button" @click=${() => this.#change(this.#draft(choice).clear())}>
          ${words.anew}
        </button>
        ${
          inspection.wiring === null || settings.wiring === undefined
            ? nothing
            : html`<button type="button" part="button" @click=${() => this.#change(undefined)}>
                ${words.asItCame}
              </button>`
        }
      </div>
      <div class="field">
        <label for="load-wiring">${words.load}</label>
        <input id="load-wiring" type="file" accept=".json,application/json" @change=${load} />
      </div>`;
  }

  /** What cannot be chosen, and why. */
  #taken(board: Board): TemplateResult {
    const { takenTitle, taken } = this.#words.connect;
    const { gpio } = this.#words.live;
    return html`<details>
      <summary>${takenTitle}</summary>
      <ul class="taken-pins">
        ${reservedPins(board).map(
          ({ first, last, code }) =>
            html`<li>${gpio(first)}${first === last ? '' : `–${last}`}: ${taken[code]}</li>`,
        )}
      </ul>
    </details>`;
  }
}

/** Numbers of the pins that one can wire to, in their order. */
function pinsIn(board: Board): readonly number[] {
  const { left, right } = drawnHeader(board);
  return [...left, ...right].filter((pin) => typeof pin === 'number').sort((a, b) => a - b);
}

function freeName(
  name: string,
  wiring: Wiring | null,
  numbered: (name: string, number: number) => string,
): string {
  const names = [...(wiring?.outputs ?? []), ...(wiring?.inputs ?? [])].map((one) => one.name);
  let free = name;
  for (let number = 2; names.includes(free); number++) free = numbered(name, number);
  return free;
}
