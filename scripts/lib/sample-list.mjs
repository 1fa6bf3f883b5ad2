// The list of samples as the page loads it: words of the cards, computed facts, and every file by a literal address, by which
// bundlers of pages find it.
import path from 'node:path';
import { sampleFacts, sampleWork } from './ready-conversions.mjs';
import { readyNames, sampleModels } from './sample-models.mjs';

export const SAMPLE_LIST = 'src/element/samples/list.ts';
/** What each understands: alone, as the cards are much to load for it. */
export const SPOKEN_LIST = 'src/element/samples/spoken.ts';

/** The text of {@link SAMPLE_LIST}, formatted as the house does. */
export async function sampleList() {
  const work = await sampleWork();
  const entries = [];
  for (const sample of sampleModels()) entries.push(await entry(sample, await sampleFacts(work, sample)));
  const text = `/** The models that come with the element. Written by \`npm run models\` from the folders of models/ that have a card.json. */
import type { SampleModel } from './sample-model.js';

export const SAMPLES: readonly SampleModel[] = [${entries.join(',')}];
`;
  return formatted(text);
}

/** The text of {@link SPOKEN_LIST}. */
export async function spokenList() {
  const entries = sampleModels().map(({ folder, card }) => [folder, card.speaks]);
  return formatted(`/** The languages that the models understand which come with the element. Written by \`npm run models\`. */

/** BCP 47, by the model's name; that of its examples first. */
export const SPOKEN: ReadonlyMap<string, readonly string[]> = new Map(${JSON.stringify(entries)});
`);
}

async function formatted(text) {
  const { format, resolveConfig } = await import('prettier');
  return format(text, { ...(await resolveConfig(SAMPLE_LIST)), parser: 'typescript' });
}

async function entry({ folder, card, files }, facts) {
  const { facts: about, package: bytes } = readyNames(folder);
  const { title, does, speaks, examples } = card;
  const address = (place) =>
    `new URL('${path.posix.relative(path.posix.dirname(SAMPLE_LIST), place)}', import.meta.url).href`;
  const own = files.map((name) => `${JSON.stringify(name)}: ${address(`models/${folder}/${name}`)}`);
  return `{
    folder: ${JSON.stringify(folder)},
    card: ${JSON.stringify({ title, does, speaks, examples })},
    facts: ${JSON.stringify(facts)},
    files: () => ({ ${own.join(',')} }),
    ready: () => ({ facts: ${address(`dist/${about}`)}, package: ${address(`dist/${bytes}`)} }),
  }`;
}
