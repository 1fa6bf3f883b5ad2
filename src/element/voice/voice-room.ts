/** Speaking with a model: a button that listens while it is held, and answers read aloud. Both stay on this computer or are refused. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { findLanguage, type Language } from '../../shared/languages.js';
import { showable } from '../../shared/safe-text.js';
import { addStyles } from '../add-styles.js';
import { readyLink } from '../board/board-store.js';
import { LazyWords } from '../lazy-words.js';
import type { Page } from '../page.js';
import { SPOKEN } from '../samples/spoken.js';
import { loadVoiceStrings, type VoiceStrings } from '../strings/voice.js';
import { localVoice, quiet, readAloud } from './read-aloud.js';
import { hearingOf, install, listen, type Hearing, type Listening } from './recognition.js';
import type { Conversation } from './voice-door.js';

const voiceStyles = css`
  .voice .hold {
    touch-action: none;
    user-select: none;
    -webkit-touch-callout: none;
  }
`;

/** What was said so far. */
interface Utterance {
  readonly listening: Listening;
  /** The text that stood in the box. */
  readonly before: string;
  readonly turns: number;
  text: string;
  hasBegun: boolean;
  /** `held` by a hand; `kept` on after it let go before the microphone was on; `ending` when what was heard is to be sent. */
  phase: 'held' | 'kept' | 'ending';
}

export class VoiceRoom {
  readonly #page: Page;
  readonly #say: (text: string) => void;
  readonly #words: LazyWords<VoiceStrings>;
  /** What the browser can do, `null` while it is asked. */
  #hearing: Hearing | null = null;
  #asked: Language | null = null;
  #isInstalling = false;
  #problem: ((words: VoiceStrings) => string) | null = null;
  #utterance: Utterance | null = null;
  #isAloud = false;
  /** The conversation as it was drawn last, and whether an answer was on its way. */
  #talk: Conversation | null = null;
  #isAnswering = false;
  /** A pointer was pressed, whose click is no press of its own. */
  #byPointer = false;

  /** @param say tells those who do not see it */
  constructor(page: Page, say: (text: string) => void) {
    this.#page = page;
    this.#say = say;
    this.#words = new LazyWords(page, loadVoiceStrings);
    addStyles(page, [voiceStyles]);
    // Whoever goes to another step, or takes the element away, is heard no longer.
    page.element.addController({
      hostUpdated: () => {
        if (!page.element.shadowRoot?.querySelector('.voice-room')) this.leave();
      },
      hostDisconnected: () => this.leave(),
    });
  }

  /** Listens no more, and says nothing more. */
  leave(): void {
    this.#drop(false);
    quiet();
    this.#isAnswering = false;
  }

  view(talk: Conversation): TemplateResult | typeof nothing {
    this.#follow(talk);
    const words = this.#words.current;
    if (words === null) return nothing;
    return html`<div class="stack voice-room">
      ${talk.locked ? nothing : this.#speaking(talk, words)} ${this.#aloud(talk, words)}
    </div>`;
  }

