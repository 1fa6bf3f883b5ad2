/** The words of the drawing of a board, which come when it is opened. */
import type { Language } from '../../shared/languages.js';
import type { enDrawing } from './en/drawing.js';

export type DrawingStrings = typeof enDrawing;

const DICTIONARIES: Readonly<Record<Language, () => Promise<DrawingStrings>>> = {
  en: async () => (await import('./en/drawing.js')).enDrawing,
  es: async () => (await import('./es/drawing.js')).esDrawing,
  'zh-Hans': async () => (await import('./zh-hans/drawing.js')).zhHansDrawing,
};

/** @throws when they cannot be fetched */
export async function loadDrawingStrings(language: Language): Promise<DrawingStrings> {
  return DICTIONARIES[language]();
}
