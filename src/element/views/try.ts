/**
 * Trying the conversion before it is flashed: its image on an emulated board, with its time and what is inside, or its package
 * with the engine in the page. Both are talked to in the same way.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { EmulatorReport, EmulatorSpeed, EmulatorState } from '../../device/emulator-types.js';
import type { EmulatorActions, EngineName, SpeechActions, Talker } from '../board/board-actions.js';
import type { SpeedFigures } from '../../plan/speed-figures.js';
import type { BoardState } from '../board/board-state.js';
import type { EmulatedState } from '../board/emulated-store.js';
import type { AllStrings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { benchView } from './bench.js';
import { consoleLogView } from './console-log.js';
import { boardFailure, boardFailureView } from './flash-failure.js';
import { hex, memoryView } from './memory-view.js';
import { speedFigure } from './speed-figure.js';
import { measuredSpeed, talkView, type TalkFacts } from './talk.js';

/** What is known beside the board itself. */
export interface TryFacts {
  /** Of the model. */
  readonly name: string;
  readonly boardName: string;
  /** There is an image to boot. */
  readonly fits: boolean;
  /** What its plan expects. */
  readonly speed: SpeedFigures;
  /** The board with what lies in its memories, folded away. */
  readonly drawing: TemplateResult;
  /** As in {@link TalkFacts}. */
  readonly desk: TalkFacts['desk'];
  /** As in {@link TalkFacts}. */
  readonly voice: TalkFacts['voice'];
  /** The prompt is the page's own. */
  readonly locked: boolean;
  /** As in {@link TalkFacts}. */
  readonly answers: TalkFacts['answers'];
  /** The conversation with the engine in the page, where that was chosen; `null` while it is loaded. */
  readonly inPage: { readonly engine: Pick<Talker, 'state'>; readonly actions: SpeechActions } | null;
  readonly engine: EngineName;
}

export function tryView(
  board: BoardState,
  emulated: EmulatedState,
  facts: TryFacts,
  strings: AllStrings,
  actions: EmulatorActions,
): TemplateResult {
  const words = strings.board.try;
  return html`<section class="try" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1"><slot name="try-heading">${words.heading(facts.name)}</slot></h3>
    <slot name="try-text"></slot>
    ${engines(facts, strings, actions)}
    ${
      facts.engine === 'board'
        ? body(board, emulated, facts, strings, actions)
        : facts.inPage === null
          ? nothing
          : talkView(
              facts.inPage.engine.state,
              { ...facts, emulated: false, desk: null },
              strings,
              facts.inPage.actions,
            )
    }
  </section>`;
}

/** Who answers. */
function engines({ engine, fits }: TryFacts, strings: AllStrings, actions: EmulatorActions): TemplateResult {
  const words = strings.board.try.engines;
  return html`<fieldset class="field engines">
    <legend>${words.label}</legend>
    <div class="segments">
      ${(['board', 'page'] satisfies EngineName[]).map(
        (name) =>
          html`<label>
            <input
              type="radio"
              name="engine"
              value=${name}
              aria-describedby="engine-text"
              ?disabled=${name === 'board' && !fits}
              .checked=${engine === name}
              @change=${() => actions.choose(name)}
            /><span>${words[name].name}</span>
          </label>`,
      )}
    </div>
    <p class="quiet" id="engine-text">
      ${words[engine].text}${engine === 'board' ? term('emulator', strings.board.try.emulated, strings) : nothing}
      ${fits ? nothing : strings.board.try.unfit}
    </p>
  </fieldset>`;
}

