/**
 * Everything about boards behind one door: the emulated one, the one on a cable, the flashing, and their views. Loaded when
 * a board is first asked for; the element hands it the page that it shares.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { PortSession } from '../../device/port-session.js';
import { SerialDevice } from '../../device/serial-device.js';
import { findBoard } from '../../plan/boards.js';
import { UsageError } from '../../shared/errors.js';
import type { Actions } from '../actions.js';
import type { BoardImage } from '../board-image.js';
import { answersOf } from '../home/answers-door.js';
import { drawingDoor } from '../drawing/drawing-door.js';
import { imageName } from '../file-names.js';
import type { LiveRegion } from '../live-region.js';
import type { Page } from '../page.js';
import { presetOf } from '../preset-words.js';
import type { Panel, Result, Step } from '../state.js';
import type { Strings } from '../strings/strings.js';
import type { ViewsController } from '../views-controller.js';
import { boardsLoadingView } from '../views/boards-loading.js';
import { chatView } from '../views/chat.js';
import { flashView, type FlashFacts } from '../views/flash.js';
import { tryView } from '../views/try.js';
import { voiceDoor } from '../voice/voice-door.js';
import { emulatorStart, pageGuard, pageScope, promptOf } from './board-page.js';
import { emulatedDesk, plannedSpeed, serialDesk } from './board-desk.js';
import type { ToldReach } from './board-reach.js';
import { toldReach } from './told-reach.js';
import { BoardTeller } from './board-teller.js';
import { BoardWords } from './board-words.js';
import type {
  ChatActions,
  EmulatorActions,
  FlashActions,
  SpeechActions,
  TalkActions,
  Talker,
} from './board-actions.js';
import { DEFAULT_TALK, type BoardKind } from './board-state.js';
import { BoardStore } from './board-store.js';
import { EmulatedStore } from './emulated-store.js';
import { emulatorActions } from './emulator-actions.js';
import { Engines } from './engines.js';
import { FlashStore } from './flash-store.js';
import { freePort } from './free-port.js';
import { fetchSymbols, readRunnableImage, type RunnableImage } from './runnable-image.js';
import { SerialPorts } from './serial-ports.js';
import { OtherBoardDoor } from './other-board-door.js';
import { SelftestDoor } from './selftest-door.js';
import { tallyCsv } from './tally-table.js';
import { transcriptOf } from './transcript.js';

export class BoardRoom {
  /** @throws when the words for boards cannot be fetched */
  static async open(
    page: Page,
    actions: Actions,
    live: LiveRegion,
    views: ViewsController,
  ): Promise<BoardRoom> {
    const words = await BoardWords.load(page.words, () => page.element.requestUpdate());
    return new BoardRoom(page, actions, live, views, words);
  }

  readonly #page: Page;
  readonly #actions: Actions;
  readonly #live: LiveRegion;
  readonly #views: ViewsController;
  readonly #words: BoardWords;
  readonly #ports: SerialPorts;
  readonly #serial: BoardStore;
  readonly #emulated: EmulatedStore;
  readonly #flash: FlashStore;
  readonly #emulatorActions: EmulatorActions;
  readonly #chatActions: ChatActions;
  readonly #flashActions: FlashActions;
  readonly #selftest: SelftestDoor;
  readonly #engines: Engines;
  readonly #otherBoard: OtherBoardDoor;
  /** For those who look at a board and neither flash it nor talk to it. */
  readonly reach: ToldReach;
  /** The image of a result, read once. */
  #runnable: { readonly made: BoardImage; readonly image: Promise<RunnableImage> } | null = null;
  /** The result whose settings the conversations began with. */
  #begun: Result['result'] | null = null;

  private constructor(
    page: Page,
    actions: Actions,
    live: LiveRegion,
    views: ViewsController,
    words: BoardWords,
  ) {
    this.#page = page;
    this.#actions = actions;
    this.#live = live;
    this.#views = views;
    this.#words = words;
    const seams = page.boardSeams();
    const changed = (): void => page.element.requestUpdate();
    const teller = new BoardTeller({
      target: page.element,
      changed,
      announce: (text) => live.say(text),
      strings: () => words.current,
      meaning: (text) => {
        const strings = words.current;
        return strings && (answersOf(page, page.store.state, strings)?.sentence(text) ?? null);
      },
    });
    this.#ports = new SerialPorts(seams.scope ?? pageScope, (session) => this.#flash.letGo(session), changed);
    this.#serial = new BoardStore(teller.forBoard('serial'));
    this.#emulated = new EmulatedStore({
      ...teller.forBoard('emulated'),
      image: () => this.#image(),
      symbols: (chip, signal) => fetchSymbols(page.files.firmware(chip.id), signal),
      start: seams.start ?? emulatorStart(page.files),
      onEmulated: changed,
    });
    const told = teller.forFlash();
    const guardPage = pageGuard();
    const flasher = seams.flasher ?? (async () => (await import('../../device/flasher.js')).boardFlasher);
    this.#flash = new FlashStore({
      ...told,
      ports: this.#ports,
      image: () => this.#image(),
      flasher,
      beforeUse: () => this.#serial.close(),
      onChange: (now, before) => {
        told.onChange(now, before);
        guardPage(now.step.kind === 'flashing');
        if (now.step.kind === 'done' && before.step.kind !== 'done') page.store.did('flash');
      },
    });
    const choose = (): Promise<PortSession | null> => freePort(this.#ports, this.#flash);
    this.reach = toldReach({ ports: this.#ports, choose, flasher }, () => words.current);
    this.#selftest = new SelftestDoor({
      ...this.reach,
      assetBase: () => page.element.assetBase ?? null,
      onChange: changed,
    });
    this.#engines = new Engines({
      ...teller.forBoard('emulated'),
      page,
      live,
      emulated: this.#emulated.board,
      result: () => this.#result,
      actions: (talker) => this.#speechActions('page', talker),
    });
    this.#otherBoard = new OtherBoardDoor(page, actions, () => void this.#flash.lookAgain());
    this.#emulatorActions = this.#emulatorFor();
    this.#chatActions = this.#chatFor();
    this.#flashActions = this.#flashFor();
  }

  /** The conversion's result, `null` while there is none, and where a board is talked to without it. */
  get #result(): Result | null {
    const { result, state } = this.#page.store;
    return state.step === 'talk' ? null : result;
  }

  /** The element shows another panel: what can be known without asking anybody is found out. */
  enter(panel: 'try' | 'flash' | 'chat' | 'talk'): void {
    const result = this.#result;
    if (result !== null && result.result !== this.#begun) {
      this.#begun = result.result;
      this.#emulated.board.change(result.options);
      this.#serial.change(result.options);
      // What does not fit has no image to boot.
      this.#engines.choose(result.result.plan.fits ? 'board' : 'page');
    } else if (result === null && this.#serial.state.options === DEFAULT_TALK) {
      this.#serial.change({ prompt: promptOf(this.#page) });
    }
    if (panel === 'flash' && result?.result.plan.fits === true) void this.#flash.prepare();
    if (panel === 'chat' || panel === 'talk')
      void this.#ports.probe().then(() => this.#page.element.requestUpdate());
  }

  /** The result is gone, and with it what was made of it. */
  forget(): void {
    this.#runnable = null;
    this.#begun = null;
    this.#engines.forget();
    void this.#emulated.stop();
    this.#flash.forget();
  }

  /** Lets all boards go. */
  release(): void {
    this.#flash.release();
    this.#selftest.cancel();
    void this.#emulated.stop();
    void this.#serial.close().then(() => this.#ports.close());
  }

  view(panel: Extract<Panel, 'try' | 'flash' | 'chat'>, page: Strings): TemplateResult {
    const strings = this.#words.current;
    if (strings === null) return boardsLoadingView(page.steps[panel], nothing, page, () => undefined);
    const result = this.#result;
    const { steps } = presetOf(this.#page.element);
    const locked = this.#promptLocked();
    const answers = answersOf(this.#page, this.#page.store.state, page);
    const voice = voiceDoor(this.#page, this.#live);
    if (panel === 'chat' || result === null) {
      const { support } = this.#ports;
      const [converted, canTry] = [result !== null, result !== null && steps.has('try')];
      const planned = result && plannedSpeed(result);
      const desk = serialDesk(this.#page, this.#live, result, this.#serial.state);
      const facts = { support, ports: this.#ports, planned, locked, answers, converted, canTry, desk, voice };
      return chatView(this.#serial.state, facts, strings, this.#chatActions);
    }
    const { name } = result.choice.inspection;
    const { fits, board, speed } = result.result.plan;
    const drawing = drawingDoor(this.#page, result.result.plan, strings);
    const { name: boardName, chip } = findBoard(board);
    if (panel === 'flash') {
      const facts: FlashFacts = {
        name,
        fits,
        speed,
        drawing,
        chip,
        fileName: imageName(result),
        copied: this.#views.downloads?.copied ?? null,
        canTake: steps.has('take'),
        canChat: steps.has('chat'),
        ports: this.#ports,
        otherBoard: this.#otherBoard.view(this.#flash.state.step),
      };
      return html`${flashView(this.#flash.state, facts, strings, this.#flashActions)}
      ${chip.selftestFile === null ? nothing : this.#selftest.view(strings)}`;
    }
    const { inPage, name: engine } = this.#engines;
    const desk = emulatedDesk(this.#page, this.#live, result, this.#emulated);
    const facts = { name, boardName, fits, speed, drawing, locked, answers, inPage, engine, desk, voice };
    return tryView(this.#emulated.board.state, this.#emulated.state, facts, strings, this.#emulatorActions);
  }

  /**
   * Lets the person choose a board on a cable, and greets it.
   * @param step what the element shows
   * @throws UsageError where the conversation would not be seen
   */
  async connect(step: Step = 'chat'): Promise<void> {
    if (step !== 'chat') {
      throw new UsageError(
        presetOf(this.#page.element).steps.has('chat')
          ? `A conversation cannot be shown in the step ${step}. Call connect() before a model is chosen or after it was converted.`
          : 'This page leaves the step chat out, where a conversation would be shown. Name it in the attribute steps.',
      );
    }
    await this.#serial.open(async () => {
      await this.#ports.probe();
      if (this.#ports.support !== 'available') {
        throw new UsageError('This page cannot reach boards: it needs Web Serial, https and permission.');
      }
      const session = await this.#ports.choose();
      // Nothing was chosen: no board, and no failure.
      if (session === null) throw new DOMException('No board was chosen.', 'AbortError');
      // The same board may wait in its loader.
      await this.#flash.letGo(session);
      return new SerialDevice(session);
    });
  }

  /**
   * Flashes the image of the current result: onto the board that was found, or onto one that the person chooses first.
   * @throws UsageError without a result; FlashError and others when it cannot be flashed
   */
  async flash(): Promise<void> {
    if (this.#result === null)
      throw new UsageError('There is nothing to flash before a model was converted.');
    if (!presetOf(this.#page.element).steps.has('flash')) {
      throw new UsageError(
        'This page leaves the step flash out, where flashing would be shown. Name it in the attribute steps.',
      );
    }
    const flash = this.#flash;
    const isFound = (): boolean => flash.state.step.kind === 'found';
    if (flash.isFree && !isFound()) await flash.connect();
    // Nothing to flash when no board was chosen; one that is being looked at or flashed already is an error of who calls.
    if (!flash.isFree || isFound()) await flash.flash();
    const after = this.#flash.state.step;
    if ((after.kind === 'failed' || after.kind === 'idle') && after.error !== null) throw after.error;
  }

  /**
   * Sends a prompt to the board on the cable, or to the emulated one when there is none.
   * @throws UsageError when neither is ready
   */
  async send(text: string): Promise<string> {
    const board = this.#serial.state.link.kind === 'ready' ? this.#serial : this.#emulated.board;
    const answer = await board.send(text);
    this.#spoken(board);
    return answer;
  }

  /** Stops what runs on any board. */
  cancel(): void {
    this.#flash.cancel();
    this.#selftest.cancel();
    this.#engines.cancel();
    for (const board of [this.#serial, this.#emulated.board]) {
      if (board.state.link.kind !== 'ready' || board.state.link.activity !== 'idle') board.cancel();
    }
  }

  async #image(): Promise<RunnableImage> {
    const asked = this.#result?.result;
    const made = await this.#page.store.image();
    const result = this.#result;
    // An image and a package of two models would make a board that has neither.
    if (result === null || result.result !== asked)
      throw new UsageError('There is no image before a model was converted.');
    if (this.#runnable?.made !== made) {
      this.#runnable = { made, image: readRunnableImage(made, result.result) };
    }
    return this.#runnable.image;
  }

  /**
   * Boots the image of the current result on an emulated board and asks it the prompt that the conversation begins with. What
   * fails is shown by the step.
   * @param isCurrent whether a person still waits for it
   */
  async tryNow(isCurrent: () => boolean): Promise<void> {
    this.enter('try');
    const { board } = this.#emulated;
    await this.#emulated.start();
    if (isCurrent() && board.state.link.kind === 'ready') await this.#send(board);
  }

  /** Opens the console of the board that was flashed, over the same port. */
  async #talkToFlashed(): Promise<void> {
    this.#actions.show('chat');
    const { session } = this.#ports;
    if (session === null) return this.connect();
    const first = this.#flash.output;
    await this.#serial.open(async () => new SerialDevice(session, { first }));
  }

  /** The prompt is the page's own. A lock on a prompt that the page does not give would leave nothing to send. */
  #promptLocked(): boolean {
    const prompt = this.#result?.options.prompt ?? promptOf(this.#page);
    return presetOf(this.#page.element).locked.has('prompt') && prompt.trim() !== '';
  }

  /** Sends what is in the box and leaves it empty for the next turn; what was not taken is put back. */
  async #send(talker: Talker): Promise<void> {
    const { prompt } = talker.state.options;
    this.#page.store.asked(prompt);
    const sending = talker.send();
    if (!this.#promptLocked()) talker.change({ prompt: '' });
    try {
      await sending;
      this.#spoken(talker);
    } catch {
      // What failed is part of the conversation.
      if (talker.state.options.prompt === '') talker.change({ prompt });
    }
  }

  /** The conversion was talked to. */
  #spoken(talker: Talker): void {
    if (this.#result !== null) this.#page.store.did(talker === this.#serial ? 'chat' : 'try');
  }

  #speechActions(kind: BoardKind, talker: Talker): SpeechActions {
    return {
      change: (options) => {
        const { prompt, ...others } = options;
        talker.change(prompt === undefined || this.#promptLocked() ? others : options);
      },
      send: () => void this.#send(talker),
      cancel: () => talker.cancel(),
      startOver: () => void talker.startOver(),
      transcript: () => {
        const strings = this.#words.current;
        if (strings === null) return;
        this.#keep('conversation.md', 'text/markdown', transcriptOf(talker.state, kind, new Date(), strings));
      },
    };
  }

  #keep(name: string, type: string, text: string): void {
    this.#views.downloads?.keep({ name, content: new Blob([text], { type }) });
  }

  #talkActions(kind: BoardKind, board: BoardStore, restart: () => void): TalkActions {
    return {
      ...this.#speechActions(kind, board),
      measure: () => void board.measure(),
      type: (line) => {
        if (!this.#promptLocked()) void board.type(line);
      },
      restart,
    };
  }

  #emulatorFor(): EmulatorActions {
    const emulated = this.#emulated;
    return emulatorActions(emulated, {
      talk: this.#talkActions('emulated', emulated.board, () => void emulated.restart()),
      choose: (engine) => this.#engines.choose(engine),
    });
  }

  #chatFor(): ChatActions {
    const serial = this.#serial;
    return {
      talk: this.#talkActions('serial', serial, () => void serial.restart()),
      connect: () => void this.connect(),
      retry: () => void serial.retry(),
      disconnect: () => void serial.close().then(() => this.#ports.close()),
      toTry: () => this.#actions.show('try'),
      leave: () => this.#actions.reset(),
    };
  }

  #flashFor(): FlashActions {
    const flash = this.#flash;
    return {
      prepare: () => void flash.prepare(),
      connect: () => void flash.connect(),
      lookAgain: () => void flash.lookAgain(),
      accept: (accepted) => flash.accept(accepted),
      setSlow: (slow) => flash.setSlow(slow),
      name: (label) => flash.name(label),
      saveTally: () => {
        const strings = this.#words.current;
        if (strings === null) return;
        this.#keep('boards.csv', 'text/csv', tallyCsv(flash.state.entries, strings));
      },
      // What fails is shown by the state.
      flash: () => void flash.flash().catch(() => undefined),
      cancel: () => flash.cancel(),
      next: () => void flash.next(),
      talk: () => void this.#talkToFlashed(),
      copy: (text) => this.#actions.copy(text),
      show: (panel) => this.#actions.show(panel),
    };
  }
}
