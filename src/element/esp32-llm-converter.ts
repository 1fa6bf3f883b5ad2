/** The custom element: wires page, store and views. Importing it registers nothing; `define.ts` does. */
import { LitElement, adoptStyles, html, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { DEFAULT_BOARD_ID } from '../plan/defaults.js';
import type { PlanJson } from '../plan/plan.js';
import type { Report } from '../quantize/report.js';
import { TransportError, UsageError } from '../shared/errors.js';
import type { NamedFile } from '../source/file-list-folder.js';
import type { ConvertResult } from '../worker/jobs.js';
import type { Actions } from './actions.js';
import { Boards, boardsLoadingView } from './boards.js';
import type { BoardHost, BoardRoom, BoardSeams } from './board/board-room.js';
import type { assetUrls, AssetUrls } from './asset-urls.js';
import { folderName, pageUrl, sampleUrl, type AssetChoices } from './assets.js';
import type { BoardImage } from './board-image.js';
import { Esp32LlmBoardEvent } from './events/board-event.js';
import { Esp32LlmErrorEvent } from './events/error-event.js';
import { Esp32LlmFlashEvent } from './events/flash-event.js';
import { Esp32LlmImageEvent } from './events/image-event.js';
import { Esp32LlmPlanEvent } from './events/plan-event.js';
import { Esp32LlmProgressEvent } from './events/progress-event.js';
import { Esp32LlmReportEvent } from './events/report-event.js';
import { Esp32LlmStateEvent } from './events/state-event.js';
import { Esp32LlmTokenEvent } from './events/token-event.js';
import type { DownloadHost, Downloads } from './downloads.js';
import { explain } from './explain.js';
import { FileDrops } from './file-drops.js';
import type { Chosen } from './model-choice.js';
import { NO_PRESET, readPresetWords, type PresetWords } from './preset-words.js';
import { recentAddresses } from './recent.js';
import { stepOf, type Failure, type State, type Step } from './state.js';
import { ConverterStore, type Converter } from './store.js';
import { LanguageController } from './language.js';
import { base } from './styles/base.js';
import { choose } from './styles/choose.js';
import { tokens } from './styles/tokens.js';
import { chooseView, readingView, type ChooseFacts } from './views/choose.js';
import { chipIcon } from './views/icons.js';
import { stepsView } from './views/steps.js';
import type * as LaterViews from './views/later.js';

export {
  Esp32LlmBoardEvent,
  Esp32LlmErrorEvent,
  Esp32LlmFlashEvent,
  Esp32LlmImageEvent,
  Esp32LlmPlanEvent,
  Esp32LlmProgressEvent,
  Esp32LlmReportEvent,
  Esp32LlmStateEvent,
  Esp32LlmTokenEvent,
};
export type { AssetUrls, Converter, Step };

/**
 * Turns a HuggingFace model folder into an image that an ESP32-S3 boots: quantizes it, shows what that cost, runs the image on an
 * emulated board, flashes it over USB and talks to the board. All work is done by the page; nothing is uploaded.
 *
 * @tagname esp32-llm-converter
 * @summary Converts a language model for the ESP32-S3 in the page.
 *
 * @attr {string} lang - Language of the element, BCP 47; without it that of the page around it. English, Spanish and Simplified Chinese have words; others get English.
 *
 * @event {Esp32LlmStateEvent} esp32-llm-state - After the element went to another step.
 * @event {Esp32LlmPlanEvent} esp32-llm-plan - After a model was read, and after every setting that gave another plan.
 * @event {Esp32LlmProgressEvent} esp32-llm-progress - While a model is converted.
 * @event {Esp32LlmReportEvent} esp32-llm-report - After a conversion, with report, plan and package.
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
 * @cssproperty [--esp32-llm-max-width=64rem] - Greatest width; `none` fills what is around the element.
 *
 * @cssstate choose - A model is to be chosen.
 * @cssstate reading - A model is read.
 * @cssstate fit - Settings are chosen.
 * @cssstate converting - A model is converted.
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

  readonly #internals = this.attachInternals();
  readonly #words = new LanguageController(this);
  readonly #store = new ConverterStore({
    converter: async () => {
      // What fails from now on is explained in words that are not those of the first view.
      const words = this.#words.load().catch(() => undefined);
      try {
        return await (Esp32LlmConverter.converter ?? (() => this.#createConverter()))();
      } finally {
        await words;
      }
    },
    image: async (result) => {
      if (Esp32LlmConverter.imageMaker !== null) return Esp32LlmConverter.imageMaker(result);
      const { makeBoardImage, assetUrls } = await import('./board-image.js').catch(notLoaded);
      return makeBoardImage(result, this.#firmware(assetUrls));
    },
    onImage: ({ file, sha256 }) => {
      this.dispatchEvent(new Esp32LlmImageEvent({ image: file, sha256 }));
    },
    explain: (error, doing) => this.#explain(error, doing),
    onChange: (now, before) => {
      this.#changed(now, before);
    },
    onProgress: (progress) => {
      this.dispatchEvent(new Esp32LlmProgressEvent(progress));
    },
    onFailure: (failure) => {
      this.#dispatch([new Esp32LlmErrorEvent(failure.message, failure.error)]);
    },
  });
  readonly #actions: Actions = {
    pickFolder: () => {
      this.#pick('folder');
    },
    pickFiles: () => {
      this.#pick('file');
    },
    useSample: () => void this.load(),
    open: (address) => void this.#load({ typed: address }),
    talk: () => {
      this.#store.talk();
    },
    show: (panel) => {
      this.#store.show(panel);
    },
    dismiss: () => {
      this.reset();
    },
    change: (settings) => void this.#store.change(settings),
    convert: () => void this.convert(),
    cancel: () => {
      this.cancel();
    },
    adjust: () => {
      this.#store.adjust();
    },
    reset: () => {
      this.reset();
    },
    download: (kind) => void this.#download(kind),
    makeImage: () => void this.#store.image().catch(() => undefined),
    copy: (text) => {
      void this.#copy(text);
    },
    toggleTensor: (name) => {
      this.openTensor = this.openTensor === name ? null : name;
    },
    ask: (options) => {
      this.#store.ask(options);
    },
    generate: () => void this.#store.generate(),
  };
  readonly #boards = new Boards(
    () => this.#host(),
    () => {
      this.boards = this.#boards.room;
    },
  );
  readonly #drops = new FileDrops(this, {
    accepts: () => this.view.step === 'choose' && !this.#modelLocked(),
    onDragging: (dragging) => {
      if (dragging) this.#internals.states.add('dragging');
      else this.#internals.states.delete('dragging');
    },
    onDrop: (dropped) => void this.#load({ dropped }),
  });
  /** Counts what was chosen and taken back. */
  #turn = 0;
  /** To be dispatched; the first is on its way. */
  readonly #events: Event[] = [];
  /** Something was chosen, or that was taken back. */
  #isChosen = false;
  /** What the live region spoke of last. */
  #told: State = this.#store.state;
  /** The focus was inside when the current update began. */
  #hadFocus = false;

  @state() private view: State = this.#store.state;
  @state() private openTensor: string | null = null;
  /** Why the last file could not be made. */
  @state() private downloadFailure: Failure | null = null;
  /** Whether the last attempt to copy in this step did. */
  @state() private copied: boolean | null = null;
  /** What makes files, once loaded. */
  @state() private downloads: Downloads | null = null;
  @state() private announcement = '';
  /** The views that come after the first, once loaded. */
  @state() private later: typeof LaterViews | null = null;
  /** All about boards, once loaded. */
  @state() private boards: BoardRoom | null = null;
  /** Why it could not be loaded. */
  @state() private boardsFailure: Failure | null = null;

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
   * How numbers are stored, at first: words of `int8`, a granularity (`tensor`, `channel`, `group:128`, `group:64`,
   * `group:32`), `dynamic` or `static` activations, `cache:auto`, `cache:int8` or `cache:float32`.
   */
  @property() scheme = '';

  /** Context in tokens at first, from 2 to the longest that the model was made for; without it the plan chooses. */
  @property({ type: Number }) context: number | null = null;

  /** What the model is asked at first. */
  @property() prompt: string | null = null;

  /** What readers cannot change: words of `model`, `board`, `scheme`, `context`, `prompt`; without words all of it. */
  @property() locked: string | null = null;

  /**
   * The steps that are shown: words of `choose`, `fit`, `convert`, `compare`, `try`, `take`, `flash`, `chat`; default all. Without
   * `choose` the page's own `model` is read by itself, once: when the element is first shown with both attributes. `convert` is
   * shown while it lasts, whether named or not, and `choose` where nothing is read by itself.
   */
  @property() steps: string | null = null;

  /** Readers cannot name models elsewhere: no field for addresses and models of the Hub. */
  @property({ type: Boolean, attribute: 'no-network' }) noNetwork = false;

  /**
   * Address of somebody's own firmware for the image: an ESP-IDF application, a merged image, or a linked program. Default the
   * firmware that comes with the element.
   */
  @property() firmware: string | null = null;

  /** Somebody's own firmware as a file, instead of an address: for pages that were opened from a disk and cannot fetch. */
  @property({ attribute: false }) firmwareFile: File | null = null;

  /** Colours: `light` or `dark`; without it those that the reader's system prefers. */
  @property({ reflect: true }) theme: string | null = null;

  /** Folder that holds the `.wasm` files, the firmware and `models/home-commands/`; default the script's own. */
  @property({ attribute: 'asset-base' }) assetBase: string | null = null;

  /**
   * A copy of `worker.js` on the page's own origin, with `emulator-worker.js` beside it, for pages whose content policy
   * forbids blob workers.
   */
  @property({ attribute: 'worker-url' }) workerUrl: string | null = null;

  constructor() {
    super();
    // Later ones follow the changes of the state.
    this.#internals.states.add(this.step);
  }

  /** `lang` is the browser's own property; only its changes are of interest. */
  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'lang'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang' && this.isConnected) this.#words.follow();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move within the document disconnects as well; only what stays away gives up its worker.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#turn++;
      // What the page had read by itself is read again when the element is back.
      if (this.view.step === 'choose' || this.view.step === 'reading') this.#isChosen = false;
      this.#store.release();
      this.boards?.release();
      this.downloads?.cancel();
    });
  }

  /** A reader never sees the first view in one language and then in another. */
  protected override shouldUpdate(): boolean {
    return !this.#words.pending;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if ((changed.has('firmware') || changed.has('firmwareFile')) && this.view.step === 'result')
      this.#forgetImage();
    this.#tell();
    this.#hadFocus = this.shadowRoot !== null && this.shadowRoot.activeElement !== null;
  }

  protected override updated(): void {
    // Nothing was chosen or taken back yet, and the page leaves no choice.
    if (this.isConnected && !this.#isChosen && this.model && !this.#presetWords().steps.has('choose'))
      void this.load();
    // What was focused may be gone with its view; keyboard and screen reader then go on at the new heading.
    if (!this.#hadFocus || this.shadowRoot?.activeElement !== null) return;
    this.shadowRoot.querySelector<HTMLElement>('#step-heading')?.focus();
  }

  /** Says what changed, as soon as its words are there. */
  #tell(): void {
    const { view: now, later } = this;
    const { first, all } = this.#words;
    // What a setting comes to is said when its plan is there.
    if (now === this.#told || (now.step === 'fit' && now.planning)) return;
    let text: string | null;
    if (now.step === 'choose') text = now.failure?.title ?? '';
    else if (now.step === 'reading') text = first.reading.heading(now.name);
    else if (later === null || all === null) return;
    else text = later.announcement(now, this.#told, all);
    this.#told = now;
    if (text !== null) this.#say(text);
  }

  /** Puts a sentence into the live region. Screen readers pass over one that stands there already, so it gets another end. */
  #say(text: string): void {
    this.announcement = text !== '' && text === this.announcement ? `${text}\u00a0` : text;
  }

  /** Another firmware makes another image, and boards that run the one before are let go. */
  #forgetImage(): void {
    this.boards?.forget();
    this.#store.forgetImage();
    this.#tellBoards(this.view, this.view);
  }

  #changed(now: State, before: State): void {
    this.view = now;
    if (now.step !== 'choose' && this.later === null) void this.#loadViews();
    const events: Event[] = [];
    if (
      now.step === 'fit' &&
      !now.planning &&
      !('choice' in before && before.choice.plan === now.choice.plan)
    ) {
      events.push(new Esp32LlmPlanEvent(now.choice.inspection.name, now.choice.plan));
    }
    const [step, previous] = [stepOf(now), stepOf(before)];
    if (step !== previous) {
      this.#internals.states.delete(previous);
      this.#internals.states.add(step);
      this.#tellBoards(now, before);
      if (now.step !== 'result') this.openTensor = null;
      this.downloadFailure = null;
      this.copied = null;
      if (now.step !== 'result') this.downloads?.cancel();
      events.push(new Esp32LlmStateEvent(step, previous));
      if (now.step === 'result' && before.step !== 'result') {
        const { report, plan, package: bytes } = now.result;
        events.push(
          new Esp32LlmReportEvent({ name: now.choice.inspection.name, report, plan, package: bytes }),
        );
      }
    }
    this.#dispatch(events);
  }

  /** Events in the order of what they tell, also where a handler of one brings about the next. */
  #dispatch(events: readonly Event[]): void {
    const first = this.#events.length === 0;
    this.#events.push(...events);
    while (first && this.#events[0] !== undefined) {
      this.dispatchEvent(this.#events[0]);
      this.#events.shift();
    }
  }

  /** Boards are told which of their panels is shown, and when the result that they run is gone. */
  #tellBoards(now: State, before: State): void {
    if (before.step === 'result' && now.step !== 'result') this.boards?.forget();
    const panel = now.step === 'talk' ? 'talk' : now.step === 'result' ? now.panel : null;
    if (panel === null || panel === 'compare' || panel === 'take') return;
    void this.#loadBoards().then(
      (room) => {
        room.enter(panel);
      },
      () => undefined,
    );
  }

  async #loadBoards(): Promise<BoardRoom> {
    this.boardsFailure = null;
    try {
      return await this.#boards.load();
    } catch (cause) {
      // Without the words the headline alone is in the reader's language.
      await this.#words.load().catch(() => undefined);
      const error = missing(cause);
      this.boardsFailure = this.#explain(error, 'read');
      this.#say(this.boardsFailure.title);
      this.dispatchEvent(new Esp32LlmErrorEvent(error.message, error));
      throw error;
    }
  }

  /** What is loaded later knows the element by this. */
  #host(): BoardHost & DownloadHost {
    const preset = (): PresetWords => this.#presetWords();
    return {
      target: this,
      seams: Esp32LlmConverter.boardSeams,
      changed: () => {
        this.requestUpdate();
      },
      announce: (text) => {
        this.#say(text);
      },
      strings: () => this.#words.all,
      result: () => (this.view.step === 'result' ? this.view : null),
      image: () => this.#store.image(),
      firmware: () => this.#firmware(),
      kit: () => ({
        bundle: this.#assets().bundle,
        ownFirmware: this.#ownFirmware() !== undefined,
        prompt: this.prompt,
        language: this.#words.language,
      }),
      failed: (cause) => {
        this.#downloadFailed(cause);
      },
      emulator: () => {
        const { workerUrl } = this;
        const worker = !workerUrl
          ? null
          : new URL('emulator-worker.js', this.#url(workerUrl, 'worker-url')).href;
        return { emulator: this.#assets().emulator, worker };
      },
      prompt: () => this.prompt,
      isLocked: (lock) => preset().locked.has(lock),
      hasStep: (step) => preset().steps.has(step),
      show: (panel) => {
        this.#store.show(panel);
      },
      leave: () => {
        this.reset();
      },
      save: (download) => {
        void import('./downloads.js')
          .then(({ save }) => {
            save(download);
          })
          .catch((cause: unknown) => {
            this.#downloadFailed(cause);
          });
      },
      copy: (text) => {
        this.#actions.copy(text);
      },
      copied: () => this.copied,
    };
  }

  async #loadViews(): Promise<void> {
    try {
      const [later] = await Promise.all([import('./views/later.js'), this.#words.load()]);
      if (this.renderRoot instanceof ShadowRoot) {
        adoptStyles(this.renderRoot, [...Esp32LlmConverter.elementStyles, ...later.laterStyles]);
      }
      this.later = later;
    } catch (cause) {
      await this.#refuse(missing(cause));
    }
  }

  #explain(error: Error, doing: Parameters<typeof explain>[1]): Failure {
    return explain(error, doing, this.#words.first, this.#words.all);
  }

  async #createConverter(): Promise<Converter> {
    const { createConverter, assetUrls } = await import('./converter.js').catch(notLoaded);
    const { workerUrl } = this;
    return createConverter(this.#assets(assetUrls), workerUrl ? this.#url(workerUrl, 'worker-url') : null);
  }

  #url(address: string, attribute: string): string {
    return pageUrl(address, document.baseURI, attribute).href;
  }

  /** @param resolve comes with everything that is loaded after the first view */
  #assets(resolve: typeof assetUrls | undefined = this.later?.assetUrls): AssetUrls {
    if (resolve === undefined) throw missing('views');
    return resolve(this.#places());
  }

  #places(): AssetChoices {
    return {
      base: this.assetBase ?? null,
      overrides: Esp32LlmConverter.assets,
      page: document.baseURI,
    };
  }

  /** Address of the page's own model, else of the sample, else `null`. What is wrong with it is told when it is loaded. */
  #modelAddress(): string | null {
    try {
      return this.model || sampleUrl(this.#places());
    } catch {
      return null;
    }
  }

  /** The page's own firmware, if it has one. */
  #ownFirmware(): string | File | undefined {
    return this.firmwareFile ?? this.firmware ?? Esp32LlmConverter.assets.firmware;
  }

  #firmware(resolve?: typeof assetUrls): string | File {
    const own = this.#ownFirmware() ?? this.#assets(resolve).firmware;
    return typeof own === 'string' ? this.#url(own, 'firmware') : own;
  }

  async #download(kind: Parameters<Actions['download']>[0]): Promise<void> {
    this.downloadFailure = null;
    const turn = this.#turn;
    try {
      const { Downloads } = await import('./downloads.js');
      if (turn !== this.#turn) return;
      this.downloads ??= new Downloads(this.#host());
      await this.downloads.make(kind);
    } catch (cause) {
      this.#downloadFailed(cause);
    }
  }

  #downloadFailed(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const failure = this.#explain(error, 'image');
    this.downloadFailure = failure;
    this.#say(failure.title);
    this.dispatchEvent(new Esp32LlmErrorEvent(failure.message, failure.error));
  }

  async #copy(text: string): Promise<void> {
    const { step } = this;
    const copied = (await this.later?.copy(text)) ?? false;
    const announce = this.#words.all?.announce;
    if (step !== this.step || announce === undefined) return;
    this.copied = copied;
    this.#say(copied ? announce.copied : announce.notCopied);
  }

  /** Opens the browser's choice of files. */
  #pick(what: 'folder' | 'file'): void {
    this.renderRoot.querySelector<HTMLInputElement>(`#${what}-input`)?.click();
  }

  readonly #picked = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same folder may be picked again.
    input.value = '';
    if (files.length > 0 && !this.#modelLocked()) void this.load(files);
  };

  /** The current step: `choose`, `reading`, `fit`, `converting`, `compare`, `try`, `take`, `flash` or `chat`. */
  get step(): Step {
    return stepOf(this.view);
  }

  /** The report of the last conversion while it is shown, else `null`. */
  get report(): Report | null {
    return this.view.step === 'result' ? this.view.result.report : null;
  }

  /** The plan of the chosen model and settings, `null` before a model is chosen. */
  get plan(): PlanJson | null {
    return 'choice' in this.view ? this.view.choice.plan : null;
  }

  /** The converted package, `null` before there is one. Copy the bytes before changing or transferring them. */
  get package(): Uint8Array | null {
    return this.view.step === 'result' ? this.view.result.package : null;
  }

  /**
   * Reads a model; afterwards the step is `fit` (or what follows the steps that are left out), or `choose` when it failed (see the
   * event `esp32-llm-error`). Always fulfilled.
   * @param source address of a model folder, `hf:owner/name` for a model of the Hugging Face Hub, files (of a file input, or
   *   with their paths), or nothing for the attribute `model` or the sample
   */
  async load(source?: string | URL | Iterable<File | NamedFile>): Promise<void> {
    const chosen = source ?? this.modelFiles ?? this.#modelAddress();
    await this.#load(
      chosen === null || typeof chosen === 'string' || chosen instanceof URL
        ? { address: chosen && String(chosen) }
        : { files: chosen },
    );
  }

  async #load(chosen: Chosen): Promise<void> {
    const turn = this.#take();
    try {
      const { chooseModel } = await import('./model-choice.js').catch(notLoaded);
      await chooseModel(chosen, this, document.baseURI, this.#store, () => turn === this.#turn);
    } catch (error) {
      if (turn === this.#turn) await this.#refuse(error);
    }
  }

  /** Shows why a model could not even be asked for, with what to do about it. */
  async #refuse(error: unknown): Promise<void> {
    const turn = this.#turn;
    // Without the words the headline alone is in the reader's language.
    await this.#words.load().catch(() => undefined);
    if (turn === this.#turn) this.#store.refuse(error instanceof Error ? error : new Error(String(error)));
  }

  /** Converts the model that was read; afterwards the step is `compare`, or the first after it that is shown, or `fit` when it failed or was cancelled. A conversion that runs already is waited for.
   * @throws UsageError before a model was read
   */
  async convert(): Promise<void> {
    if (!('choice' in this.view)) throw new UsageError('There is no model to convert.');
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
    this.#take();
    this.#store.cancel();
    this.boards?.cancel();
    this.downloads?.cancel();
  }

  /**
   * Lets the person choose a board on a cable, and shows the conversation with it; see the event `esp32-llm-board` for what
   * becomes of it. Browsers permit it only shortly after a click or key press.
   * @throws UsageError while a model is read, fitted or converted, and where the page leaves the step `chat` out
   */
  async connect(): Promise<void> {
    const boards = await this.#loadBoards();
    if (this.#chooseFacts().chat && this.view.step === 'choose') this.#store.talk();
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
    const boards = await this.#loadBoards();
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
    const boards = await this.#loadBoards();
    return boards.send(text);
  }

  /** Back to the choice of a model. */
  reset(): void {
    this.#take();
    this.#store.reset();
  }

  /** Whatever was chosen before gives way. */
  #take(): number {
    this.#isChosen = true;
    return ++this.#turn;
  }

  protected override render(): TemplateResult {
    const { view } = this;
    return html`<div
      class=${this.#drops.dragging ? 'base dragging' : 'base'}
      part="base"
      lang=${this.#words.language}
      @dragenter=${this.#drops.over}
      @dragover=${this.#drops.over}
      @dragleave=${this.#drops.leave}
      @drop=${this.#drops.drop}
    >
      <header>
        <div class="title">
          ${chipIcon()}<slot name="heading"><h2>${this.#words.first.title}</h2></slot>
        </div>
        ${stepsView(view, this.#presetWords().steps, this.#words.first, (panel) => {
          this.#store.show(panel);
        })}
      </header>
      <div class="body">${this.#renderView(view)}</div>
      <div class="hidden" role="status">${this.announcement}</div>
      <input id="folder-input" type="file" hidden webkitdirectory @change=${this.#picked} />
      <input id="file-input" type="file" hidden multiple @change=${this.#picked} />
    </div>`;
  }

  #renderView(view: State): TemplateResult {
    const { first, all: strings } = this.#words;
    const actions = this.#actions;
    if (view.step === 'choose') return chooseView(view, this.#chooseFacts(), first, actions);
    if (view.step === 'reading') return readingView(view, first, actions);
    if (view.step === 'talk') return this.#renderBoard('chat');
    if (this.later === null || strings === null) {
      return readingView({ step: 'reading', name: view.choice.inspection.name }, first, actions);
    }
    switch (view.step) {
      case 'fit':
        return this.later.fitView(view, this.#store.preset.locked, strings, actions);
      case 'converting':
        return this.later.convertingView(view, strings, actions);
      case 'result':
        if (view.panel === 'take') {
          const compares = this.#store.preset.steps.has('compare');
          const { downloadFailure: failure, copied } = this;
          const kit = this.downloads?.kit ?? null;
          const { bundle } = this.#assets();
          return this.later.takeView(view, { failure, copied, compares, kit, bundle }, strings, actions);
        }
        if (view.panel !== 'compare') return this.#renderBoard(view.panel);
        return this.later.compareView(
          view,
          this.downloadFailure,
          this.openTensor,
          this.#store.preset.locked,
          strings,
          actions,
        );
    }
  }

  #renderBoard(panel: 'try' | 'flash' | 'chat'): TemplateResult {
    const { first, all: strings } = this.#words;
    if (this.later !== null && strings !== null && this.boards !== null)
      return this.boards.view(panel, strings);
    return boardsLoadingView(first.steps[panel], this.boardsFailure, first, () => {
      this.#tellBoards(this.view, this.view);
    });
  }

  #chooseFacts(): ChooseFacts {
    const sample = this.#modelAddress();
    return {
      sample: sample && folderName(sample),
      own: !!this.model,
      locked: this.#modelLocked(),
      network: !this.noNetwork,
      recent: this.noNetwork ? [] : recentAddresses(),
      dragging: this.#drops.dragging,
      chat: this.#presetWords().steps.has('chat'),
    };
  }

  #modelLocked(): boolean {
    return this.#presetWords().locked.has('model');
  }

  /** Attributes that make no sense are told of when a model is loaded, not while the page is drawn. */
  #presetWords(): PresetWords {
    try {
      return readPresetWords(this);
    } catch {
      return NO_PRESET;
    }
  }
}

/** A part of the element did not come. */
function missing(cause: unknown): TransportError {
  return new TransportError(String(cause), { cause, code: 'page-file' });
}

function notLoaded(cause: unknown): never {
  throw missing(cause);
}

declare global {
  interface HTMLElementTagNameMap {
    'esp32-llm-converter': Esp32LlmConverter;
  }
}
