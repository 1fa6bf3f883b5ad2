/** The words of the list of known models, which come when it is opened. */
import type { Language } from '../../shared/languages.js';
import type { enGallery } from './en/gallery.js';

export type GalleryStrings = typeof enGallery;

const DICTIONARIES: Readonly<Record<Language, () => Promise<GalleryStrings>>> = {
  en: async () => (await import('./en/gallery.js')).enGallery,
  es: async () => (await import('./es/gallery.js')).esGallery,
  'zh-Hans': async () => (await import('./zh-hans/gallery.js')).zhHansGallery,
};

/** @throws when they cannot be fetched */
export async function loadGalleryStrings(language: Language): Promise<GalleryStrings> {
  return DICTIONARIES[language]();
}