function body(
  board: BoardState,
  emulated: EmulatedState,
  facts: TryFacts,
  strings: AllStrings,
  actions: EmulatorActions,
): TemplateResult {
  const words = strings.board.try;
  const { link } = board;
  switch (link.kind) {
    case 'absent':
      return html`<div class="panel start">
          <div class="buttons">
            <button
              id="try-start"
              type="button"
              class="primary"
              part="button primary-button"
              @click=${() => actions.start()}
            >
              ${words.start}
            </button>
          </div>
        </div>
        ${link.error === null ? nothing : boardFailureView(boardFailure(link.error, words.failed, strings), 'try-start')}
        ${board.turns.length === 0 ? nothing : afterwards(board, facts, strings, actions)}`;
    case 'opening':
      return waiting(words.stages[link.stage], strings, actions);
    case 'greeting':
      return html`${waiting(words.booting, strings, actions)} ${consoleLogView(board, null, true, strings)}`;
    case 'silent':
      return html`${boardFailureView({ title: strings.board.chat.silent, text: words.silentText, detail: link.error.message })}
      ${restartButtons(strings, actions)} ${consoleLogView(board, lineOf(facts, actions), true, strings)}
      ${memoryView(emulated, strings, actions)}`;
    case 'lost':
      return html`${link.fault === null ? boardFailureView(boardFailure(link.error, words.lost, strings)) : fault(link.fault, strings)}
      ${restartButtons(strings, actions)} ${cores(emulated.at, strings)}
      ${board.turns.length === 0 ? nothing : afterwards(board, facts, strings, actions)}
      ${consoleLogView(board, null, false, strings)} ${memoryView(emulated, strings, actions)}`;
    case 'ready':
      return html`<div class="running">
          ${talkView(board, { ...facts, emulated: true }, strings, actions.talk)}
          ${control(emulated, facts, board, strings, actions)}
        </div>
        ${emulated.status?.state === 'paused' && !emulated.resting ? cores(emulated.at, strings) : nothing}
        <div class="stack tools">
          ${facts.drawing} ${consoleLogView(board, lineOf(facts, actions), false, strings)}
          ${benchView(board, strings, actions.talk)} ${memoryView(emulated, strings, actions)}
        </div>`;
  }
}

/** A console takes any prompt, so where the prompt is the page's there is no line to type. */
function lineOf({ locked }: TryFacts, { talk }: EmulatorActions): ((line: string) => void) | null {
  return locked ? null : (line) => talk.type(line);
}

/** What was said before the board went. */
function afterwards(
  board: BoardState,
  facts: TryFacts,
  strings: AllStrings,
  actions: EmulatorActions,
): TemplateResult {
  return talkView(board, { ...facts, emulated: true }, strings, actions.talk);
}

function waiting(text: string, strings: AllStrings, actions: EmulatorActions): TemplateResult {
  return html`<div class="busy">
    <p id="waiting">${text}</p>
    <progress part="progress" aria-labelledby="waiting"></progress>
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.talk.cancel()}>
        ${strings.board.try.cancel}
      </button>
    </div>
  </div>`;
}

function restartButtons(strings: AllStrings, actions: EmulatorActions): TemplateResult {
  const words = strings.board.try;
  return html`<div class="buttons">
    <button type="button" class="primary" part="button primary-button" @click=${() => actions.start()}>
      ${words.startAgain}
    </button>
    <button type="button" part="button" @click=${() => actions.stop()}>${words.off}</button>
  </div>`;
}

