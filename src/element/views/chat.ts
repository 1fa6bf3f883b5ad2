/** Talking to a board on a cable, one flashed a minute ago or last year. */
import { showableLine } from '../../shared/safe-text.js';
import { html, nothing, type TemplateResult } from 'lit';
import type { SerialSupport } from '../../device/serial-support.js';
import type { ChatActions } from '../board/board-actions.js';
import type { BoardState } from '../board/board-state.js';
import type { AllStrings } from '../strings/strings.js';
import { benchView } from './bench.js';
import { consoleLogView } from './console-log.js';
import { boardFailure, boardFailureView } from './flash-failure.js';
import { portHelpView, type PortFacts } from './port-help.js';
import { serialReasonView } from './serial-reason.js';
import type { SpeedFigures } from '../../plan/speed-figures.js';
import { speedFigure } from './speed-figure.js';
import { term } from '../terms/term.js';
import type { Term } from '../strings/terms.js';
import { measuredSpeed, talkView, type TalkFacts } from './talk.js';

/** What is known beside the board. */
export interface ChatFacts {
  readonly support: SerialSupport['status'] | null;
  /** What the plan of the conversion expects, `null` without one. */
  readonly planned: PlannedSpeed | null;
  /** The prompt is the page's own. */
  readonly locked: boolean;
  /** As in {@link TalkFacts}. */
  readonly answers: TalkFacts['answers'];
  /** There is a conversion to go back to; else the way leads to the first step. */
  readonly converted: boolean;
  /** There is an emulated board to talk to. */
  readonly canTry: boolean;
  readonly ports: PortFacts;
  /** As in {@link TalkFacts}. */
  readonly desk: TalkFacts['desk'];
  /** As in {@link TalkFacts}. */
  readonly voice: TalkFacts['voice'];
}

/** The speeds of a package, which a board that has it is measured against. */
export interface PlannedSpeed {
  readonly packageBytes: number;
  readonly speed: SpeedFigures;
}

export function chatView(
  state: BoardState,
  facts: ChatFacts,
  strings: AllStrings,
  actions: ChatActions,
): TemplateResult {
  const words = strings.board.chat;
  return html`<section class="chat" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1"><slot name="chat-heading">${words.heading}</slot></h3>
    <slot name="chat-text"></slot>
    ${body(state, facts, strings, actions)} ${portHelpView(facts.ports, strings)}
    ${
      facts.converted
        ? nothing
        : html`<div class="buttons end">
            <button type="button" part="button" @click=${() => actions.leave()}>${words.back}</button>
          </div>`
    }
  </section>`;
}

function body(
  state: BoardState,
  facts: ChatFacts,
  strings: AllStrings,
  actions: ChatActions,
): TemplateResult {
  const words = strings.board.chat;
  const { link, log } = state;
  if (facts.support !== null && facts.support !== 'available')
    return html`${serialReasonView(facts.support, strings)}
    ${
      facts.canTry
        ? html`<div class="buttons">
            <button
              type="button"
              class="primary"
              part="button primary-button"
              @click=${() => actions.toTry()}
            >
              ${words.toTry}
            </button>
          </div>`
        : nothing
    }`;
  // A console takes any prompt, so where the prompt is the page's there is no line to type.
  const line = facts.locked ? null : (text: string): void => actions.talk.type(text);
  const said =
    state.turns.length === 0
      ? nothing
      : talkView(state, { ...facts, emulated: false }, strings, actions.talk);
  switch (link.kind) {
    case 'absent':
      return html`<div class="panel start">
          <p>${words.intro}</p>
          <div class="buttons">${connectButton(strings, actions)}</div>
        </div>
        ${link.error === null ? nothing : boardFailureView(boardFailure(link.error, words.failed, strings), 'chat-connect')}
        ${said}`;
    case 'opening':
      return waiting(words.connecting, null, strings, actions);
    case 'greeting':
      return html`${waiting(words.greeting, words.greetingText, strings, actions)}
      ${log === '' ? nothing : consoleLogView(state, null, true, strings)}`;
    case 'silent':
      return html`<div class="failure" part="failure" role="group" aria-labelledby="failure-title">
          <div>
            <h4 id="failure-title">${words.silent}</h4>
            <p>${words.silentText}</p>
          </div>
        </div>
        <div class="buttons">
          <button type="button" class="primary" part="button primary-button" @click=${() => actions.retry()}>
            ${words.retry}
          </button>
          <button type="button" part="button" @click=${() => actions.talk.restart()}>${words.restart}</button>
          <button type="button" part="button" @click=${() => actions.disconnect()}>
            ${words.disconnect}
          </button>
        </div>
        ${consoleLogView(state, line, true, strings)}`;
    case 'lost':
      return html`${boardFailureView({ ...boardFailure(link.error, words.lost, strings), title: words.lost })}
        <div class="buttons">${connectButton(strings, actions)}</div>
        ${said} ${consoleLogView(state, null, false, strings)}`;
    case 'ready':
      return html`<div class="running">
          ${talkView(state, { ...facts, emulated: false }, strings, actions.talk)}
          ${about(link.facts, link.welcome.context, speed(state, facts, link.facts, strings), strings, actions)}
        </div>
        <div class="stack tools">
          ${benchView(state, strings, actions.talk)} ${consoleLogView(state, line, false, strings)}
        </div>`;
  }
}

