/** The cards of the models that come with the element: what each does, how large it is, and a way to talk to it at once. */
import { html, type nothing, type TemplateResult } from 'lit';
import type { SampleModel } from '../samples/sample-model.js';
import type { CardStrings } from '../strings/cards.js';
import type { Term } from '../strings/terms.js';
import { term, type TermWords } from '../terms/term.js';

/** What cards say, and what the view around them says of what could not be loaded. */
export type CardWords = CardStrings & TermWords;

export interface CardActions {
  /** Talks to a model on an emulated board, beginning with a prompt. */
  talk(model: SampleModel, prompt: string): void;
  /** Goes through all steps with it. */
  convert(model: SampleModel): void;
}

/** Id of the button that talks to a model. */
export function cardId({ folder }: SampleModel): string {
  return `talk-${folder}`;
}

/**
 * @param board the one that a person has, and the way to find it
 * @param failure what a model was chosen for in vain, beside its button
 */
export function cardsView(
  models: readonly SampleModel[],
  words: CardWords,
  board: TemplateResult | typeof nothing,
  failure: (model: SampleModel) => TemplateResult | typeof nothing,
  actions: CardActions,
): TemplateResult {
  return html`<div class="cards">
    <div>
      <h4>${words.heading}</h4>
      <p class="quiet"><slot name="sample-text">${words.text}</slot></p>
      ${board}
    </div>
    <ul>
      ${models.map((model) => html`<li>${card(model, words, failure(model), actions)}</li>`)}
    </ul>
  </div>`;
}

function card(
  model: SampleModel,
  words: CardWords,
  failure: TemplateResult | typeof nothing,
  actions: CardActions,
): TemplateResult {
  const { folder, card: about, facts } = model;
  const id = `card-${folder}`;
  const fact = (label: string, value: string, explained?: Term): TemplateResult =>
    html`<div>
      <dt>${label}${explained && term(explained, label, words)}</dt>
      <dd>${value}</dd>
    </div>`;
  const names = new Intl.DisplayNames([words.language], { type: 'language' });
  const speaks = new Intl.ListFormat(words.language, { style: 'narrow', type: 'unit' }).format(
    about.speaks.map((language) => names.of(language) ?? language),
  );
  return html`<article aria-labelledby=${id}>
    <h5 id=${id}>${about.title[words.language]}</h5>
    <p>${about.does[words.language]}</p>
    <button
      id=${cardId(model)}
      type="button"
      class="primary"
      part="button primary-button"
      aria-describedby=${id}
      @click=${() => {
        actions.talk(model, about.examples[0]);
      }}
    >
      ${words.talk}
    </button>
    ${failure}
    <p class="quiet" id=${`${id}-ask`}>${words.ask}</p>
    <ul class="examples" aria-labelledby=${`${id}-ask`}>
      ${about.examples.map(
        (example) =>
          html`<li>
            <button
              type="button"
              part="button"
              lang=${about.speaks[0]}
              dir="auto"
              @click=${() => {
                actions.talk(model, example);
              }}
            >
              ${example}
            </button>
          </li>`,
      )}
    </ul>
    <dl>
      ${fact(words.parameters, words.count(facts.parameters), 'parameter')}
      ${fact(words.size, words.bytes(facts.bytes), 'package')}
      ${fact(words.boards, words.boardsValue(facts.fits, facts.boards), 'module')}
      ${fact(words.speaks, speaks)}
    </dl>
    <button
      type="button"
      class="plain"
      aria-describedby=${id}
      @click=${() => {
        actions.convert(model);
      }}
    >
      ${words.convert}
    </button>
  </article>`;
}
