/** The words of the state in the page's address, which come with it. */
import type { Language } from '../../shared/languages.js';
import type { enAddress } from './en/address.js';

export type AddressStrings = typeof enAddress;

const DICTIONARIES: Readonly<Record<Language, () => Promise<AddressStrings>>> = {
  en: async () => (await import('./en/address.js')).enAddress,
  es: async () => (await import('./es/address.js')).esAddress,
  'zh-Hans': async () => (await import('./zh-hans/address.js')).zhHansAddress,
};

/** @throws when they cannot be fetched */
export async function loadAddressStrings(language: Language): Promise<AddressStrings> {
  return DICTIONARIES[language]();
}
