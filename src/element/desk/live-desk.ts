/**
 * The board on the desk while it runs: lamps light, servos turn, buttons can be pressed. An emulated board is looked at through its
 * registers, one on a cable by what it tells.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { ConsoleAction } from '../../device/console-types.js';
import type { EmulatedPin } from '../../device/emulator-types.js';
import type { Wiring } from '../../package/wiring.js';
import { DEFAULT_BOARD_ID, findBoard } from '../../plan/boards.js';
import { addStyles } from '../add-styles.js';
import { LazyWords } from '../lazy-words.js';
import type { Page } from '../page.js';
import { loadDeskStrings, type DeskStrings } from '../strings/desk.js';
import { deskPicture } from './desk-picture.js';
import { emulatedThings, toldThings, type DrawnThing } from './desk-state.js';
import { deskStyles } from './desk-styles.js';
import type { EmulatedPins, LiveFacts } from './live-desk-door.js';
import { cssColour } from './thing-pictures.js';
import { wiringOf } from './wired-things.js';

/** How warm an emulated chip is until somebody says otherwise, and what it may be. */
const ROOM = 35;
const COLDEST = -40;
const WARMEST = 125;

/** Milliseconds until what was read is said: it comes just before the end of an answer, which is said, too. */
const AFTER_ANSWER = 1000;

export class LiveDesk {
  readonly #page: Page;
  readonly #say: (text: string) => void;
  readonly #words: LazyWords<DeskStrings>;
  #pins: readonly EmulatedPin[] = [];
  /** The board's clock when its pins were looked at last, and whether that is being done. */
  #seen = -1;
  #isLooking = false;
  /** What a person presses, by pin. */
  #held: ReadonlyMap<number, boolean> = new Map();
  /** How warm a person makes the chip, in degrees Celsius. */
  #celsius = ROOM;
  /** What was said last of each thing. */
  #said: ReadonlyMap<string, string> | null = null;

  constructor(page: Page, say: (text: string) => void) {
    this.#page = page;
    this.#say = say;
    this.#words = new LazyWords(page, loadDeskStrings);
    addStyles(page, [deskStyles]);
  }

  view({ choice, told, emulated }: LiveFacts): TemplateResult | null {
    const words = this.#words.current;
    if (words === null) return null;
    const board = findBoard(choice?.settings.board ?? DEFAULT_BOARD_ID);
    const found = choice === null ? null : wiringOf(choice.inspection, choice.settings, board);
    const wiring = found instanceof Error ? null : found;
    if (emulated !== null) this.#look(emulated);
    const things =
      emulated === null
        ? toldThings(wiring, told)
        : wiring === null
          ? []
          : emulatedThings(wiring, this.#pins, this.#held);
    const thermometer =
      emulated === null || !wiring?.inputs.some(({ kind }) => kind === 'temperature')
        ? null
        : this.#thermometer(emulated, words);
    // What has no pin is known when it was read.
    const readings = [...told.values()].filter(({ kind }) => kind === 'uptime' || kind === 'temperature');
    if (things.length + readings.length === 0 && thermometer === null) return null;
    this.#tell(things, readings, wiring, words);
    const press =
      emulated === null || wiring === null
        ? undefined
        : ({ pin }: DrawnThing): void => this.#press(pin, wiring, emulated);
    return html`<section class="panel desk-panel">
      <h4>${emulated === null ? words.live.serial : words.live.emulated}</h4>
      ${deskPicture({ board, things, ...(press === undefined ? {} : { press }) })}
      <ul class="desk-list">
        ${things.map((thing) => this.#line(thing, wiring, words, press))}
        ${readings.map(({ name, text }) => html`<li><span>${name}</span> <strong data-state-of=${name}>${text}</strong></li>`)}
        ${thermometer}
      </ul>
    </section>`;
  }

  #line(
    thing: DrawnThing,
    wiring: Wiring | null,
    { live }: DeskStrings,
    press: ((thing: DrawnThing) => void) | undefined,
  ): TemplateResult {
    const { name, pin, state } = thing;
    const isHeld = this.#held.has(pin);
    return html`<li>
      <span>${name} <span class="quiet">${live.gpio(pin)}</span></span>
      <strong data-state-of=${name}
        >${state.kind === 'light' && state.colour !== 0 ? html`<span class="swatch" style=${`background: ${cssColour(state.colour)}`}></span>` : nothing}${stateText(thing, wiring, live)}</strong
      >
      ${
        press === undefined || state.kind !== 'level'
          ? nothing
          : html`<button
              type="button"
              class="plain"
              aria-label=${live.press(name)}
              aria-pressed=${isHeld ? 'true' : 'false'}
              @click=${() => press(thing)}
            >
              ${live.pressShort}
            </button>`
      }
    </li>`;
  }

