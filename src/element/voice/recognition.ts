/**
 * Speech that the browser recognises on the computer itself. Nothing here listens where sound would be sent away: the browser is asked
 * first (`available` with `processLocally`), which asks for no microphone, and one that cannot promise it is not used.
 * Source: Web Speech API, "On-device speech recognition".
 */
import { findLanguage, type Language } from '../../shared/languages.js';

interface Recogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally: boolean;
  onstart: (() => void) | null;
  onresult: ((event: { readonly results: SpeechRecognitionResultList }) => void) | null;
  onerror: ((event: { readonly error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}

interface LocalOptions {
  readonly langs: readonly string[];
  readonly processLocally: true;
}

interface RecogniserClass {
  new (): Recogniser;
  readonly prototype: Recogniser;
  /** Absent in browsers that recognise speech elsewhere only. */
  available?(options: LocalOptions): Promise<string>;
  install?(options: LocalOptions): Promise<boolean>;
}

/** Why nobody listens: no recognition, none that promises to stay here, not this language, or not on this page. */
export type Refusal = 'absent' | 'remote' | 'language' | 'forbidden';

/** What the browser can do with a language, and by which tag (BCP 47) it knows it. */
export type Hearing =
  | { readonly kind: 'here' | 'downloadable'; readonly tag: string }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly detail: string | null };

/** What browsers call the languages that they recognise; a language alone is not enough for all of them. */
const USUAL: Readonly<Record<Language, readonly string[]>> = {
  en: ['en-US'],
  es: ['es-ES'],
  'zh-Hans': ['zh-CN', 'cmn-Hans-CN'],
};

/** Whether a tag, with `-` or the `_` of some systems, is a kind of a language. */
export function isOf(tag: string, language: Language): boolean {
  const [of, wanted] = [tag.replaceAll('_', '-'), language.slice(0, 2)];
  return (
    new RegExp(`^(?:${wanted === 'zh' ? 'zh|cmn' : wanted})\\b`, 'i').test(of) &&
    findLanguage(of) === language
  );
}

function recogniserClass(): RecogniserClass | undefined {
  const scope = globalThis as {
    SpeechRecognition?: RecogniserClass;
    webkitSpeechRecognition?: RecogniserClass;
  };
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition;
}

/** Asks the browser what it can do on this computer; the person's own kind of the language comes first. Never throws. */
export async function hearingOf(language: Language): Promise<Hearing> {
  const found = recogniserClass();
  const refused = (reason: Refusal, detail: string | null = null): Hearing => ({
    kind: 'refused',
    reason,
    detail,
  });
  if (found === undefined) return refused('absent');
  // Elsewhere the property would be set and mean nothing.
  if (found.available === undefined || !('processLocally' in found.prototype)) return refused('remote');
  const own = navigator.languages.filter((tag) => tag.includes('-') && isOf(tag, language));
  let downloadable: string | null = null;
  try {
    for (const tag of new Set([...own, ...USUAL[language]])) {
      const status = await found.available({ langs: [tag], processLocally: true });
      if (status === 'available') return { kind: 'here', tag };
      if (status === 'downloadable' || status === 'downloading') downloadable ??= tag;
    }
  } catch (cause) {
    return refused('forbidden', String(cause));
  }
  return downloadable === null ? refused('language') : { kind: 'downloadable', tag: downloadable };
}

/** Lets the browser download what recognises a language. @returns whether it did */
export async function install(tag: string): Promise<boolean> {
  return (
    (await recogniserClass()
      ?.install?.({ langs: [tag], processLocally: true })
      .catch(() => false)) ?? false
  );
}

export interface ListeningOptions {
  /** The microphone is on. */
  readonly onBegin: () => void;
  /** All that was heard so far, which may change. */
  readonly onText: (text: string) => void;
  /** It is over. @param error the browser's code, `null` without one */
  readonly onEnd: (error: string | null) => void;
}

export interface Listening {
  /** Ends it with what was heard. */
  stop(): void;
  /** Ends it at once; nothing is told any more. */
  abort(): void;
}

/** Listens on this computer, until it is stopped or the browser has enough. @param tag of {@link hearingOf} */
export function listen(tag: string, { onBegin, onText, onEnd }: ListeningOptions): Listening {
  const found = recogniserClass();
  if (found === undefined) throw new Error('There is no speech recognition.');
  const recogniser = new found();
  let error: string | null = null;
  recogniser.lang = tag;
  recogniser.processLocally = true;
  recogniser.continuous = true;
  recogniser.interimResults = true;
  recogniser.onstart = onBegin;
  recogniser.onresult = ({ results }) =>
    onText(
      Array.from(results, (result) => result[0]?.transcript ?? '')
        .join('')
        .trim(),
    );
  recogniser.onerror = (event) => (error = event.error);
  recogniser.onend = () => onEnd(error);
  recogniser.start();
  return {
    stop: () => recogniser.stop(),
    abort: () => {
      recogniser.onstart = recogniser.onresult = recogniser.onerror = recogniser.onend = null;
      recogniser.abort();
    },
  };
}
