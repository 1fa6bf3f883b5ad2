/** The files that a conversion leaves. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Actions, DownloadKind } from '../actions.js';
import { imageName } from '../file-names.js';
import type { KitProgress } from '../kit-download.js';
import type { Failure, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { commandLine } from './command-line.js';
import { term } from '../terms/term.js';
import type { Term } from '../strings/terms.js';
import { failureView } from './failure.js';

type Result = Extract<State, { step: 'result' }>;

/** What is known beside the result. */
export interface TakeFacts {
  /** Why the last file could not be made. */
  readonly failure: Failure | null;
  /** Whether the command was copied, `null` before it was tried. */
  readonly copied: boolean | null;
  /** How far the archive is that is made, `null` while none is. */
  readonly making: KitProgress | null;
  /** Address of the element in one file, which kits carry. */
  readonly bundle: string;
}

export function takeView(
  state: Result,
  { failure, copied, making, bundle }: TakeFacts,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const words = strings.take;
  const { image } = state;
  return html`<section class="take" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">
      <slot name="take-heading">${words.heading(state.choice.inspection.name)}</slot>
    </h3>
    <slot name="take-text"></slot>
    ${files(state, { copied, making, bundle }, image.kind === 'failed' ? image.failure : failure, strings, actions)}
    ${making === null ? nothing : progress(making, strings, actions)}
  </section>`;
}

function files(
  state: Result,
  { copied, making, bundle }: Pick<TakeFacts, 'copied' | 'making' | 'bundle'>,
  failure: Failure | null,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const words = strings.take;
  const { image, result } = state;
  const made = image.kind === 'made' ? image.image : null;
  const unfit = !result.plan.fits;
  const imageless = unfit || made?.file === null;
  const rows: Readonly<Record<'image' | 'parts' | 'package' | 'component' | 'tflm' | 'kit', FileRow>> = {
    image: {
      title: words.image,
      text: imageText(state, strings),
      term: 'image',
      button: words.downloadImage,
      detail: made === null ? '.bin' : `.bin, ${words.bytes(made.bytes)}`,
      disabled: imageless,
    },
    parts: {
      title: words.parts,
      text: words.partsText,
      term: 'partitions',
      button: words.downloadParts,
      detail: '.zip',
      disabled: unfit,
    },
    package: {
      title: words.package,
      text: words.packageText,
      term: 'package',
      button: words.download,
      detail: `.s3lm, ${words.bytes(result.package.length)}`,
      disabled: false,
    },
    component: {
      title: words.component,
      text: words.componentText,
      button: words.downloadComponent,
      detail: '.zip',
      // An application gives the model text.
      disabled: !state.choice.inspection.hasTokenizer,
    },
    tflm: {
      title: 'TensorFlow Lite Micro',
      text: words.tflmText,
      button: words.downloadTflm,
      detail: '.zip',
      disabled: false,
    },
    kit: {
      title: words.kit,
      text: words.kitText,
      button: words.downloadKit,
      detail: '.zip',
      disabled: imageless,
    },
  };
  // Browsers read no file from a disk for a page, and such a page is part of a kit already.
  const hasKit = !bundle.startsWith('file:');
  const row = (kind: keyof typeof rows, busy = false): TemplateResult =>
    html`${file(kind, rows[kind], strings, actions, busy)}
    ${failure?.at === `save-${kind}` ? besideFile(failure, image, strings, actions) : nothing}`;
  return html`${row('image')}
  ${made?.sha256 ? command(made.made.layout.chip.id, imageName(state), made.sha256, copied, strings, actions) : nothing}
  ${row('parts')} ${row('package')}
  ${hasKit ? (['component', 'tflm', 'kit'] as const).map((kind) => row(kind, making !== null)) : nothing}`;
}

function imageText({ image, result }: Result, { take }: Strings): string {
  if (!result.plan.fits) return take.doesNotFit;
  if (image.kind === 'making') return take.packing;
  if (image.kind === 'made' && image.image.file === null) return take.notBootable;
  return take.imageText;
}

function besideFile(
  failure: Failure,
  image: Result['image'],
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const shown = failureView(failure, strings, null);
  if (image.kind !== 'failed') return html`${shown}`;
  return html`${shown}
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.makeImage()}>${strings.take.retry}</button>
    </div>`;
}

interface FileRow {
  readonly title: string;
  readonly text: string;
  readonly term?: Term;
  readonly button: string;
  readonly detail: string;
  readonly disabled: boolean;
}

/** @param busy the file is being made: the button keeps the focus and does nothing */
function file(
  kind: DownloadKind,
  row: FileRow,
  strings: Strings,
  actions: Actions,
  busy = false,
): TemplateResult {
  const primary = kind === 'image';
  return html`<div class="panel file">
    <div>
      <h4>${row.title}</h4>
      <p class="quiet">${row.text}${row.term === undefined ? nothing : term(row.term, row.title, strings)}</p>
    </div>
    <button
      id=${`save-${kind}`}
      type="button"
      class=${primary ? 'primary' : ''}
      part=${primary ? 'button primary-button' : 'button'}
      ?disabled=${row.disabled}
      aria-disabled=${busy ? 'true' : nothing}
      @click=${() => {
        if (!busy) actions.download(kind);
      }}
    >
      ${row.button} <small>${row.detail}</small>
    </button>
  </div>`;
}

function progress({ done, total }: KitProgress, { take }: Strings, actions: Actions): TemplateResult {
  return html`<div class="kit-progress">
    <label for="kit-progress">${take.packing}</label>
    ${
      total === 0
        ? html`<progress id="kit-progress"></progress>`
        : html`<progress id="kit-progress" max=${total} .value=${done}></progress>
            <span class="quiet">${take.kitPacked(take.bytes(done), take.bytes(total))}</span>`
    }
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.cancel()}>${take.stopPacking}</button>
    </div>
  </div>`;
}

/** How the image gets onto a board without this page, and how to tell that it arrived whole. */
function command(
  chip: string,
  name: string,
  sha256: string,
  copied: boolean | null,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { take } = strings;
  return html`<div class="command">
    <h4>${take.command}</h4>
    <p class="quiet">${take.commandText}</p>
    ${commandLine(chip, name, copied, strings, (text) => {
      actions.copy(text);
    })}
    <p class="quiet">${take.digest}: <code dir="ltr" class="digest" translate="no">${sha256}</code></p>
  </div>`;
}
