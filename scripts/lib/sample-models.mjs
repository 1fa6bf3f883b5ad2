// The models that come with the element: every folder of models/ that has a card.json.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './run.mjs';

/** Languages that a card has words in: those of the element. */
const LANGUAGES = ['en', 'es', 'zh-Hans'];

/** Files of a folder that no page reads: what the model was trained and is judged with. */
const OWN = /^(?:card\.json|expected\.json|heldout\.jsonl|samples\.txt)$/;

/** Longest text of a card: cards stand beside each other. */
const MAX_TEXT = 240;

/**
 * @returns {{ folder: string, card: object, files: string[] }[]} in the order of their names, with what converter, class kits and
 *   views read of each
 */
export function sampleModels(models = path.join(ROOT, 'models')) {
  return readdirSync(models, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(models, entry.name, 'card.json')))
    .map(({ name }) => ({
      folder: name,
      card: readCard(path.join(models, name, 'card.json')),
      files: readdirSync(path.join(models, name), { withFileTypes: true })
        .filter((entry) => entry.isFile() && !OWN.test(entry.name) && !entry.name.startsWith('.'))
        .map((entry) => entry.name)
        .sort(),
    }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** The names of a model's finished conversion in dist/: what is known of it, and its package. */
export function readyNames(folder) {
  return { facts: `models/${folder}.ready.json`, package: `models/${folder}.s3lm` };
}

function readCard(file) {
  const card = JSON.parse(readFileSync(file, 'utf8'));
  const wrong = (what) => new Error(`${path.relative(ROOT, file)}: ${what}`);
  const isText = (value) => typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT;
  for (const key of ['title', 'does']) {
    const missing = LANGUAGES.find((language) => !isText(card[key]?.[language]));
    if (missing) throw wrong(`${key} needs a text of at most ${MAX_TEXT} characters in ${missing}.`);
  }
  if (!Array.isArray(card.speaks) || card.speaks.length === 0 || !card.speaks.every(isText))
    throw wrong('speaks is a list of the languages that the model understands, that of the examples first.');
  if (!Array.isArray(card.examples) || card.examples.length !== 2 || !card.examples.every(isText))
    throw wrong('examples are two prompts.');
  return card;
}
