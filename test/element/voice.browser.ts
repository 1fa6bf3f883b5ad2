/** Speaking with a model: what the browser recognises on this computer goes into the box, and nothing is asked for where it would not. */
import { expect, waitUntil } from '@open-wc/testing';
import { sendKeys, sendMouse } from '@web/test-runner-commands';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { Language } from '../../src/shared/languages.js';
import type { VoiceStrings } from '../../src/element/strings/voice.js';
import { enVoice } from '../../src/element/strings/en/voice.js';
import { esVoice } from '../../src/element/strings/es/voice.js';
import { zhHansVoice } from '../../src/element/strings/zh-hans/voice.js';
import {
  button,
  make,
  part,
  rendered,
  root,
  setStage,
  shown,
  status,
  toChat,
  toPageEngine,
  toRunning,
} from './board-page.js';

const PATIENCE = { timeout: 10_000 };

/** A recogniser that the test plays; it must be told to stay on this computer before it begins. */
class FakeRecognition {
  static made: FakeRecognition[] = [];
  static status: (tag: string) => string | Promise<string> = () => 'available';
  static asked: unknown[] = [];
  static installed: unknown[] = [];
  static installs = true;

  static async available(options: { langs: string[]; processLocally: boolean }): Promise<string> {
    FakeRecognition.asked.push(options);
    return FakeRecognition.status(options.langs[0] ?? '');
  }

  static async install(options: unknown): Promise<boolean> {
    FakeRecognition.installed.push(options);
    if (FakeRecognition.installs) FakeRecognition.status = () => 'available';
    return FakeRecognition.installs;
  }

