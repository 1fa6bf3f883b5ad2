/** The custom element: its properties, its life and its frame. Importing it registers nothing; `define.ts` does. */
import { LitElement, html, type PropertyValues, type TemplateResult } from 'lit';
import { flag, property } from './property.js';
import { DEFAULT_BOARD_ID } from '../plan/defaults.js';
import type { PlanJson } from '../plan/plan.js';
import type { Report } from '../quantize/report.js';
import { UsageError } from '../shared/errors.js';
import type { NamedFile } from '../source/file-list-folder.js';
import type { ConvertResult } from '../worker/jobs.js';
import type { BoardSeams } from './board/board-seams.js';
import type { AssetUrls } from './asset-urls.js';
import type { BoardImage } from './board-image.js';
import { CustomStates } from './custom-states.js';
import { EventQueue } from './event-queue.js';
import { LanguageController } from './language.js';
import type { Page } from './page.js';
import { PageFiles } from './page-files.js';
import { pageStore } from './page-store.js';
import { makeParts } from './parts.js';
import { presetOf } from './preset-words.js';
import { prepareRoot } from './render-root.js';
import { stepView } from './step-view.js';
import { stepOf, type State, type Step } from './state.js';
import type { Converter } from './store.js';
import { base } from './styles/base.js';
import { choose } from './styles/choose.js';
import { tokens } from './styles/tokens.js';
import { chipIcon } from './views/icons.js';
import { stepsView } from './views/steps.js';

export { Esp32LlmBoardEvent } from './events/board-event.js';
export { Esp32LlmErrorEvent } from './events/error-event.js';
export { Esp32LlmFlashEvent } from './events/flash-event.js';
export { Esp32LlmImageEvent } from './events/image-event.js';
export { Esp32LlmPlanEvent } from './events/plan-event.js';
export { Esp32LlmProgressEvent } from './events/progress-event.js';
export { Esp32LlmReportEvent } from './events/report-event.js';
export { Esp32LlmStateEvent } from './events/state-event.js';
export { Esp32LlmTokenEvent } from './events/token-event.js';
export type { AssetUrls, Converter, Step };

/**
 * Turns a HuggingFace model folder into an image that an ESP32-S3 or ESP32 boots: quantizes it, shows what that cost, runs the image on an
 * emulated board, flashes it over USB and talks to the board. All work is done by the page; nothing is uploaded.
 *
 * @tagname esp32-llm-converter
 * @summary Converts a language model for the ESP32-S3 or ESP32 in the page.
 *
 * @attr {string} lang - Language of the element, BCP 47; without it that of the page around it. English, Spanish and Simplified Chinese have words; others get English.
 *
 * @event {Esp32LlmStateEvent} esp32-llm-state - After the element went to another step.
 * @event {Esp32LlmPlanEvent} esp32-llm-plan - After a model was read, and after every setting that gave another plan.
 * @event {Esp32LlmProgressEvent} esp32-llm-progress - While a model is downloaded and converted.
 * @event {Esp32LlmReportEvent} esp32-llm-report - After a conversion, and when an earlier one is shown again, with report, plan and package.
 * @event {Esp32LlmImageEvent} esp32-llm-image - After the image for the board was put together.
 * @event {Esp32LlmBoardEvent} esp32-llm-board - When a board, emulated or on a cable, is reached for, can be talked to, or no longer can.
 * @event {Esp32LlmFlashEvent} esp32-llm-flash - While a board is looked at and flashed, with progress.
 * @event {Esp32LlmTokenEvent} esp32-llm-token - For every token that a board generates.
 * @event {Esp32LlmErrorEvent} esp32-llm-error - When a failure is shown.
 *
 * @slot heading - Replaces the title; use a heading element.
 * @slot drop-hint - Replaces the line that says which files a model folder has.
 * @slot drop-title - Replaces the line that asks for a folder.
 * @slot sample-text - Replaces the line that offers the model that comes with the element.
 * @slot choose-text - Something of the page's own at the top of this step, as have the steps after it.
 * @slot fit-heading - Replaces the words of this step's heading; no heading element.
 * @slot fit-text - Something of the page's own below the heading of this step.
 * @slot convert-heading - Replaces the words of this step's heading; no heading element.
 * @slot convert-text - Something of the page's own below the heading of this step.
 * @slot compare-heading - Replaces the words of this step's heading; no heading element.
 * @slot compare-text - Something of the page's own below the heading of this step.
 * @slot try-heading - Replaces the words of this step's heading; no heading element.
 * @slot try-text - Something of the page's own below the heading of this step.
 * @slot take-heading - Replaces the words of this step's heading; no heading element.
 * @slot take-text - Something of the page's own below the heading of this step.
 * @slot flash-heading - Replaces the words of this step's heading; no heading element.
 * @slot flash-text - Something of the page's own below the heading of this step.
 * @slot chat-heading - Replaces the words of this step's heading; no heading element.
 * @slot chat-text - Something of the page's own below the heading of this step.
 * @slot privacy - Replaces the line that says that nothing is uploaded.
 *
 * @csspart base - The frame around everything.
 * @csspart drop-zone - The area that takes dropped folders.
 * @csspart button - Every button with a frame.
 * @csspart primary-button - The button of the next step.
 * @csspart progress - The progress bar of a conversion.
 * @csspart failure - A failure message.
 * @csspart memories - The list of memory bars.
 * @csspart verdict - The judgement of a conversion with its figures.
 * @csspart tensors - The table of tensors.
 * @csspart trial - The form that talks to the converted model.
 * @csspart output - What the converted model said.
 *
 * @cssproperty --esp32-llm-accent - Colour of buttons, links and marks.
 * @cssproperty --esp32-llm-on-accent - Colour of text on the accent.
 * @cssproperty --esp32-llm-ground - Background.
 * @cssproperty --esp32-llm-panel - Background of panels.
 * @cssproperty --esp32-llm-ink - Colour of text.
 * @cssproperty --esp32-llm-quiet - Colour of secondary text.
 * @cssproperty [--esp32-llm-font=system-ui, sans-serif] - Font of all text.
 * @cssproperty [--esp32-llm-radius=0.5rem] - Radius of corners.
 * @cssproperty [--esp32-llm-max-width=96rem] - Greatest width; `none` fills what is around the element.
 *
 * @cssstate choose - A model is to be chosen.
 * @cssstate reading - A model is read.
 * @cssstate fit - Settings are chosen.
 * @cssstate converting - A model is converted.
 * @cssstate convert - How the conversion went is shown.
 * @cssstate compare - The report is shown.
 * @cssstate take - The files are shown.
 * @cssstate try - The emulated board is shown.
 * @cssstate flash - The flashing of boards is shown.
 * @cssstate chat - The conversation with a board on a cable is shown.
 * @cssstate dragging - Files are held over the element.
 */
