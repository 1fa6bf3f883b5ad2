/** The first step: drop or pick a model folder, name one elsewhere, or take the page's own. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.js';
import type { CardsFacts } from '../moment/cards-door.js';
import type { State } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';
import { folderIcon } from './icons.js';

/** What the page decides about the first step. */
export interface ChooseFacts {
  /** Name of the page's model, or of the one that comes with the element; `null` when there is neither. */
  readonly sample: string | null;
  /** It is the page's. */
  readonly own: boolean;
  /** There is no other choice. */
  readonly locked: boolean;
  /** Models elsewhere may be named. */
  readonly network: boolean;
  /** Addresses that were typed before. */
  readonly recent: readonly string[];
  readonly dragging: boolean;
  /** The page shows the step of talking to a board. */
  readonly chat: boolean;
  /** Id of the control that a person chose with last, `null` where the page did. */
  readonly at: string | null;
  /** Why that led to no model. */
  readonly failure: TemplateResult | typeof nothing;
  /** The address that a person typed last. */
  readonly typed: string;
}

/** @param beside what comes right after the first view */
export function chooseView(
  facts: ChooseFacts,
  strings: FirstStrings,
  actions: Actions,
  { cards, note }: CardsFacts,
): TemplateResult {
  const { choose } = strings;
  const { at, failure } = facts;
  const beside = (...controls: (string | null)[]): TemplateResult | typeof nothing =>
    controls.includes(at) ? failure : nothing;
  return html`<section class="choose" aria-labelledby="step-heading">
    <h3 id="step-heading" class="hidden" tabindex="-1">${choose.heading}</h3>
    <slot name="choose-text"></slot>
    ${beside(null)} ${cards ?? sample(facts, strings, actions)} ${beside('sample')}
    ${
      facts.locked
        ? nothing
        : html`<div class="own">
            ${dropZone(facts, strings, actions, cards ? '' : 'primary')} ${beside('drop', 'folder', 'file')}
            ${facts.network ? addressForm(facts, strings, actions, beside('address', 'known')) : nothing}
          </div>`
    }
    ${
      facts.chat
        ? html`<p class="privacy">
            <button type="button" class="plain" @click=${() => actions.talk()}>${choose.talk}</button>
          </p>`
        : nothing
    }
    ${note && html`<p class="quiet privacy">${note}</p>`}
    <p class="quiet privacy"><slot name="privacy">${choose.privacy}</slot></p>
  </section>`;
}

function dropZone(
  { dragging }: ChooseFacts,
  { choose }: FirstStrings,
  actions: Actions,
  primary: string,
): TemplateResult {
  return html`<div id="drop" class="drop" part="drop-zone">
    ${folderIcon()}
    <p class="drop-title">
      ${dragging ? choose.dropNow : html`<slot name="drop-title">${choose.dropTitle}</slot>`}
    </p>
    <p class="quiet"><slot name="drop-hint">${choose.dropHint}</slot></p>
    <div class="buttons">
      <button
        id="folder"
        type="button"
        class=${primary}
        part=${primary ? 'button primary-button' : 'button'}
        @click=${() => actions.pickFolder()}
      >
        ${choose.pickFolder}
      </button>
      <button id="file" type="button" part="button" @click=${() => actions.pickFiles()}>
        ${choose.pickFiles}
      </button>
    </div>
  </div>`;
}

function sample(
  { sample, own, locked }: ChooseFacts,
  { choose }: FirstStrings,
  actions: Actions,
): TemplateResult | typeof nothing {
  if (sample === null) return nothing;
  return html`<div class="sample">
    <p>
      ${
        own
          ? html`<strong>${choose.ownTitle}</strong> <span class="quiet">${sample}</span>`
          : html`<strong>${choose.sampleTitle}</strong>
              <span class="quiet"><slot name="sample-text">${choose.sampleText(sample)}</slot></span>`
      }
    </p>
    <button
      id="sample"
      type="button"
      class=${locked ? 'primary' : ''}
      part=${locked ? 'button primary-button' : 'button'}
      @click=${() => actions.useSample()}
    >
      ${choose.sampleButton(sample)}
    </button>
  </div>`;
}

function addressForm(
  { recent, typed }: ChooseFacts,
  { choose }: FirstStrings,
  actions: Actions,
  failure: TemplateResult | typeof nothing,
): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const address = new FormData(event.target as HTMLFormElement).get('address');
    if (typeof address === 'string' && address.trim() !== '') actions.open(address);
  };
  return html`<form class="address" @submit=${submit}>
    <div class="field">
      <label for="address">${choose.address}</label>
      <div class="inline">
        <input
          id="address"
          name="address"
          type="text"
          dir="ltr"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="address-hint"
          .value=${typed}
        />
        <button type="submit" part="button">${choose.open}</button>
      </div>
      <p class="quiet" id="address-hint">${choose.addressHint}</p>
      ${failure}
      <button id="known" type="button" class="plain" @click=${() => actions.open('?')}>
        ${choose.known}
      </button>
    </div>
    ${
      recent.length === 0
        ? nothing
        : html`<p class="quiet" id="recent">${choose.recent}</p>
            <ul class="recent" aria-labelledby="recent">
              ${recent.map(
                (address) =>
                  html`<li>
                    <button type="button" class="plain" dir="ltr" @click=${() => actions.open(address)}>
                      ${address}
                    </button>
                  </li>`,
              )}
            </ul>`
    }
  </form>`;
}

/** While a model is read. @param bar how far its download is, where that is known */
export function readingView(
  state: Extract<State, { step: 'reading' }>,
  strings: FirstStrings,
  actions: Actions,
  bar: TemplateResult = html`<progress aria-labelledby="step-heading"></progress>`,
): TemplateResult {
  return html`<section class="busy" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">${strings.reading.heading(state.name)}</h3>
    <p class="quiet">${strings.reading.text}</p>
    ${bar}
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.cancel()}>${strings.reading.cancel}</button>
    </div>
  </section>`;
}
