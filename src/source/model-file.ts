/** Files that are a whole model by themselves, and may be named in place of a folder. */

/** Whether a file of this name is a model. */
export function isModelFile(name: string): boolean {
  return /\.gguf$/i.test(name);
}
