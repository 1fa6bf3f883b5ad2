/** How this program is called where it runs, and how names of files are typed there: for commands that a person copies. */
import { relative, sep } from 'node:path';
import { PROGRAM } from './terminal.js';

/** Names that every shell takes as they are. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * What starts this program from a folder, with the script that Node was started with.
 * @param script `undefined` when Node was given none
 */
export function programName(script: string | undefined, folder: string): string {
  if (script === undefined || !/\.m?[jt]s$/.test(script)) {
    // A link that npm made: beside a project's packages, where only npx finds it, or on the PATH.
    return script?.includes(`node_modules${sep}.bin${sep}`) === true ? `npx ${PROGRAM}` : PROGRAM;
  }
  const near = relative(folder, script);
  return `node ${shellWord(near.startsWith('..') ? script : near)}`;
}

/** A word as a shell reads it back. */
export function shellWord(word: string, platform: NodeJS.Platform = process.platform): string {
  if (PLAIN.test(word)) return word;
  if (platform === 'win32' && /^[\w@%+=:,./\\-]+$/.test(word)) return word;
  if (platform === 'win32') return `"${word.replaceAll('"', '""')}"`;
  return `"${word.replace(/["\\$`]/g, '\\$&')}"`;
}
