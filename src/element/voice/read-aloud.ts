/** Reading aloud by voices of this computer; those that send text to a service are never used. */
import type { Language } from '../../shared/languages.js';
import { isOf } from './recognition.js';

function synthesis(): SpeechSynthesis | undefined {
  return (globalThis as { speechSynthesis?: SpeechSynthesis }).speechSynthesis;
}

/** What is being said; the page may say things of its own, which stay. */
let spoken: SpeechSynthesisUtterance | null = null;

/** @param later called once when voices come that are not there yet */
export function localVoice(language: Language, later?: () => void): SpeechSynthesisVoice | null {
  const voices = synthesis()?.getVoices() ?? [];
  if (voices.length === 0 && later !== undefined)
    synthesis()?.addEventListener('voiceschanged', later, { once: true });
  return voices.find(({ localService, lang }) => localService === true && isOf(lang, language)) ?? null;
}

/** Says a text instead of whatever is being said; nothing where no voice of this computer has the language. */
export function readAloud(text: string, language: Language): void {
  quiet();
  const voice = localVoice(language);
  if (voice === null) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  utterance.onend = () => (spoken = null);
  spoken = utterance;
  synthesis()?.speak(utterance);
}

/** Ends what {@link readAloud} began. */
export function quiet(): void {
  if (spoken !== null) synthesis()?.cancel();
  spoken = null;
}
