/** A text box to the converted model: prompt, sampling, and its words as they come. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.js';
import type { Answers } from '../home/answers-door.js';
import type { State, Trial, TrialOptions } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import type { Term } from '../strings/terms.js';
import { failureView } from './failure.js';
import { numberField } from './number-field.js';
import { showable } from '../../shared/safe-text.js';

/** Largest seed that the number field offers: what a 32-bit field of the package could hold. */
const MAX_SEED = 0xffffffff;

/** Hotter than this every model writes noise. */
const MAX_TEMPERATURE = 2;

export function trialView(
  state: Extract<State, { step: 'result' }>,
  locked: boolean,
  answers: Answers | null,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const words = strings.trial;
  const { choice, options, result, trial } = state;
  const running = trial.kind === 'running';
  if (!choice.inspection.hasTokenizer) {
    return html`<div class="panel trial">
      <h4>${words.heading}</h4>
      <p class="quiet">${words.noTokenizer}</p>
    </div>`;
  }
  const submit = (event: Event): void => {
    event.preventDefault();
    if (running) actions.cancel();
    else actions.generate();
  };
  return html`<form class="panel trial" part="trial" novalidate @submit=${submit}>
    <h4>${words.heading}</h4>
    <p class="quiet">${words.text}</p>
    <div class="field">
      <label for="prompt">${result.chat ? words.chat : words.prompt}</label>
      <textarea
        id="prompt"
        rows="2"
        dir="auto"
        .value=${options.prompt}
        ?readonly=${locked}
        @input=${(event: Event) => actions.ask({ prompt: (event.target as HTMLTextAreaElement).value })}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing || running) return;
          submit(event);
        }}
      ></textarea>
    </div>
    ${trial.kind === 'failed' ? failureView(trial.failure, strings, null, 'prompt') : nothing}
    <div class="sampling">
      ${number('temperature', words.temperature, words.greedy, options.temperature, { max: MAX_TEMPERATURE, step: 0.05 }, strings, actions, 'temperature')}
      ${number('topK', words.topK, words.topKHint, options.topK, { max: choice.inspection.vocabSize, step: 1 }, strings, actions, 'topK')}
      ${number('maxNewTokens', words.length, words.lengthHint, options.maxNewTokens, { max: result.plan.context, step: 1 }, strings, actions, 'token')}
      ${number('seed', words.seed, '', options.seed, { max: MAX_SEED, step: 1 }, strings, actions, 'seed')}
    </div>
    <div class="buttons">
      <button type="submit" class=${running ? '' : 'primary'} part="button">
        ${running ? words.stop : words.generate}
      </button>
      <span class="quiet">${facts(trial, strings)}</span>
    </div>
    ${output(trial, result.chat, answers, strings)}
  </form>`;
}

function number(
  name: Exclude<keyof TrialOptions, 'prompt'>,
  label: string,
  hint: string,
  value: number,
  limits: { readonly max: number; readonly step: number },
  strings: Strings,
  actions: Actions,
  explained: Term,
): TemplateResult {
  return numberField({
    id: name,
    label,
    hint,
    value,
    ...limits,
    term: term(explained, label, strings),
    onChange: (taken) => actions.ask({ [name]: taken }),
  });
}

function facts(trial: Trial, { trial: words }: Strings): string {
  switch (trial.kind) {
    case 'idle':
    case 'failed':
      return '';
    case 'running':
      return words.tokens(trial.tokens);
    case 'ended':
      return [
        words.tokens(trial.tokens),
        trial.tokensPerSecond > 0 ? words.rate(trial.tokensPerSecond) : '',
        words.reasons[trial.reason],
      ]
        .filter((part) => part !== '')
        .join(' · ');
  }
}

function output(
  trial: Trial,
  chat: boolean,
  answers: Answers | null,
  strings: Strings,
): TemplateResult | typeof nothing {
  const words = strings.trial;
  switch (trial.kind) {
    case 'idle':
      return html`<p class="text empty">${words.waiting}</p>`;
    case 'failed':
      return nothing;
    case 'running':
    case 'ended':
      return html`${trial.kind === 'ended' ? (answers?.home([trial.text]) ?? nothing) : nothing}
        <div class=${chat ? 'text' : 'text continued'} part="output" role="group" aria-label=${words.answer}>
          <p class="said" dir="auto" translate="no">${trial.prompt}</p>
          <div class="answer">
            ${
              (trial.kind === 'ended' ? answers?.meaning(trial.text) : null) ??
              html`<p dir="auto" translate="no">
                <span class="words">${showable(trial.text)}</span>${
                  trial.kind === 'running' ? html`<span class="caret"></span>` : nothing
                }
              </p>`
            }
          </div>
        </div>`;
  }
}
