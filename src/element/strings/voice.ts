/** The words of speaking with a model, which come when it is opened. */
import type { Language } from '../../shared/languages.js';
import type { enVoice } from './en/voice.js';

export type VoiceStrings = typeof enVoice;

const DICTIONARIES: Readonly<Record<Language, () => Promise<VoiceStrings>>> = {
  en: async () => (await import('./en/voice.js')).enVoice,
  es: async () => (await import('./es/voice.js')).esVoice,
  'zh-Hans': async () => (await import('./zh-hans/voice.js')).zhHansVoice,
};

/** @throws when they cannot be fetched */
export async function loadVoiceStrings(language: Language): Promise<VoiceStrings> {
  return DICTIONARIES[language]();
}