function connectButton(strings: AllStrings, actions: ChatActions): TemplateResult {
  return html`<button
    id="chat-connect"
    type="button"
    class="primary"
    part="button primary-button"
    @click=${() => actions.connect()}
  >
    ${strings.board.chat.connect}
  </button>`;
}

function waiting(
  text: string,
  more: string | null,
  strings: AllStrings,
  actions: ChatActions,
): TemplateResult {
  return html`<div class="busy">
    <p id="waiting">${text}</p>
    <progress part="progress" aria-labelledby="waiting"></progress>
    ${more === null ? nothing : html`<p class="quiet">${more}</p>`}
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.talk.cancel()}>
        ${strings.board.chat.cancel}
      </button>
    </div>
  </div>`;
}

/** What the plan of the very package that is on the board expects, beside what the board was seen to do. */
function speed(
  { turns }: BoardState,
  { planned }: ChatFacts,
  facts: ReadonlyMap<string, string>,
  strings: AllStrings,
): TemplateResult | typeof nothing {
  if (planned === null || facts.get('package_bytes') !== String(planned.packageBytes)) return nothing;
  return speedFigure(planned.speed, measuredSpeed(turns), strings);
}

/** Facts whose names are terms. */
const TERMS: Readonly<Record<string, Term>> = {
  parameters: 'parameter',
  scheme: 'int8',
  flash_mode: 'flash',
  psram_mode: 'psram',
};

/** What the board says of itself, in its own words. */
function about(
  facts: ReadonlyMap<string, string>,
  context: number,
  speedText: TemplateResult | typeof nothing,
  strings: AllStrings,
  actions: ChatActions,
): TemplateResult {
  const words = strings.board.chat;
  const known = Object.entries(words.facts).flatMap(([name, label]) => {
    const value = facts.get(name);
    return value === undefined ? [] : [[label, value, TERMS[name]] as const];
  });
  return html`<div class="panel control">
    <h4>${words.about}</h4>
    <dl class="facts">
      ${known.map(
        ([label, value, explained]) =>
          html`<div>
            <dt>${label}${explained === undefined ? nothing : term(explained, label, strings)}</dt>
            <dd lang="en" translate="no" dir="auto">${showableLine(value)}</dd>
          </div>`,
      )}
      ${
        context === 0
          ? nothing
          : html`<div>
              <dt>${words.context}${term('context', words.context, strings)}</dt>
              <dd>${words.contextValue(context)}</dd>
            </div>`
      }
    </dl>
    ${speedText}
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.talk.restart()}>${words.restart}</button>
      <button type="button" part="button" @click=${() => actions.disconnect()}>${words.disconnect}</button>
    </div>
  </div>`;
}
