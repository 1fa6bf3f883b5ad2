/** Flashing a board over USB: choose it, see what it is, write, check, restart; several one after another. */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import type { Chip } from '../../chips/chip.js';
import { bootHelp } from '../../device/flash-help.js';
import { FlashError, isRefusal } from '../../device/flash-errors.js';
import type { FlashProgress } from '../../device/flash-progress.js';
import type { FlashActions } from '../board/board-actions.js';
import type { FlashState, FlashStep } from '../board/flash-store.js';
import { macText, outcomeText } from '../board/tally-table.js';
import type { AllStrings } from '../strings/strings.js';
import { commandLine } from './command-line.js';
import type { SpeedFigures } from '../../plan/speed-figures.js';
import { speedFigure } from './speed-figure.js';
import { term } from '../terms/term.js';
import { adviceView, flashFailureView } from './flash-failure.js';
import { foundView, partsView } from './flash-board.js';
import { markIcon } from './mark-icon.js';
import { portHelpView, type PortFacts } from './port-help.js';
import { serialReasonView } from './serial-reason.js';

/** What is known beside the flashing itself. */
export interface FlashFacts {
  /** Of the model. */
  readonly name: string;
  readonly fits: boolean;
  /** What its plan expects. */
  readonly speed: SpeedFigures;
  /** The board with what will lie in its memories, folded away. */
  readonly drawing: TemplateResult;
  /** As esptool calls it. */
  readonly chip: Pick<Chip, 'id' | 'name'>;
  /** Name of the image as a file. */
  readonly fileName: string;
  /** Whether the command was copied, `null` before it was tried. */
  readonly copied: boolean | null;
  /** The page shows these steps. */
  readonly canTake: boolean;
  readonly canChat: boolean;
  readonly ports: PortFacts;
  /** What can be done for a board that the image does not fit. */
  readonly otherBoard: TemplateResult | typeof nothing;
}

export function flashView(
  state: FlashState,
  facts: FlashFacts,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  return html`<section class="flash" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1"><slot name="flash-heading">${words.heading(facts.name)}</slot></h3>
    <slot name="flash-text"></slot>
    ${facts.fits ? body(state, facts, strings, actions) : html`<p class="panel">${words.unfit}</p>`}
    ${portHelpView(facts.ports, strings)} ${tally(state, strings, actions)}
    ${
      facts.fits && !isBusy(state.step)
        ? html`<div class="panel">${speedFigure(facts.speed, null, strings)}</div>
            ${facts.drawing} ${otherWay(facts, strings, actions)}`
        : nothing
    }
  </section>`;
}

/** A board is being looked at or written: there is nothing to choose. */
function isBusy({ kind }: FlashStep): boolean {
  return kind === 'looking' || kind === 'flashing';
}

function body(
  state: FlashState,
  facts: FlashFacts,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  if (state.support !== null && state.support !== 'available')
    return html`${serialReasonView(state.support, strings)}`;
  if (state.imageError !== null) return withoutImage(state.imageError, strings, actions);
  const { step } = state;
  switch (step.kind) {
    case 'idle':
      return idle(state, step.error, facts, strings, actions);
    case 'looking':
      return looking(step.progress, strings, actions);
    case 'found':
      return found(state, step, facts, strings, actions);
    case 'flashing':
      return flashing(step.progress, strings, actions);
    case 'done':
      return done(state, step, facts, strings, actions);
    case 'failed':
      return failed(step, state, strings, actions);
  }
}

/** What kept the image from being made may be over: a network that was away, a file that was not there. */
function withoutImage(error: Error, strings: AllStrings, actions: FlashActions): TemplateResult {
  return html`${flashFailureView(error, strings, strings.failures.image, 'flash-again')}
    <div class="buttons">
      <button
        id="flash-again"
        type="button"
        class="primary"
        part="button primary-button"
        @click=${() => {
          actions.prepare();
        }}
      >
        ${strings.board.flash.again}
      </button>
    </div>`;
}

function idle(
  { image }: FlashState,
  error: Error | null,
  { chip }: FlashFacts,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  return html`<div class="panel start">
      <p>${words.intro(chip.name)}${term('port', words.port, strings)}</p>
      ${image === null ? html`<p class="quiet">${words.making}</p>` : partsView(image, strings)}
      <div class="buttons">
        <button
          id="flash-connect"
          type="button"
          class="primary"
          part="button primary-button"
          @click=${() => actions.connect()}
        >
          ${words.connect}
        </button>
      </div>
    </div>
    ${error === null ? nothing : flashFailureView(error, strings, words.failed, 'flash-connect')}
    <details class="more help">
      <summary>${words.help}</summary>
      <ul>
        ${words.helpText.map((line) => html`<li>${line}</li>`)}
      </ul>
      ${adviceView(
        bootHelp('enter-loader', 'usb-serial-jtag').filter(
          (step) => step !== 'retry' && step !== 'other-socket',
        ),
        strings,
      )}
    </details>`;
}

