/** Which files of a folder are models in GGUF. Large ones are split, and named `NAME-00001-of-00003.gguf`. */

/** A model and the files that hold it, in their order. */
export interface GgufFiles {
  /** The name that the files share. */
  readonly name: string;
  /** Those that are there; of a split model all names, whether there or not. */
  readonly files: readonly string[];
}

const SPLIT = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** Parts of other models, and what quantizers keep. */
const NO_MODEL = /(?:^|[/._-])(?:mmproj|imatrix)(?=[._-])/i;

/** Every model that the names tell, by name; those of the folder itself when there are any. */
export function ggufFiles(names: readonly string[]): readonly GgufFiles[] {
  const some = names.filter((name) => /\.gguf$/i.test(name));
  const likely = some.filter((name) => !NO_MODEL.test(name));
  // Alone, such a file says itself what it is.
  const all = likely.length > 0 ? likely : some;
  const own = all.filter((name) => !name.includes('/'));
  const models = new Map<string, GgufFiles>();
  for (const name of own.length > 0 ? own : all) {
    const [, base, , count] = SPLIT.exec(name) ?? [];
    const files = base === undefined ? [name] : splitNames(base, Number(count), name);
    const [first = name] = files;
    models.set(first, { name: base ?? name.replace(/\.gguf$/i, ''), files });
  }
  return [...models.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Parts of a model, as many as are named. */
const MOST_PARTS = 1000;

/** @param name of one of them, whose ending all have */
function splitNames(base: string, count: number, name: string): readonly string[] {
  if (count < 1 || count > MOST_PARTS) return [name];
  const five = (number: number): string => String(number).padStart(5, '0');
  const ending = name.slice(name.lastIndexOf('.'));
  return Array.from({ length: count }, (_, index) => `${base}-${five(index + 1)}-of-${five(count)}${ending}`);
}