function control(
  { status, speed, resting }: EmulatedState,
  facts: TryFacts,
  { turns }: BoardState,
  strings: AllStrings,
  actions: EmulatorActions,
): TemplateResult {
  const words = strings.board.try;
  const paused = status?.state === 'paused' && !resting;
  return html`<div class="panel control">
    <h4>${words.boardName(facts.boardName)}</h4>
    <dl class="facts">
      <div>
        <dt>${words.clock}</dt>
        <dd>${words.clockValue(status?.seconds ?? 0)}</dd>
      </div>
      <div>
        <dt>${words.rate}</dt>
        <dd>${paused ? words.paused : resting ? words.resting : words.rateValue(status?.rate ?? 0)}</dd>
      </div>
      <div>
        <dt>${words.instructions}</dt>
        <dd>${words.instructionsValue(status?.instructions ?? 0)}</dd>
      </div>
    </dl>
    ${speedFigure(facts.speed, measuredSpeed(turns), strings)}
    <p class="quiet">${words.estimated}</p>
    <details class="more">
      <summary>${words.speed}</summary>
      <fieldset class="field" aria-label=${words.speed}>
        <div class="segments">
          ${(['flat', 'modelled'] satisfies EmulatorSpeed[]).map(
            (name) =>
              html`<label>
                <input
                  type="radio"
                  name="speed"
                  value=${name}
                  aria-describedby="speed-text"
                  .checked=${speed === name}
                  @change=${() => actions.setSpeed(name)}
                /><span>${words.speeds[name].name}</span>
              </label>`,
          )}
        </div>
        <p class="quiet" id="speed-text">${words.speeds[speed].text}</p>
      </fieldset>
    </details>
    <div class="buttons">
      <button
        type="button"
        part="button"
        @click=${() => {
          if (paused) actions.resume();
          else actions.pause();
        }}
      >
        ${paused ? words.resume : words.pause}
      </button>
      ${
        paused
          ? ([0, 1] as const).map(
              (core) =>
                html`<button type="button" part="button" @click=${() => actions.step(core)}>
                  ${words.stepCore(core)}
                </button>`,
            )
          : nothing
      }
      <button type="button" part="button" @click=${() => actions.talk.restart()}>${words.reset}</button>
      <button type="button" part="button" @click=${() => actions.stop()}>${words.off}</button>
    </div>
  </div>`;
}

function cores(at: EmulatorState | null, strings: AllStrings): TemplateResult | typeof nothing {
  const words = strings.board.try;
  if (at === null) return nothing;
  const columns = words.coreColumns;
  return html`<div class="panel cores">
    <div class="scroll" tabindex="0" role="group" aria-label=${words.cores}>
      <table>
        <caption>
          ${words.cores}
        </caption>
        <thead>
          <tr>
            <th scope="col">${columns.core}${term('core', columns.core, strings)}</th>
            <th scope="col">${columns.state}</th>
            <th scope="col">${columns.at}</th>
            <th scope="col">${columns.function}</th>
            <th scope="col">${columns.instructions}</th>
          </tr>
        </thead>
        <tbody>
          ${at.cores.map(
            (core, index) =>
              html`<tr>
                <th scope="row">${index}</th>
                <td>${words.coreStates[core.state]}</td>
                <td><code dir="ltr" translate="no">${hex(core.pc)}</code></td>
                <td><code dir="ltr" translate="no">${core.backtrace[0]?.name ?? '–'}</code></td>
                <td>${words.instructionsValue(core.instructions)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      at.warnings.length === 0
        ? nothing
        : html`<details class="more">
            <summary>${words.warnings(at.warnings.length)}</summary>
            <ul lang="en" dir="ltr" translate="no">
              ${at.warnings.map((warning) => html`<li>${warning}</li>`)}
            </ul>
          </details>`
    }
  </div>`;
}

/** What the chip stopped at, in plain words; the details are for those who want them. */
function fault(report: EmulatorReport, strings: AllStrings): TemplateResult {
  const words = strings.board.try;
  return html`<div class="failure fault" part="failure" role="group" aria-labelledby="fault-title">
    <div>
      <h4 id="fault-title">${words.fault}</h4>
      <p>${words.faultPlace(report.core, report.seconds)} ${words.faultText}</p>
      <p class="detail" lang="en" dir="ltr" translate="no">${report.cause}</p>
      <details class="more">
        <summary>${words.faultMore}</summary>
        <div class="log scroll" role="group" tabindex="0" aria-label=${words.faultMore}>
          <pre lang="en" dir="ltr" translate="no">${report.text}</pre>
        </div>
      </details>
    </div>
  </div>`;
}
