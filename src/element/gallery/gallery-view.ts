/** The list of known models: what each is for, and how fast it is on boards by their memories. */
import { html, type TemplateResult } from 'lit';
import type { Language } from '../../shared/languages.js';
import type { GalleryStrings } from '../strings/gallery.js';
import { KNOWN_BOARDS, KNOWN_MODELS, type KnownFit, type KnownModel } from './known-models.js';

export interface GalleryActions {
  /** @param repository on the Hub */
  open(repository: string): void;
  close(): void;
}

export function galleryView(
  language: Language,
  strings: GalleryStrings,
  actions: GalleryActions,
): TemplateResult {
  const { columns } = strings;
  return html`<h3 id="gallery-heading" tabindex="-1">${strings.heading}</h3>
    <p class="quiet">${strings.text}</p>
    <div class="gallery-table" tabindex="0" role="region" aria-labelledby="gallery-heading">
      <table>
        <thead>
          <tr>
            <th scope="col">${columns.model}</th>
            <th scope="col">${columns.use}</th>
            <th scope="col">${columns.size}</th>
            <th scope="col">${columns.licence}</th>
            ${KNOWN_BOARDS.map((board) => html`<th scope="col" dir="ltr">${board}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${KNOWN_MODELS.map((model) => row(model, language, strings, actions))}
        </tbody>
      </table>
    </div>
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.close()}>${strings.close}</button>
    </div>`;
}

function row(
  { name, repository, licence, use, parameters, fits }: KnownModel,
  language: Language,
  strings: GalleryStrings,
  actions: GalleryActions,
): TemplateResult {
  const size = new Intl.NumberFormat(language, { notation: 'compact', maximumSignificantDigits: 3 });
  return html`<tr>
    <th scope="row">
      <button
        type="button"
        class="plain"
        dir="ltr"
        aria-label=${strings.open(name)}
        @click=${() => actions.open(repository)}
      >
        ${name}
      </button>
      <span class="quiet" dir="ltr">${repository}</span>
    </th>
    <td>${strings.uses[use]}</td>
    <td>${size.format(parameters)}</td>
    <td>${licence ?? strings.noLicence}</td>
    ${fits.map((fit) => cell(fit, language, strings))}
  </tr>`;
}

function cell(fit: KnownFit | null, language: Language, strings: GalleryStrings): TemplateResult {
  if (fit === null) return html`<td class="quiet">${strings.unfit}</td>`;
  const number = new Intl.NumberFormat(language);
  return html`<td>
    ${strings.speed(number.format(fit.tokensPerSecond))}
    ${fit.tokens === null ? '' : html`<span class="quiet">${strings.cut(number.format(fit.tokens))}</span>`}
  </td>`;
}
