/** The documents of the repository, as tests read them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from '../../scripts/lib/files.mjs';
import { ROOT } from '../../scripts/lib/run.mjs';

export interface Document {
  /** Relative to the root, with `/`. */
  readonly name: string;
  readonly text: string;
}

/** All that people read: not what other tools brought, nor notes beside fixtures. */
export async function documents(): Promise<Document[]> {
  const names = await listFiles(ROOT, (name) => name.endsWith('.md'));
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(path.join(ROOT, name), 'utf8') })),
  );
}

/** A document without its blocks and spans of code. */
export function withoutCode(text: string): string {
  return text.replace(/^( *)(```|~~~)[\s\S]*?^\1\2.*$/gm, '').replace(/(`+)[^`][\s\S]*?\1/g, '');
}

/** Anchors of a document's headings, as GitHub makes them. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>();
  const counts = new Map<string, number>();
  for (const [, heading = ''] of text
    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '')
    .matchAll(/^#{1,6} +(.*)$/gm)) {
    const words = heading.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = words
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replace(/ /g, '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    found.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return found;
}

/** Lines of the blocks of a language, without the marks around them. */
export function blocks(text: string, language: string): string[] {
  const found = [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```/gm)];
  return found.filter(([, , name]) => name === language).map(([, , , body]) => body ?? '');
}
