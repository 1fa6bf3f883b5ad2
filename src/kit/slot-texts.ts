/**
 * A teacher's own words for the element, from a Markdown file: a heading of the second level names a slot, and what stands
 * below it goes there. Of Markdown it knows paragraphs, lists, emphasis, code and links; all else stands for itself.
 */
import { UsageError } from '../shared/errors.js';
import { escapeHtml } from './html.js';
import type { SlotTexts } from './kit-preset.js';

const STEPS = ['fit', 'convert', 'compare', 'try', 'take', 'flash', 'chat'];

/** Slots that hold words inside a line; the others hold blocks. */
const INLINE = [
  'heading',
  'drop-hint',
  'drop-title',
  'sample-text',
  'privacy',
  ...STEPS.map((step) => `${step}-heading`),
];

/** Every slot of the element. */
export const SLOTS: readonly string[] = [...INLINE, 'choose-text', ...STEPS.map((step) => `${step}-text`)];

/** Longest file: some pages for each slot. */
export const MAX_TEXTS_CHARACTERS = 256 * 1024;

/** Whether a slot holds words inside a line. */
export function isInlineSlot(slot: string): boolean {
  return INLINE.includes(slot);
}

/**
 * Reads the file.
 * @param file its name, for messages
 * @throws UsageError naming the line and what would be right
 */
export function readSlotTexts(text: string, file: string): SlotTexts {
  if (text.length > MAX_TEXTS_CHARACTERS)
    throw new UsageError(`${file} is longer than ${MAX_TEXTS_CHARACTERS} characters. Shorten it.`);
  const sections = new Map<string, string[]>();
  let current: string[] | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const heading = /^##\s+(.*?)\s*$/.exec(line)?.[1];
    const place = `${file}, line ${index + 1}`;
    if (heading !== undefined) {
      if (!SLOTS.includes(heading))
        throw new UsageError(`${place}: there is no slot "${heading}". Slots are ${SLOTS.join(', ')}.`);
      if (sections.has(heading)) throw new UsageError(`${place}: ${heading} is there twice. Keep one.`);
      sections.set(heading, (current = []));
    } else if (current !== null) {
      current.push(line);
    } else if (line.trim() !== '' && !/^#\s/.test(line)) {
      throw new UsageError(
        `${place}: text before the first slot. Begin with a heading such as "## fit-text".`,
      );
    }
  }
  return new Map(
    [...sections].map(([slot, lines]) => [
      slot,
      isInlineSlot(slot) ? oneLine(slot, lines, file) : blocks(lines),
    ]),
  );
}

function oneLine(slot: string, lines: readonly string[], file: string): string {
  const paragraphs = paragraphsOf(lines);
  if (paragraphs.length > 1)
    throw new UsageError(`${file}: ${slot} is a line of text. Leave out the blank lines in it.`);
  return inline((paragraphs[0] ?? []).join(' '));
}

function blocks(lines: readonly string[]): string {
  return paragraphsOf(lines).map(block).join('');
}

/** Lines between blank ones. */
function paragraphsOf(lines: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '') found.push([]);
    else found.at(-1)?.push(line.trim());
  }
  return found.filter((paragraph) => paragraph.length > 0);
}

const ITEM = { ul: /^[-*+]\s+/, ol: /^\d{1,3}[.)]\s+/ } as const;

function block(lines: readonly string[]): string {
  for (const tag of ['ul', 'ol'] as const) {
    if (!ITEM[tag].test(lines[0] ?? '')) continue;
    const items: string[] = [];
    for (const line of lines) {
      if (ITEM[tag].test(line)) items.push(line.replace(ITEM[tag], ''));
      else items.push(`${items.pop() ?? ''} ${line}`);
    }
    return `<${tag}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</${tag}>`;
  }
  return `<p>${inline(lines.join(' '))}</p>`;
}

/** Code before all else, as what is in it stands for itself. */
const SPANS = /`([^`]+)`|\[([^[\]]+)\]\((https?:\/\/[^()\s]+)\)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g;

function inline(text: string): string {
  let html = '';
  let end = 0;
  for (const match of text.matchAll(SPANS)) {
    const [whole, code, label, address, strong, emphasis] = match;
    html += escapeHtml(text.slice(end, match.index));
    end = match.index + whole.length;
    if (code !== undefined) html += `<code>${escapeHtml(code)}</code>`;
    else if (label !== undefined && address !== undefined)
      html += `<a href="${escapeHtml(address)}" rel="noreferrer">${escapeHtml(label)}</a>`;
    else if (strong !== undefined) html += `<strong>${escapeHtml(strong)}</strong>`;
    else html += `<em>${escapeHtml(emphasis ?? '')}</em>`;
  }
  return html + escapeHtml(text.slice(end));
}
