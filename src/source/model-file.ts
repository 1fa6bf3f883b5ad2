/** Files that are a whole model by themselves, and may be named in place of a folder. */

/** Whether a file of this name is a model. */
export function isModelFile(name: string): boolean {
  return /\.gguf$/i.test(name);
}

/** What archives other than zip are called, by their names. */
const ARCHIVES: readonly (readonly [RegExp, string])[] = [
  [/\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst|lz4))$/i, 'tar'],
  [/\.7z$/i, '7z'],
  [/\.rar$/i, 'RAR'],
  [/\.(?:gz|bz2|xz|zst)$/i, 'compressed'],
];

/** What kind of archive that is not read a file is, `null` for none. */
export function archiveKind(name: string): string | null {
  return ARCHIVES.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