  lang = '';
  state: 'new' | 'started' | 'stopped' | 'aborted' = 'new';
  onstart: (() => void) | null = null;
  onresult: ((event: unknown) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  onend: (() => void) | null = null;
  #local = false;

  get processLocally(): boolean {
    return this.#local;
  }

  set processLocally(local: boolean) {
    this.#local = local;
  }

  constructor() {
    FakeRecognition.made.push(this);
  }

  start(): void {
    if (!this.#local) throw new Error('The sound would be sent away.');
    this.state = 'started';
  }

  stop(): void {
    this.state = 'stopped';
  }

  abort(): void {
    this.state = 'aborted';
  }

  hear(...texts: string[]): void {
    this.onresult?.({ results: texts.map((transcript) => [{ transcript }]) });
  }

  fail(error: string): void {
    this.onerror?.({ error });
    this.onend?.();
  }
}

/** One that knows nothing of staying here, as browsers before it. */
class OldRecognition {
  constructor() {
    throw new Error('made where sound is sent away');
  }
}

class FakeUtterance {
  readonly text: string;
  voice: { readonly name: string } | null = null;
  lang = '';
  onend: (() => void) | null = null;

  constructor(text: string) {
    this.text = text;
  }
}

const spoken: FakeUtterance[] = [];
let cancelled = 0;
let voices: { name: string; lang: string; localService: boolean }[] = [];
const synthesis = Object.assign(new EventTarget(), {
  getVoices: () => voices,
  speak: (utterance: FakeUtterance) => spoken.push(utterance),
  cancel: () => cancelled++,
});

const browser = new Map<string, PropertyDescriptor | undefined>();

function play(name: string, value: unknown): void {
  if (!browser.has(name)) browser.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

setStage();

describe('speaking with a model', function () {
  this.timeout(60_000);

  beforeEach(() => {
    FakeRecognition.made = [];
    FakeRecognition.asked = [];
    FakeRecognition.installed = [];
    FakeRecognition.installs = true;
    FakeRecognition.status = () => 'available';
    spoken.length = 0;
    cancelled = 0;
    voices = [
      { name: 'far', lang: 'en-US', localService: false },
      { name: 'near', lang: 'en_GB', localService: true },
    ];
    play('SpeechRecognition', FakeRecognition);
    play('webkitSpeechRecognition', undefined);
    play('speechSynthesis', synthesis);
    play('SpeechSynthesisUtterance', FakeUtterance);
  });

  after(() => {
    for (const [name, descriptor] of browser)
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
  });

  async function opened(element: Esp32LlmConverter, selector = '.hold'): Promise<void> {
    part<HTMLDetailsElement>(element, '.voice').open = true;
    await rendered(element, `.voice ${selector}`);
  }

  async function running(selector?: string): Promise<Esp32LlmConverter> {
    const element = await make();
    await toRunning(element);
    await opened(element, selector);
    return element;
  }

  const prompt = (element: Esp32LlmConverter): string =>
    part<HTMLTextAreaElement>(element, '#board-prompt').value;
  const turns = (element: Esp32LlmConverter): string[] =>
    [...root(element).querySelectorAll('.said .words')].map(({ textContent }) => textContent);
  const hold = (element: Esp32LlmConverter): HTMLButtonElement => part(element, '.hold');
  const only = (): FakeRecognition => {
    expect(FakeRecognition.made).to.have.length(1);
    return FakeRecognition.made[0] as FakeRecognition;
  };
  const answered = (element: Esp32LlmConverter, count: number): Promise<void> =>
    waitUntil(
      () =>
        turns(element).length === count &&
        root(element).querySelector('.turns .caret') === null &&
        !hold(element).disabled,
      `no answer: ${shown(element)}`,
      PATIENCE,
    );

  it('asks nothing before it is opened, and is accessible when it is', async () => {
    const element = await make();
    await toRunning(element);
    expect(FakeRecognition.asked).to.deep.equal([]);
    await opened(element);
    for (const options of FakeRecognition.asked) expect(options).to.have.property('processLocally', true);
    expect(FakeRecognition.asked).not.to.deep.equal([]);
    expect(FakeRecognition.made).to.deep.equal([]);
    expect(part<HTMLInputElement>(element, '.voice-aloud').checked).to.be.false;
    await expect(element).to.be.accessible();
  });

  it('listens while a key is held, shows what it hears, and sends when the key is let go', async () => {
    const element = await running();
    hold(element).focus();
    await sendKeys({ down: 'Space' });
    const recognition = only();
    recognition.onstart?.();
    await element.updateComplete;
    expect(hold(element).getAttribute('aria-pressed')).to.equal('true');
    expect(recognition.lang).to.match(/^en-/);
    recognition.hear('turn on');
    await element.updateComplete;
    expect(prompt(element)).to.equal('turn on');
    recognition.hear('turn on the light', ' in the kitchen');
    await sendKeys({ up: 'Space' });
    expect(recognition.state).to.equal('stopped');
    expect(turns(element)).to.deep.equal([]);
    recognition.hear('turn on the light', ' in the kitchen please');
    recognition.onend?.();
    await answered(element, 1);
    expect(turns(element)).to.deep.equal(['turn on the light in the kitchen please']);
    expect(prompt(element)).to.equal('');
    expect(spoken).to.deep.equal([]);
  });

  it('listens while a pointer is held, wherever it is let go', async () => {
    const element = await running();
    hold(element).scrollIntoView({ block: 'center' });
    const { x, y, width, height } = hold(element).getBoundingClientRect();
    await sendMouse({ type: 'move', position: [Math.round(x + width / 2), Math.round(y + height / 2)] });
    await sendMouse({ type: 'down' });
    const recognition = only();
    recognition.onstart?.();
    recognition.hear('hello');
    await sendMouse({ type: 'move', position: [5, 5] });
    expect(recognition.state).to.equal('started');
    await sendMouse({ type: 'up' });
    expect(recognition.state).to.equal('stopped');
    recognition.onend?.();
    await answered(element, 1);
    expect(turns(element)).to.deep.equal(['hello']);
  });

  it('goes on after a tap, and after the click of a screen reader, until the next', async () => {
    const element = await running();
    hold(element).focus();
    await sendKeys({ press: 'Enter' });
    expect(only().state).to.equal('started');
    await element.updateComplete;
    expect(hold(element).textContent.trim()).to.equal(enVoice.kept);
    await expect(element).to.be.accessible();
    only().onstart?.();
    only().hear('first');
    await sendKeys({ press: 'Enter' });
    expect(only().state).to.equal('stopped');
    only().onend?.();
    await answered(element, 1);
    hold(element).click();
    const second = FakeRecognition.made[1] as FakeRecognition;
    expect(second.state).to.equal('started');
    second.onstart?.();
    second.hear('second');
    hold(element).click();
    expect(second.state).to.equal('stopped');
    second.onend?.();
    await answered(element, 2);
    expect(turns(element)).to.deep.equal(['first', 'second']);
  });

  it('gives the text back when it is cancelled, and sends with Enter what it heard', async () => {
    const element = await running();
    const before = prompt(element);
    expect(before).not.to.equal('');
    hold(element).focus();
    await sendKeys({ press: 'Enter' });
    only().hear('a mistake');
    await sendKeys({ press: 'Escape' });
    await element.updateComplete;
    expect(only().state).to.equal('aborted');
    expect(prompt(element)).to.equal(before);
    expect(turns(element)).to.deep.equal([]);
    await sendKeys({ press: 'Enter' });
    const second = FakeRecognition.made[1] as FakeRecognition;
    second.hear('by Enter');
    await element.updateComplete;
    part(element, '#board-prompt').focus();
    await sendKeys({ press: 'Enter' });
    await answered(element, 1);
    expect(second.state).to.equal('aborted');
    expect(turns(element)).to.deep.equal(['by Enter']);
  });

  it('leaves in the box what it heard before the browser ended it', async () => {
    const element = await running();
    hold(element).click();
    only().onstart?.();
    only().hear('half a');
    only().onend?.();
    await element.updateComplete;
    expect(prompt(element)).to.equal('half a');
    expect(turns(element)).to.deep.equal([]);
    expect(hold(element).textContent.trim()).to.equal(enVoice.speak);
  });

  const ways: Readonly<Record<string, (element: Esp32LlmConverter) => unknown>> = {
    'the door is closed': (element) => (part<HTMLDetailsElement>(element, '.voice').open = false),
    'the step is left': (element) => button(element, 'Flash').click(),
    'the element goes': (element) => element.remove(),
  };
  for (const [way, leave] of Object.entries(ways))
    it(`listens no more when ${way}`, async () => {
      const element = await running();
      hold(element).click();
      expect(only().state).to.equal('started');
      leave(element);
      await waitUntil(() => only().state === 'aborted', 'it listens on', PATIENCE);
    });

  const errors: readonly [string, string][] = [
    ['not-allowed', enVoice.problems.denied],
    ['audio-capture', enVoice.problems.noMicrophone],
    ['no-speech', enVoice.problems.nothing],
    ['odd-code', enVoice.problems.other('odd-code')],
  ];
  for (const [code, text] of errors)
    it(`says what to do after ${code}`, async () => {
      const element = await running();
      hold(element).click();
      only().fail(code);
      await rendered(element, '.voice-problem');
      expect(part(element, '.voice-problem').textContent.trim()).to.equal(text);
      expect(status(element)).to.equal(text);
      // Where nothing goes away, the next press tries again.
      hold(element).click();
      expect(FakeRecognition.made).to.have.length(2);
    });

  it('asks again when the browser can no longer do it here', async () => {
    const element = await running();
    hold(element).click();
    FakeRecognition.status = () => 'unavailable';
    only().fail('language-not-supported');
    await rendered(element, '.voice-refused');
    expect(root(element).querySelector('.hold')).to.equal(null);
  });

  it('lets the browser download what it needs, at a press and not before', async () => {
    FakeRecognition.status = (tag) => (tag === 'en-US' ? 'downloadable' : 'unavailable');
    FakeRecognition.installs = false;
    const element = await running('.voice-install');
    await expect(element).to.be.accessible();
    expect(FakeRecognition.installed).to.deep.equal([]);
    part(element, '.voice-install').click();
    await rendered(element, '.voice-problem');
    expect(part(element, '.voice-problem').textContent.trim()).to.equal(enVoice.notDownloaded);
    FakeRecognition.installs = true;
    part(element, '.voice-install').click();
    await rendered(element, '.hold');
    expect(FakeRecognition.installed[1]).to.deep.equal({ langs: ['en-US'], processLocally: true });
    expect(FakeRecognition.made).to.deep.equal([]);
  });

  const dictionaries: Readonly<Record<Language, VoiceStrings>> = {
    en: enVoice,
    es: esVoice,
    'zh-Hans': zhHansVoice,
  };
  const refusals: readonly [keyof VoiceStrings['refused'], () => void][] = [
    ['absent', () => play('SpeechRecognition', undefined)],
    ['remote', () => play('SpeechRecognition', OldRecognition)],
    ['language', () => (FakeRecognition.status = () => 'unavailable')],
    ['forbidden', () => (FakeRecognition.status = () => Promise.reject(new Error('policy')))],
  ];
  for (const [reason, set] of refusals)
    it(`says why nobody listens, and asks for no microphone: ${reason}`, async () => {
      set();
      const element = await running('.voice-refused');
      for (const [language, words] of Object.entries(dictionaries)) {
        element.lang = language;
        const name = new Intl.DisplayNames([language], { type: 'language' }).of('en') ?? '';
        const text = words.refused[reason](name);
        await waitUntil(() => shown(element).includes(text), `${language}: ${shown(element)}`, PATIENCE);
        expect(root(element).querySelector('.hold')).to.equal(null);
        await expect(element).to.be.accessible();
      }
      expect(FakeRecognition.made).to.deep.equal([]);
    });

  it('reads answers aloud when it is asked to, by a voice of this computer', async () => {
    const element = await running();
    const ask = async (count: number): Promise<void> => {
      hold(element).click();
      const recognition = FakeRecognition.made.at(-1) as FakeRecognition;
      recognition.onstart?.();
      recognition.hear('hello');
      hold(element).click();
      recognition.onend?.();
      await answered(element, count);
    };
    await ask(1);
    expect(spoken).to.deep.equal([]);
    part(element, '.voice-aloud').click();
    await ask(2);
    expect(spoken.map(({ text, voice, lang }) => [text, voice?.name, lang])).to.deep.equal([
      ['{"do":"on"}', 'near', 'en_GB'],
    ]);
    // What is said ends when somebody speaks, and when it is no longer wanted.
    hold(element).click();
    expect(cancelled).to.equal(1);
    part(element, '.voice-aloud').click();
    expect(cancelled).to.equal(1);
  });

  it('reads nothing aloud where every voice sends the text away', async () => {
    voices = voices.filter(({ localService }) => !localService);
    const element = await running();
    expect(part<HTMLInputElement>(element, '.voice-aloud').disabled).to.be.true;
    expect(part(element, '#voice-aloud-text').textContent.trim()).to.equal(enVoice.noVoice('English'));
  });

  for (const [where, go] of Object.entries({
    'a board on a cable': toChat,
    'the engine in the page': toPageEngine,
  }))
    it(`is there for ${where}`, async () => {
      const element = await make();
      await go(element);
      await opened(element);
      hold(element).click();
      only().hear('from here');
      await element.updateComplete;
      expect(prompt(element)).to.equal('from here');
    });

  it('does not listen where the prompt is the page’s own', async () => {
    const element = await make({ locked: 'prompt' });
    await toRunning(element);
    await opened(element, '.voice-aloud');
    expect(root(element).querySelector('.hold')).to.equal(null);
    expect(FakeRecognition.asked).to.deep.equal([]);
  });
});