export class Esp32LlmConverter extends LitElement {
  static override styles = [tokens, base, choose];

  /**
   * Addresses of single files that lie elsewhere than beside the script, for all elements of the page; relative ones are
   * resolved against the page. Keys: `kernels`, `twin`, `emulator`, `firmware`, `bundle` (the element in one file, for class
   * kits) and `model` (folder of the sample, `null` for none). Set it before the element is first used; the class is what
   * `customElements.get('esp32-llm-converter')` gives, where it was not imported.
   */
  static assets: Partial<AssetUrls> = {};

  /**
   * Makes what does the work; `null` takes the worker.
   * @internal
   */
  static converter: (() => Promise<Converter>) | null = null;

  /**
   * Puts images together; `null` takes the firmware.
   * @internal
   */
  static imageMaker: ((result: ConvertResult) => Promise<BoardImage>) | null = null;

  /**
   * Stands in for the browser's ports, the emulator and the flasher.
   * @internal
   */
  static boardSeams: BoardSeams = {};

  readonly #states = new CustomStates(this);
  readonly #words = new LanguageController(this);
  readonly #files = new PageFiles(this, () => Esp32LlmConverter.assets);
  readonly #events = new EventQueue(this);
  readonly #store = pageStore(
    this,
    this.#words,
    this.#files,
    this.#events,
    Esp32LlmConverter,
    (now, before) => {
      this.#changed(now, before);
    },
  );
  readonly #page: Page = {
    element: this,
    store: this.#store,
    words: this.#words,
    files: this.#files,
    boardSeams: () => Esp32LlmConverter.boardSeams,
  };
  readonly #parts = makeParts(this.#page, (dragging) => this.#states.set('dragging', dragging));
  /** The focus was inside when the current update began. */
  #hadFocus = false;

  /**
   * The page's own model: address of its folder, or `hf:owner/name` for a model of the Hugging Face Hub. Without it the model
   * that comes with the element.
   */
  @property() model: string | null = null;

  /**
   * The page's own model as files, instead of an address: for pages that were opened from a disk and cannot fetch. The attribute
   * `model` then only names it.
   */
  @property({ attribute: false }) modelFiles: readonly (File | NamedFile)[] | null = null;

  /** Id of the board that is chosen at first. */
  @property() board: string = DEFAULT_BOARD_ID;

  /**
   * How numbers are stored, at first: words of `weights:auto`, `int8`, `int4`, a granularity (`granularity:auto`, `tensor`,
   * `channel`, `group:128`, `group:64`, `group:32`, `group:16`), `activations:auto`, `activations:int16` and so on,
   * `cache:auto`, `cache:int8`, `cache:k16v8`, `cache:int16` or `cache:float32`;
   * `chat:template` or `chat:begin` (the begin token before chats whose template writes none).
   */
  @property() scheme = '';

  /** Context in tokens at first, from 2 to the longest that the model was made for; without it the plan chooses. */
  @property({ type: Number }) context: number | null = null;

  /** Work that goes into the weights at first: `quick` (default), `good` or `best`, which take longer and come closer to the original. */
  @property() effort: string | null = null;

  /** What the model is asked at first. */
  @property() prompt: string | null = null;

  /** What readers cannot change: words of `model`, `board`, `scheme`, `context`, `prompt`; without words, or `true`, all of it. */
  @property() locked: string | boolean | null = null;

  /**
   * The steps that are shown: words of `choose`, `fit`, `convert`, `compare`, `try`, `take`, `flash`, `chat`; default all. Without
   * `choose` the page's own `model` is read by itself, once: when the element is first shown with both attributes. `convert` is
   * shown while it lasts, whether named or not, and `choose` where nothing is read by itself.
   */
  @property() steps: string | null = null;

  /** Readers cannot name models elsewhere: no field for addresses and models of the Hub. */
  @property({ attribute: 'no-network', converter: flag }) noNetwork = false;

  /**
   * The page's address carries model, settings, prompt and step, behind the `#`, beside what the page has there: reload, back and
   * forth, and links lead to the same place, and readers can copy a link and this tag. A link loads no model from elsewhere
   * before a reader agrees.
   */
  @property({ converter: flag }) address = false;

  /** Address of a mirror of the Hugging Face Hub, which alone is asked for every model of the Hub. */
  @property() hub: string | null = null;

  /** Address of one's own firmware: an ESP-IDF application, a merged image or a linked program; default the element's. */
  @property() firmware: string | null = null;

  /** Somebody's own firmware as a file, instead of an address: for pages that were opened from a disk and cannot fetch. */
  @property({ attribute: false }) firmwareFile: File | null = null;

  /** Colours: `light` or `dark`; without it those that the reader's system prefers. */
  @property({ reflect: true }) theme: string | null = null;

  /** Folder that holds the `.wasm` files, the firmware and `models/home-commands/`; default the script's own. */
  @property({ attribute: 'asset-base' }) assetBase: string | null = null;

  /**
   * A copy of `worker.js` on the page's own origin, with `emulator-worker.js` and `tuner-worker.js` beside it, for pages whose content policy forbids blob workers.
   */
  @property({ attribute: 'worker-url' }) workerUrl: string | null = null;

  constructor() {
    super();
    // Later ones follow the changes of the state.
    this.#states.set(this.step, true);
  }

  /** `lang` is the browser's own property; only its changes are of interest. */
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'lang'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang' && this.isConnected) this.#words.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move within the document disconnects as well; only what stays away gives up its worker.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#parts.models.release();
      this.#store.release();
      this.#parts.boards.room?.release();
      this.#parts.views.release();
    });
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    return prepareRoot(this, super.createRenderRoot());
  }

  /** A reader never sees the first view in one language and then in another. */
  protected override shouldUpdate(): boolean {
    return !this.#words.pending;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if ((changed.has('firmware') || changed.has('firmwareFile')) && this.#store.result !== null) {
      // Another firmware makes another image.
      this.#parts.boards.room?.forget();
      this.#store.forgetImage();
      this.#parts.boards.follow(this.#store.state);
    }
    this.#parts.views.way?.draws();
    this.#parts.live.follow(this.#parts.views.later);
    this.#hadFocus = this.shadowRoot !== null && this.shadowRoot.activeElement !== null;
  }

  protected override updated(): void {
    if (this.isConnected && this.#parts.models.isSettled) void this.load();
    const { address, way } = this.#parts.views;
    // What was focused may be gone with its view; keyboard and screen reader then go on at the new heading.
    if (this.#hadFocus && this.shadowRoot?.activeElement === null)
      this.shadowRoot.querySelector<HTMLElement>('#step-heading')?.focus({ preventScroll: way !== null });
    way?.drawn();
    address?.drawn();
  }

  #changed(now: State, before: State): void {
    this.requestUpdate();
    if (now.step !== 'choose') void this.#parts.views.load();
    const [step, previous] = [stepOf(now), stepOf(before)];
    this.#parts.boards.hold(this.#store.result);
    if (step !== previous) {
      this.#states.set(previous, false);
      this.#states.set(step, true);
      this.#parts.boards.follow(now);
      this.#parts.views.leave();
    }
    this.#events.follow(now, before);
  }

  /** The current step: `choose`, `reading`, `fit`, `converting`, `convert` (how it went), `compare`, `try`, `take`, `flash` or `chat`. */
  get step(): Step {
    return stepOf(this.#store.state);
  }

  /** The report of the last conversion while it is shown, else `null`. */
  get report(): Report | null {
    return this.#store.state.step === 'result' ? this.#store.state.result.report : null;
  }

  /** The plan of the chosen model and settings, `null` before a model is chosen. */
  get plan(): PlanJson | null {
    return 'choice' in this.#store.state ? this.#store.state.choice.plan : null;
  }

  /** The converted package, `null` before there is one. Copy the bytes before changing or transferring them. */
  get package(): Uint8Array | null {
    return this.#store.state.step === 'result' ? this.#store.state.result.package : null;
  }

  /**
   * Reads a model; afterwards the step is `fit` (or what follows the steps that are left out), or `choose` when it failed (see the
   * event `esp32-llm-error`). Always fulfilled.
   * @param source address of a model folder, `hf:owner/name` for a model of the Hugging Face Hub, files (of a file input, or
   *   with their paths), or nothing for the attribute `model` or the sample
   */
  async load(source?: string | URL | Iterable<File | NamedFile>): Promise<void> {
    await this.#parts.models.load(source);
  }

  /** Converts the model that was read; afterwards the step is `compare`, or the first after it that is shown, or `fit` when it failed or was cancelled. A conversion that runs already is waited for.
   * @throws UsageError before a model was read
   */
  async convert(): Promise<void> {
    if (!('choice' in this.#store.state)) throw new UsageError('There is no model to convert.');
    await this.#store.convert();
  }

  /**
   * What a board boots: firmware, partition table and model in one file, to be written to flash address 0.
   * @throws UsageError before a model was converted, or when the page's own firmware has no bootloader; FitError when the
   *   model does not fit the board; TransportError when the firmware cannot be fetched
   */
  async image(): Promise<Blob> {
    // A firmware that was just set is the one that is meant.
    if (this.hasUpdated) await this.updateComplete;
    const { file, made } = await this.#store.image();
    // Without a bootloader the pieces say what is missing.
    return file ?? new Blob(made.pieces() as Uint8Array<ArrayBuffer>[]);
  }

  /** Stops what is running, on boards too. */
  cancel(): void {
    this.#parts.models.take();
    this.#store.cancel();
    this.#parts.boards.room?.cancel();
    this.#parts.views.downloads?.cancel();
  }

  /**
   * Lets the person choose a board on a cable, and shows the conversation with it; see the event `esp32-llm-board` for what
   * becomes of it. Browsers permit it only shortly after a click or key press.
   * @throws UsageError while a model is read, fitted or converted, and where the page leaves the step `chat` out
   */
  async connect(): Promise<void> {
    const boards = await this.#parts.boards.load();
    if (presetOf(this).steps.has('chat') && this.#store.state.step === 'choose') this.#store.talk();
    else this.#store.show('chat');
    await boards.connect(this.step);
  }

  /**
   * Flashes the converted model onto the board that was found, or onto one that the person chooses first: browsers permit
   * that only shortly after a click or key press. Fulfilled when it is written, checked and restarted, or was cancelled.
   * @throws UsageError before a model was converted, without a click or key press, and where the page leaves the step `flash` out;
   *   FlashError when the board cannot be flashed
   */
  async flash(): Promise<void> {
    const boards = await this.#parts.boards.load();
    this.#store.show('flash');
    await boards.flash();
  }

  /**
   * Sends a prompt to the board on the cable, or to the emulated one when there is none, which a person starts in the step
   * `try`; see the event `esp32-llm-token`.
   * @returns {Promise<string>} the whole answer
   * @throws UsageError when no board is ready; BoardError when the board refuses; TransportError when it goes away
   */
  async send(text: string): Promise<string> {
    const boards = await this.#parts.boards.load();
    return boards.send(text);
  }

  /** Back to the choice of a model. */
  reset(): void {
    this.#parts.models.take();
    this.#store.reset();
  }

  protected override render(): TemplateResult {
    const { actions, live, models, views } = this.#parts;
    const { drops, picked } = models;
    return html`<div
      class=${drops.dragging ? 'base dragging' : 'base'}
      part="base"
      lang=${this.#words.language}
      @dragenter=${drops.over}
      @dragover=${drops.over}
      @dragleave=${drops.leave}
      @drop=${drops.drop}
    >
      <header>
        <div class="title">
          ${chipIcon()}<slot name="heading"><h2>${this.#words.first.title}</h2></slot>
        </div>
        ${stepsView(this.#store, presetOf(this).steps, this.#words.first, (step) => {
          actions.show(step);
        })}
      </header>
      <div class="body">${views.address?.card()}${stepView(this.#page, this.#parts)}</div>
      ${views.address?.share()}
      <div class="hidden" role="status">${live.text}</div>
      <input id="folder-input" type="file" hidden webkitdirectory @change=${picked} />
      <input id="file-input" type="file" hidden multiple @change=${picked} />
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'esp32-llm-converter': Esp32LlmConverter;
  }
}