  /** How warm the chip is, to be changed: what its thermometer then says is the board's answer. */
  #thermometer(emulated: EmulatedPins, { live }: DeskStrings): TemplateResult {
    const change = ({ target }: Event): void => {
      const celsius = (target as HTMLInputElement).valueAsNumber;
      if (!(celsius >= COLDEST && celsius <= WARMEST)) return;
      this.#celsius = celsius;
      emulated.warm(celsius);
    };
    return html`<li>
      <label for="chip-celsius">${live.chip}</label>
      <input
        id="chip-celsius"
        type="number"
        min=${COLDEST}
        max=${WARMEST}
        .value=${String(this.#celsius)}
        @change=${change}
      />
      °C
    </li>`;
  }

  /** Whether its clock went on, and then what its pins give out. */
  #look(emulated: EmulatedPins): void {
    const { seconds } = emulated;
    if (seconds === this.#seen || this.#isLooking) return;
    // Another board, or the same from its beginning: whoever held its pins holds none now.
    if (seconds < this.#seen) {
      this.#held = new Map();
      this.#celsius = ROOM;
      this.#said = null;
    }
    this.#seen = seconds;
    this.#isLooking = true;
    emulated.pins().then(
      (pins) => {
        this.#isLooking = false;
        if (JSON.stringify(pins) === JSON.stringify(this.#pins)) return;
        this.#pins = pins;
        this.#page.element.requestUpdate();
      },
      // What became of the board is told by the conversation.
      () => (this.#isLooking = false),
    );
  }

  /** A button is pressed, or let go of: it leads to ground where the pin is pulled up, else to the supply. */
  #press(pin: number, { inputs }: Wiring, emulated: EmulatedPins): void {
    const held = new Map(this.#held);
    const level = inputs.find((input) => input.pin === pin)?.pull !== 'up';
    if (!held.delete(pin)) held.set(pin, level);
    this.#held = held;
    emulated.hold(pin, held.get(pin) ?? null);
    this.#page.element.requestUpdate();
  }

  /** Says what has changed since it was drawn last; what was there from the beginning is no news. */
  #tell(
    things: readonly DrawnThing[],
    readings: readonly ConsoleAction[],
    wiring: Wiring | null,
    { live }: DeskStrings,
  ): void {
    const before = this.#said;
    const now = new Map(things.map((thing) => [thing.name, stateText(thing, wiring, live)]));
    for (const { name, text } of readings) {
      now.set(name, text);
    }
    this.#said = now;
    if (before === null) return;
    const isRead = new Set(readings.map(({ name }) => name));
    const changed = [...now].filter(
      ([name, text]) => (isRead.has(name) || before.has(name)) && before.get(name) !== text,
    );
    if (changed.length === 0) return;
    const text = changed.map(([name, state]) => live.now(name, state)).join('. ');
    // Not while the element is drawn.
    setTimeout(() => this.#say(text), changed.some(([name]) => isRead.has(name)) ? AFTER_ANSWER : 0);
  }
}

function stateText({ name, state }: DrawnThing, wiring: Wiring | null, live: DeskStrings['live']): string {
  switch (state.kind) {
    case 'switch':
      return state.level > 0 ? live.on : live.off;
    case 'dimmer':
      return state.level > 0 ? live.percent(Math.round(state.level * 100)) : live.off;
    case 'servo':
      return state.degrees === null ? live.still : live.degrees(Math.round(state.degrees));
    case 'light':
      return state.colour === 0 ? live.off : cssColour(state.colour);
    case 'level': {
      const input = wiring?.inputs.find((one) => one.name === name);
      return (state.high ? input?.high : input?.low) ?? (state.high ? live.high : live.low);
    }
  }
}
