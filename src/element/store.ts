/**
 * Owns the state and decides about it: views render it, requests come in as method calls, and only what the worker
 * confirmed is committed. Knows neither the DOM nor the worker's ways.
 */
import type { GivenFile } from '../kit/kit.js';
import { abortable } from '../shared/abortable.js';
import { UsageError, isAbort } from '../shared/errors.js';
import type { Progress } from '../shared/progress.js';
import type { JobOptions } from '../worker/bridge.js';
import type {
  ConvertResult,
  FilesInput,
  GenerateRequest,
  GenerateSummary,
  ModelSource,
} from '../worker/jobs.js';
import type { PlanJson } from '../plan/plan.js';
import { firstPanel, NO_PRESET, STEPS, type Lock, type Preset, type StepName } from './preset-words.js';
import { withProgress } from './progress-state.js';
import type { BoardImage } from './board-image.js';
import { convertSettings, lockOf, trialOptions } from './settings.js';
import type { Choice, Failure, ImageState, Panel, Result, Settings, State } from './state.js';
import type { Converter, StoreOptions } from './store-options.js';

export type { Converter, StoreOptions };

export class ConverterStore {
  readonly #options: StoreOptions;
  #state: State = { step: 'choose', failure: null };
  #preset: Preset = NO_PRESET;
  /** The image under way, so that it is made once. */
  #making: {
    readonly result: ConvertResult;
    readonly image: Promise<BoardImage>;
    readonly end: AbortController;
  } | null = null;
  #converter: Promise<Converter> | null = null;
  /** The model with the last settings whose plan is known: what a cancelled change goes back to. */
  #planned: Choice | null = null;
  /** The settings of the model as they were last shown, and its last conversion: what steps back lead to. */
  #fit: Extract<State, { step: 'fit' }> | null = null;
  #result: Result | null = null;
  /** What was done with each conversion. */
  readonly #deeds = new WeakMap<ConvertResult, Set<Panel>>();
  /** The conversion under way, or the last one. */
  #converting: Promise<void> = Promise.resolve();
  /** The change of settings under way. */
  #planning: Promise<void> = Promise.resolve();
  /** Ends whatever runs; replaced with every request, so that late answers of an earlier one are dropped. */
  #current = new AbortController();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  /** What the embedder settled when the current model was chosen. */
  get preset(): Preset {
    return this.#preset;
  }

  /**
   * Reads a model, and goes on to its conversion when the preset leaves nothing to set.
   * @param name what to call it while it is read
   * @param onModel called when it turned out to be one
   * @param onward what is shown after a conversion that follows at once, `null` where settings are chosen first
   */
  async choose(
    source: ModelSource,
    name: string,
    preset: Preset,
    onModel: () => void = () => undefined,
    onward: Panel | null = null,
  ): Promise<void> {
    const { signal } = this.#renew();
    const { settings } = preset;
    this.#commit({ step: 'reading', name });
    try {
      const converter = await this.#work(signal);
      const inspection = await converter.inspect(source, convertSettings(settings), this.#hear(signal));
      if (signal.aborted) return;
      onModel();
      this.#preset = preset;
      this.#result = null;
      const { plan } = inspection;
      const choice = (this.#planned = { source, inspection, settings, plan });
      this.#commit({ step: 'fit', choice, planning: false, failure: null });
      // What does not fit stays at the step that says so.
      if ((onward !== null || !preset.steps.has('fit')) && plan.fits) await this.convert(onward);
    } catch (error) {
      this.#fail(error, 'read', signal, (failure) => ({ step: 'choose', failure }));
    }
  }

  /** Shows a failure that happened before a model could be handed over. */
  refuse(error: Error): void {
    const { signal } = this.#renew();
    this.#fail(error, 'read', signal, (failure) => ({ step: 'choose', failure }));
  }

  /** Changes settings and plans anew. Locked settings stay as they are. */
  async change(wanted: Partial<Settings>): Promise<void> {
    if (this.#state.step !== 'fit') return;
    const { locked } = this.#preset;
    const open = Object.entries(wanted).filter(([name]) => !locked.has(lockOf(name)));
    if (open.length === 0) return;
    const settings = Object.fromEntries(open) as Partial<Settings>;
    const { signal } = this.#renew();
    const choice = { ...this.#state.choice, settings: { ...this.#state.choice.settings, ...settings } };
    await this.#replan(choice, lockOf(Object.keys(settings)[0] ?? ''), signal);
  }

  /** @param changed which settings ask for the plan */
  async #replan(choice: Choice, changed: Lock, signal: AbortSignal): Promise<void> {
    this.#commit({ step: 'fit', choice, planning: true, failure: null });
    this.#planning = this.#plan(choice, changed, signal);
    await this.#planning;
  }

  async #plan(choice: Choice, changed: Lock, signal: AbortSignal): Promise<void> {
    try {
      const converter = await this.#work(signal);
      // Not abortable: ending the worker for every move of a slider costs more than the plan.
      const plan = await converter.plan(choice.source, convertSettings(choice.settings), {});
      if (signal.aborted) return;
      this.#planned = { ...choice, plan };
      this.#commit({ step: 'fit', choice: this.#planned, planning: false, failure: null });
    } catch (error) {
      this.#failFit(error, 'plan', signal, choice, changed);
    }
  }

  /** The plan for other settings of the current model, which stay as they are. @throws UsageError without a model; what planning throws */
  async planFor(settings: Settings): Promise<PlanJson> {
    if (!('choice' in this.#state)) throw new UsageError('There is no model to plan.');
    const { source } = this.#state.choice;
    const { signal } = this.#current;
    return (await this.#work(signal)).plan(source, convertSettings(settings), {});
  }

  /** Converts the chosen model, with settings that were just changed as soon as their plan is there; waits for a conversion that runs. */
  async convert(onward: Panel | null = null): Promise<void> {
    while (this.#state.step === 'fit' && this.#state.planning) {
      const change = this.#current;
      await this.#planning;
      const now = this.#state;
      // Cancelled, and not replaced by a later change.
      if (change.signal.aborted && now.step === 'fit' && !now.planning) return;
    }
    const { step } = this.#state;
    if (step === 'fit') this.#converting = this.#convert(this.#state.choice, onward);
    if (step === 'fit' || step === 'converting') await this.#converting;
  }

  async #convert(choice: Choice, onward: Panel | null): Promise<void> {
    const { signal } = this.#renew();
    const panel = firstPanel(this.#preset, onward);
    this.#commit({ step: 'converting', choice, stages: [], tensors: [], progress: null });
    try {
      const converter = await this.#work(signal);
      const settings = convertSettings(choice.settings);
      const result = await converter.convert(choice.source, settings, this.#hear(signal));
      if (!signal.aborted) this.#finish(choice, result, panel);
    } catch (error) {
      this.#failFit(error, 'convert', signal, choice, 'convert');
    }
  }

  #finish(choice: Choice, result: ConvertResult, panel: Panel): void {
    const converted = { ...choice, plan: result.plan };
    this.#fit = { step: 'fit', choice: converted, planning: false, failure: null };
    this.#commit({
      step: 'result',
      panel,
      choice: converted,
      result,
      image: { kind: 'none' },
      options: trialOptions(result, this.#preset.prompt),
    });
    if (panel === 'take' && result.plan.fits) this.image().catch(() => undefined);
  }

  /** Back to an earlier conversion: to its settings, and on to its result where that is still there. */
  recall(choice: Choice, result: ConvertResult | null): void {
    this.#renew();
    this.#planned = choice;
    // By way of its settings, which steps back then lead to.
    this.#commit({ step: 'fit', choice, planning: false, failure: null });
    if (result !== null) this.#finish(choice, result, firstPanel(this.#preset, null));
  }

  /** Leaves the choice of a model for a conversation with a board. */
  talk(): void {
    if (this.#state.step !== 'choose') return;
    this.#renew();
    this.#commit({ step: 'talk' });
  }

  /** Looks at the result from another side. */
  show(panel: Panel): void {
    if (this.#state.step === 'result') this.go(panel);
  }

  /**
   * The image of the current result, made when it is first asked for. A failure is also shown.
   * @throws UsageError when there is no result; what the making of an image throws
   */
  async image(): Promise<BoardImage> {
    if (this.#state.step !== 'result') {
      throw new UsageError('There is no image before a model was converted.');
    }
    const { image, result } = this.#state;
    if (image.kind === 'made') return image.image;
    if (this.#making?.result === result) return this.#making.image;
    const end = new AbortController();
    const making = abortable(this.#options.image(result), end.signal);
    this.#making = { result, image: making, end };
    this.#setImage({ kind: 'making' });
    // The result may be gone meanwhile, or the firmware another: whoever asked gets the answer, the page hears nothing.
    const current = (): boolean => {
      return this.#making?.image === making && this.#result?.result === result;
    };
    try {
      const made = await making;
      if (current()) {
        this.#setImage({ kind: 'made', image: made });
        this.#options.onImage(made);
      }
      return made;
    } catch (error) {
      const isCurrent = current();
      // What could not be fetched is fetched again next time.
      if (this.#making?.image === making) this.#making = null;
      if (isCurrent) {
        if (isAbort(error)) this.#setImage({ kind: 'none' });
        else
          this.#explain(error, 'image', (failure) =>
            this.#setImage({ kind: 'failed', failure: { ...failure, at: 'save-image' } }),
          );
      }
      throw error;
    }
  }

  /** The firmware is another one: the image is made anew when it is next needed. */
  forgetImage(): void {
    this.#making = null;
    this.#setImage({ kind: 'none' });
    if (this.#state.step === 'result') this.show(this.#state.panel);
  }

  /** Also of a conversion whose steps are not shown now. */
  #setImage(image: ImageState): void {
    if (this.#state.step === 'result') this.#commit({ ...this.#state, image });
    else if (this.#result !== null) this.#result = { ...this.#result, image };
  }

  /** The files of a model that was converted, of which the conversion has kept the small ones. */
  async files(input: FilesInput, signal: AbortSignal): Promise<readonly GivenFile[]> {
    return (await this.#work(signal)).files(input, { signal });
  }

  /** Generates with the engine in the page; for those who talk to it. */
  async generate(
    bytes: Uint8Array,
    request: GenerateRequest,
    options: JobOptions & { readonly signal: AbortSignal },
  ): Promise<GenerateSummary> {
    return (await this.#work(options.signal)).generate(bytes, request, options);
  }

  /** Stops what is running: a conversion goes back to its settings, a change is taken back. */
  cancel(): void {
    const state = this.#state;
    this.#stop();
    if (state.step === 'reading') this.#commit({ step: 'choose', failure: null });
    if (state.step === 'fit' && state.planning) {
      this.#commit({ step: 'fit', choice: this.#planned ?? state.choice, planning: false, failure: null });
    }
    if (state.step === 'converting') {
      this.#commit({ step: 'fit', choice: state.choice, planning: false, failure: null });
    }
  }

  #stop(): void {
    const reason = new DOMException('Cancelled.', 'AbortError');
    this.#current.abort(reason);
    this.#making?.end.abort(reason);
  }

  /** The last conversion of the chosen model, also while another step is shown; `null` before there is one. */
  get result(): Result | null {
    return this.#result;
  }

  /** The settings of the chosen model as they were last shown, `null` before there is one. */
  get fit(): Extract<State, { step: 'fit' }> | null {
    return this.#fit;
  }

  /** A conversion is talked to: what links to it ask. */
  asked(prompt: string): void {
    const state = this.#state;
    if (state.step !== 'result' || this.#preset.locked.has('prompt')) return;
    this.#commit({ ...state, options: { ...state.options, prompt } });
  }

  /** The steps that were done: up to the conversion those that led there, then what was done with it. */
  get done(): ReadonlySet<StepName> {
    const { step } = this.#state;
    const result = this.#result?.result;
    const led = result !== undefined ? 3 : step === 'converting' ? 2 : this.#fit === null ? 0 : 1;
    return new Set(
      step === 'reading' ? [] : [...STEPS.slice(0, led), ...((result && this.#deeds.get(result)) ?? [])],
    );
  }

  /** Something was done with a conversion, default the last one. */
  did(panel: Panel, result = this.#result?.result): void {
    if (result === undefined) return;
    this.#deeds.set(result, (this.#deeds.get(result) ?? new Set()).add(panel));
    this.#commit(this.#state);
  }

  /** Whether {@link go} leads to a step: what runs is not given up for it. */
  leads(step: StepName): boolean {
    const { step: now } = this.#state;
    if (now === 'reading' || now === 'converting') return false;
    if (step === 'choose') return true;
    if (step === 'fit') return this.#fit !== null;
    return this.#result !== null && (step === 'convert' || this.#preset.steps.has(step));
  }

  /** To another step of the way, back or forth. What was done stays. */
  go(step: StepName): void {
    if (!this.leads(step)) return;
    const [fit, result] = [this.#fit, this.#result];
    if (this.#state.step !== 'result' || step === 'choose' || step === 'fit') this.#renew();
    if (step === 'choose') this.#commit({ step, failure: null });
    else if (step === 'fit') {
      // A plan that was waited for is asked for again.
      if (fit?.planning === true) void this.#replan(fit.choice, 'scheme', this.#current.signal);
      else if (fit !== null) this.#commit({ ...fit, failure: null });
    } else if (result !== null) {
      this.#commit({ ...result, panel: step });
      if (step === 'take' && result.result.plan.fits) this.image().catch(() => undefined);
    }
  }

  /** Back to the choice of a model, with nothing chosen. */
  reset(): void {
    this.#stop();
    this.#renew();
    this.#fit = this.#result = null;
    this.#commit({ step: 'choose', failure: null });
  }

  /** Ends the worker; the store can be used again afterwards. */
  release(): void {
    this.cancel();
    const converter = this.#converter;
    this.#converter = null;
    void converter?.then(
      (live) => {
        live.dispose();
      },
      () => undefined,
    );
  }

  #work(signal: AbortSignal): Promise<Converter> {
    if (this.#converter === null) {
      const converter = this.#options.converter();
      this.#converter = converter;
      let isLoading = true;
      // What could not be loaded, or was not waited for, is asked for again next time.
      const forget = (): void => {
        if (isLoading && this.#converter === converter) this.#converter = null;
      };
      signal.addEventListener('abort', forget);
      converter.then((live) => {
        isLoading = false;
        if (this.#converter !== converter) live.dispose();
      }, forget);
    }
    return abortable(this.#converter, signal);
  }

  #renew(): AbortController {
    this.#current.abort(new DOMException('Replaced.', 'AbortError'));
    this.#current = new AbortController();
    return this.#current;
  }

  /** Hears of a job until it is aborted. */
  #hear(signal: AbortSignal): JobOptions {
    return { signal, onProgress: (progress) => !signal.aborted && this.#progress(progress) };
  }

  #progress(progress: Progress): void {
    const next = withProgress(this.#state, progress);
    if (next === null) return;
    this.#commit(next);
    this.#options.onProgress(progress);
  }

  #fail(
    error: unknown,
    doing: Parameters<StoreOptions['explain']>[1],
    signal: AbortSignal,
    then: (failure: Failure) => State,
  ): void {
    if (signal.aborted) return;
    this.#explain(error, doing, (failure) => this.#commit(then(failure)));
  }

  /** @param at id of the control that it came of */
  #failFit(error: unknown, doing: 'plan' | 'convert', signal: AbortSignal, choice: Choice, at: string): void {
    this.#fail(error, doing, signal, (failure) => ({
      step: 'fit',
      choice,
      planning: false,
      failure: { ...failure, at },
    }));
  }

  /** Shows a failure and then tells of it, so that whoever hears of it finds it and can go on from there. */
  #explain(
    error: unknown,
    doing: Parameters<StoreOptions['explain']>[1],
    show: (failure: Failure) => void,
  ): void {
    const failure = this.#options.explain(error instanceof Error ? error : new Error(String(error)), doing);
    show(failure);
    this.#options.onFailure(failure);
  }

  #commit(state: State): void {
    const before = this.#state;
    this.#state = state;
    if (state.step === 'fit') this.#fit = state;
    if (state.step === 'result') this.#result = state;
    this.#options.onChange(state, before);
  }
}