function looking(progress: FlashProgress | null, strings: AllStrings, actions: FlashActions): TemplateResult {
  const words = strings.board.flash;
  return html`<div class="busy">
    <p id="flash-phase">${progress === null ? words.looking : words.phases[progress.phase]}</p>
    <progress part="progress" aria-labelledby="flash-phase"></progress>
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.cancel()}>${words.cancel}</button>
    </div>
  </div>`;
}

function found(
  state: FlashState,
  { board, problem, accepted }: Extract<FlashStep, { kind: 'found' }>,
  { otherBoard }: FlashFacts,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  const { image, slow } = state;
  const doubtful = accepted || (problem instanceof FlashError && problem.code === 'psram-too-small');
  return html`${
      problem === null
        ? html`<div class="notice good">
            <p class="badge good">${markIcon(true)} ${words.ready}</p>
            <p>${words.warning}</p>
          </div>`
        : flashFailureView(problem, strings)
    }
    ${otherBoard}
    ${
      doubtful
        ? html`<label class="check">
            <input
              type="checkbox"
              .checked=${accepted}
              @change=${(event: Event) => actions.accept((event.target as HTMLInputElement).checked)}
            />
            ${words.accept}
          </label>`
        : nothing
    }
    <div class="panel">${image === null ? nothing : foundView(board, image.needs, strings)}</div>
    ${image === null ? nothing : partsView(image, strings)}
    ${problem === null && board.connection === 'uart-bridge' ? speedField(slow, strings, actions) : nothing}
    ${labelField(state, strings, actions)}
    <div class="buttons">
      <button
        type="button"
        class=${problem === null ? 'primary' : ''}
        part=${problem === null ? 'button primary-button' : 'button'}
        ?disabled=${problem !== null}
        @click=${() => actions.flash()}
      >
        ${words.flash}
      </button>
      <button type="button" part="button" @click=${() => actions.connect()}>${words.connectAgain}</button>
    </div>`;
}

/** A bridge that loses bytes at the usual rate does not at the rate with which every chip begins. */
function speedField(slow: boolean, strings: AllStrings, actions: FlashActions): TemplateResult {
  return html`<label class="check">
    <input
      type="checkbox"
      .checked=${slow}
      @change=${(event: Event) => actions.setSlow((event.target as HTMLInputElement).checked)}
    />
    ${strings.board.flash.slow}
  </label>`;
}

/** For the tally: whoever has one board has nothing to tell apart. */
function labelField(
  { label, entries }: FlashState,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  return html`<details class="more board-name" ?open=${label !== '' || entries.length > 1}>
    <summary>${words.several}</summary>
    <div class="field">
      <label for="board-label">${words.label}</label>
      <input
        id="board-label"
        type="text"
        dir="auto"
        maxlength="40"
        autocomplete="off"
        aria-describedby="board-label-hint"
        .value=${label}
        @input=${(event: Event) => actions.name((event.target as HTMLInputElement).value)}
      />
      <p class="quiet" id="board-label-hint">${words.labelHint}</p>
    </div>
  </details>`;
}

function flashing(
  progress: FlashProgress | null,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  const value = progress === null || progress.total === 0 ? undefined : progress.done / progress.total;
  return html`<div class="busy">
    <p id="flash-phase">
      ${words.phases[progress?.phase ?? 'connecting']}${
        progress === null || progress.part === null
          ? nothing
          : html`: ${words.partNames[progress.part] ?? progress.part}`
      }
    </p>
    <progress part="progress" aria-labelledby="flash-phase" max="1" value=${ifDefined(value)}></progress>
    <p class="amount">
      <span>${progress === null ? '' : amount(progress, strings)}</span>
      <span class="quiet"
        >${progress === null || progress.unchanged === 0 ? '' : words.unchanged(progress.unchanged)}</span
      >
    </p>
    <p class="quiet">${words.keep}</p>
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.cancel()}>${words.cancel}</button>
    </div>
  </div>`;
}

function amount(progress: FlashProgress, strings: AllStrings): string {
  const words = strings.board.flash;
  const facts = [words.amount(progress.done, progress.total)];
  if (progress.bytesPerSecond !== null) facts.push(words.rate(progress.bytesPerSecond));
  if (progress.secondsLeft !== null) facts.push(words.left(progress.secondsLeft));
  return facts.join(' · ');
}

