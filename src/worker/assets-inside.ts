/**
 * The WebAssembly files and the firmware as Base64, by file name. The build replaces this module in the one-file bundle; in
 * every other form the files lie beside the script, and nothing is inside.
 */
export const assetsInside: Readonly<Record<string, string>> | null = null as Readonly<
  Record<string, string>
> | null;