  /** The page's language where the model understands it or nothing is known, else the first that its card names. */
  #language({ state }: Conversation): Language {
    const name = readyLink(state.link)?.facts.get('model') ?? this.#page.store.result?.choice.inspection.name;
    const language = this.#pageLanguage();
    const spoken = SPOKEN.get(name ?? '')?.map((tag) => findLanguage(tag)) ?? [];
    return spoken.includes(language) ? language : (spoken[0] ?? language);
  }

  #pageLanguage(): Language {
    return findLanguage(this.#page.words.language);
  }

  /** What has become of the conversation since it was drawn last. */
  #follow(talk: Conversation): void {
    const isSame = this.#talk?.actions === talk.actions;
    if (!isSame) this.leave();
    this.#talk = talk;
    const { turns } = talk.state;
    // Sent by Enter, or begun anew.
    if (this.#utterance !== null && this.#utterance.turns !== turns.length) this.#drop(false);
    const last = turns.at(-1);
    const wasAnswering = this.#isAnswering;
    this.#isAnswering = last?.state === 'running';
    if (
      wasAnswering &&
      this.#isAloud &&
      last !== undefined &&
      last.state !== 'running' &&
      last.state !== 'failed'
    ) {
      const sentence = talk.answers?.sentence(last.text) ?? null;
      const language = sentence === null ? this.#language(talk) : this.#pageLanguage();
      readAloud(sentence ?? showable(last.text), language);
    }
    const language = this.#language(talk);
    if (!talk.locked && language !== this.#asked) this.#ask(language);
  }

  #ask(language: Language): void {
    this.#asked = language;
    this.#hearing = null;
    void hearingOf(language).then((hearing) => {
      if (this.#asked !== language) return;
      this.#hearing = hearing;
      this.#page.element.requestUpdate();
    });
  }

  #speaking(talk: Conversation, words: VoiceStrings): TemplateResult {
    const hearing = this.#hearing;
    const name = this.#nameOf(this.#language(talk));
    if (hearing === null) return html`<p class="quiet">${words.asking}</p>`;
    if (hearing.kind === 'refused')
      return html`<p class="voice-refused">${words.refused[hearing.reason](name)}</p>
        ${hearing.detail === null ? nothing : html`<p class="detail quiet" lang="en" dir="ltr">${showable(hearing.detail)}</p>`}`;
    const problem =
      this.#problem === null ? nothing : html`<p class="voice-problem">${this.#problem(words)}</p>`;
    if (hearing.kind === 'downloadable')
      return html`<p>${words.downloadText(name)}</p>
        <div class="buttons">
          <button
            type="button"
            class="voice-install"
            part="button"
            ?disabled=${this.#isInstalling}
            @click=${() => void this.#install(hearing.tag)}
          >
            ${this.#isInstalling ? words.downloading : words.download(name)}
          </button>
        </div>
        ${problem}`;
    const phase = this.#utterance?.phase;
    return html`<p class="quiet" id="voice-hint">${words.stays(name)} ${words.hint}</p>
      <div class="buttons">
        <button
          type="button"
          class="hold"
          part="button"
          aria-describedby="voice-hint"
          aria-pressed=${phase === 'held' || phase === 'kept' ? 'true' : 'false'}
          ?disabled=${phase === undefined ? !canSend(talk) : phase === 'ending'}
          @pointerdown=${(event: PointerEvent) => this.#pointerDown(event, hearing.tag)}
          @pointerup=${() => this.#up()}
          @pointercancel=${() => this.#pointerCancelled()}
          @contextmenu=${(event: Event) => event.preventDefault()}
          @keydown=${(event: KeyboardEvent) => this.#key(event, hearing.tag)}
          @keyup=${(event: KeyboardEvent) => this.#key(event, hearing.tag)}
          @blur=${() => this.#up()}
          @click=${() => this.#click(hearing.tag)}
        >
          ${phase === undefined ? words.speak : words[phase]}
        </button>
      </div>
      ${problem}`;
  }

  #aloud(talk: Conversation, words: VoiceStrings): TemplateResult {
    const language = talk.answers === null ? this.#language(talk) : this.#pageLanguage();
    const isThere = localVoice(language, () => this.#page.element.requestUpdate()) !== null;
    return html`<label class="check">
        <input
          type="checkbox"
          class="voice-aloud"
          aria-describedby="voice-aloud-text"
          ?disabled=${!isThere}
          .checked=${isThere && this.#isAloud}
          @change=${(event: Event) => {
            this.#isAloud = (event.target as HTMLInputElement).checked;
            if (!this.#isAloud) quiet();
          }}
        />
        ${words.aloud}
      </label>
      <p class="quiet" id="voice-aloud-text">
        ${isThere ? words.aloudText : words.noVoice(this.#nameOf(language))}
      </p>`;
  }

  #nameOf(language: Language): string {
    return new Intl.DisplayNames([this.#page.words.language], { type: 'language' }).of(language) ?? language;
  }

  async #install(tag: string): Promise<void> {
    this.#problem = null;
    this.#isInstalling = true;
    this.#page.element.requestUpdate();
    const isThere = await install(tag);
    this.#isInstalling = false;
    if (!isThere) this.#tell((words) => words.notDownloaded);
    else if (this.#asked !== null) this.#ask(this.#asked);
    this.#page.element.requestUpdate();
  }

  #pointerDown(event: PointerEvent, tag: string): void {
    if (event.button !== 0) return;
    this.#byPointer = true;
    // A hand that slips off the button holds it still.
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#down(tag);
  }

  #pointerCancelled(): void {
    this.#byPointer = false;
    this.#drop(true);
  }

  #key(event: KeyboardEvent, tag: string): void {
    const { key, type, repeat } = event;
    if (key === 'Escape' && type === 'keydown') this.#drop(true);
    if (key !== ' ' && key !== 'Enter') return;
    // No click of its own.
    event.preventDefault();
    if (type === 'keyup') this.#up();
    else if (!repeat) this.#down(tag);
  }

  /** Screen readers and switches click without a pointer or a key: the first begins, the second ends. */
  #click(tag: string): void {
    if (!this.#byPointer) {
      this.#down(tag);
      this.#up();
    }
    this.#byPointer = false;
  }

  #down(tag: string): void {
    const talk = this.#talk;
    if (this.#utterance !== null) this.#end(this.#utterance);
    else if (talk !== null && canSend(talk)) this.#begin(talk, tag);
  }

  /** Let go before the microphone was on (a tap, or a question of the browser's in between), it goes on until the next press. */
  #up(): void {
    const utterance = this.#utterance;
    if (utterance?.phase !== 'held') return;
    if (utterance.hasBegun) this.#end(utterance);
    else utterance.phase = 'kept';
    this.#page.element.requestUpdate();
  }

  #begin({ state, actions }: Conversation, tag: string): void {
    // What the computer says is nothing to be heard.
    quiet();
    this.#problem = null;
    const before = state.options.prompt;
    try {
      const listening = listen(tag, {
        onBegin: () => (utterance.hasBegun = true),
        onText: (text) => {
          if (text === '') return;
          utterance.text = text;
          actions.change({ prompt: text });
        },
        onEnd: (error) => this.#over(utterance, error),
      });
      const utterance: Utterance = {
        ...{ listening, before, turns: state.turns.length, text: '' },
        ...{ hasBegun: false, phase: 'held' },
      };
      this.#utterance = utterance;
    } catch (cause) {
      this.#tell((words) => words.problems.other(String(cause)));
    }
    this.#page.element.requestUpdate();
  }

  #end(utterance: Utterance): void {
    utterance.phase = 'ending';
    utterance.listening.stop();
    this.#page.element.requestUpdate();
  }

  /** The browser has ended it: because it was let go, or by itself, and then what was heard waits in the box. */
  #over(utterance: Utterance, error: string | null): void {
    const talk = this.#talk;
    this.#utterance = null;
    if (utterance.text !== '' && utterance.phase === 'ending' && talk !== null && canSend(talk))
      talk.actions.send();
    else if (utterance.text === '') this.#tell((words) => problemOf(error, words));
    // What was there a moment ago is gone.
    if (error === 'language-not-supported' || error === 'service-not-allowed') this.#asked = null;
    this.#page.element.requestUpdate();
  }

  /** Ends it without sending. @param back whether the box gets the text that it had */
  #drop(back: boolean): void {
    const utterance = this.#utterance;
    if (utterance === null) return;
    this.#utterance = null;
    utterance.listening.abort();
    if (back) this.#talk?.actions.change({ prompt: utterance.before });
    this.#page.element.requestUpdate();
  }

  #tell(problem: (words: VoiceStrings) => string): void {
    this.#problem = problem;
    const words = this.#words.current;
    if (words !== null) this.#say(problem(words));
  }
}

function problemOf(error: string | null, { problems }: VoiceStrings): string {
  switch (error) {
    case null:
    case 'no-speech':
      return problems.nothing;
    case 'not-allowed':
      return problems.denied;
    case 'audio-capture':
      return problems.noMicrophone;
    case 'language-not-supported':
    case 'service-not-allowed':
      return problems.gone;
    default:
      return problems.other(error);
  }
}

/** Whether a prompt would be taken now. */
function canSend({ state }: Conversation): boolean {
  const ready = readyLink(state.link);
  return ready !== null && ready.welcome.hasTokenizer && ready.activity === 'idle';
}