function done(
  { image }: FlashState,
  { entry }: Extract<FlashStep, { kind: 'done' }>,
  { canChat }: FlashFacts,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  const { written, milliseconds, started, board } = entry.outcome;
  return html`<div class="notice good" role="group" aria-labelledby="flashed">
      <h4 class="badge good" id="flashed">${markIcon(true)} ${words.done}</h4>
      <p>${words.doneText(written, image?.bytes ?? written, milliseconds)}</p>
      <p>${words.started[started]}</p>
      ${started === 'running' ? nothing : adviceView(bootHelp('start-program', board.connection), strings)}
    </div>
    <div class="buttons">
      ${
        canChat
          ? html`<button
              type="button"
              class="primary"
              part="button primary-button"
              @click=${() => actions.talk()}
            >
              ${words.talk}
            </button>`
          : nothing
      }
      <button
        type="button"
        class=${canChat ? '' : 'primary'}
        part=${canChat ? 'button' : 'button primary-button'}
        @click=${() => actions.next()}
      >
        ${words.next}
      </button>
    </div>`;
}

function failed(
  { error }: Extract<FlashStep, { kind: 'failed' }>,
  state: FlashState,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  // A port that is gone or taken may need another choice; a chip that did not answer is still the chosen one.
  const again = (): void => {
    if (isGone(error)) actions.connect();
    else actions.lookAgain();
  };
  const refused = isRefusal(error);
  const primary = (yes: boolean): readonly [string, string] =>
    yes ? ['primary', 'button primary-button'] : ['', 'button'];
  const [againClass, againPart] = primary(!refused);
  const [otherClass, otherPart] = primary(refused);
  return html`${flashFailureView(error, strings, words.failed, refused ? 'flash-other' : 'flash-again')}
    ${refused ? labelField(state, strings, actions) : nothing}
    <div class="buttons">
      <button id="flash-again" type="button" class=${againClass} part=${againPart} @click=${again}>
        ${words.again}
      </button>
      <button
        id="flash-other"
        type="button"
        class=${otherClass}
        part=${otherPart}
        @click=${() => actions.connect()}
      >
        ${words.connectAgain}
      </button>
    </div>`;
}

function isGone(error: Error): boolean {
  return !(error instanceof FlashError) || error.code === 'port-lost' || error.code === 'port-busy';
}

const OUTCOME_CLASS = { flashed: 'good', failed: 'bad', refused: 'bad', cancelled: '' } as const;

function tally(
  { entries, tally: sum }: FlashState,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult | typeof nothing {
  const words = strings.board.flash;
  if (sum === null || entries.length === 0) return nothing;
  const columns = words.tallyColumns;
  return html`<div class="panel tally">
    <h4>${words.tally}</h4>
    <p>
      ${words.tallyText(sum.flashed, sum.failed, sum.silent)}
      ${sum.millisecondsPerBoard === null ? nothing : html`<span class="quiet">${words.pace(sum.millisecondsPerBoard)}</span>`}
    </p>
    <div class="scroll" tabindex="0" role="group" aria-label=${words.tally}>
      <table>
        <caption class="hidden">
          ${words.tally}
        </caption>
        <thead>
          <tr>
            <th scope="col">${columns.number}</th>
            <th scope="col">${columns.label}</th>
            <th scope="col">${columns.mac}</th>
            <th scope="col">${columns.outcome}</th>
          </tr>
        </thead>
        <tbody>
          ${[...entries].reverse().map(
            (entry) =>
              html`<tr>
                <th scope="row">${entry.number}</th>
                <td dir="auto">${entry.label}</td>
                <td>
                  <code dir="ltr" translate="no">${macText(entry)}</code>
                </td>
                <td class=${OUTCOME_CLASS[entry.outcome.kind]}>${outcomeText(entry, strings)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.saveTally()}>${words.saveTally}</button>
    </div>
  </div>`;
}

/** The same without Web Serial. */
function otherWay(
  { chip, fileName, copied, canTake }: FlashFacts,
  strings: AllStrings,
  actions: FlashActions,
): TemplateResult {
  const words = strings.board.flash;
  return html`<div class="command">
    <h4>${words.otherWay}</h4>
    <p class="quiet">${words.otherWayText}</p>
    ${commandLine(chip.id, fileName, copied, strings, (text) => {
      actions.copy(text);
    })}
    ${
      canTake
        ? html`<p>
            <button type="button" class="plain" @click=${() => actions.show('take')}>${words.toImage}</button>
          </p>`
        : nothing
    }
  </div>`;
}
