/**
 * The board on paper, arranged as the page draws it: socket and buttons, the chip with its own memory inside, the memories
 * beside it, and how full the model makes each.
 */
import type { MemoryName, MemoryUse } from '../plan/plan.js';
import { formatBytes } from '../shared/format.js';
import { escapeHtml } from './html.js';
import type { KitWords } from './words.js';

/** What of a plan is drawn; bytes. */
export type DrawnUse = Pick<MemoryUse, 'memory' | 'capacity' | 'weights' | 'cache' | 'scratch'>;

/** Left edge of each memory, and its name on the board. */
const PLACES: Readonly<Record<MemoryName, readonly [x: number, name: string]>> = {
  sram: [104, 'SRAM'],
  psram: [156, 'PSRAM'],
  flash: [204, 'Flash'],
};
const WIDTH = 36;
/** The line that memories stand on, and their height. */
const BASE = 104;
const HEIGHT = 56;
/** What is there is seen. */
const LEAST = 1;

/** @param chip what is written on it */
export function boardDrawing(memories: readonly DrawnUse[], chip: string, words: KitWords): string {
  const { drawing } = words.sheet;
  const label = [drawing, ...memories.map((use) => memoryText(use, words))].join('. ');
  return `<svg viewBox="0 0 264 134" style="width: 58mm" role="img" aria-label="${escapeHtml(label)}">
          <rect x="34" y="4" width="226" height="126" rx="5" fill="#eef1f4" stroke="#17212b" stroke-width="1.5"/>
          <rect x="26" y="56" width="20" height="22" rx="2" fill="#fff" stroke="#17212b" stroke-width="1.5"/>
          <path d="M2 67h24" stroke="#17212b" stroke-width="5"/>
          <g fill="#fff" stroke="#0b6e69" stroke-width="1.5"><rect x="58" y="18" width="18" height="14" rx="2"/><circle cx="67" cy="25" r="4"/><rect x="58" y="100" width="18" height="14" rx="2"/><circle cx="67" cy="107" r="4"/></g>
          <g fill="#fff" stroke="#17212b"><rect x="90" y="12" width="164" height="110" rx="3"/><rect x="96" y="22" width="52" height="96" rx="2"/><rect x="152" y="34" width="44" height="84" rx="2"/><rect x="200" y="34" width="44" height="84" rx="2"/><rect x="100" y="32" width="21" height="10" rx="1"/><rect x="123" y="32" width="21" height="10" rx="1"/></g>
          <path d="M148 76h4M148 96h2v25h50v-3" fill="none" stroke="#17212b"/>
          ${memories.map((use) => memoryShape(use, words.language)).join('\n          ')}
          <g font-family="system-ui, sans-serif" font-size="6" text-anchor="middle" fill="#17212b"><text x="67" y="41">BOOT</text><text x="67" y="97">RESET</text><text x="14" y="59">USB</text><text x="122" y="29">${escapeHtml(chip)}</text><text x="110.5" y="39.5">CPU 0</text><text x="133.5" y="39.5">CPU 1</text></g>
        </svg>`;
}

/** How full each memory gets, for those who do not see the drawing and for those who write it down. */
export function memoryText(use: DrawnUse, { language, sheet }: KitWords): string {
  return sheet.memory(
    PLACES[use.memory][1],
    formatBytes(usedOf(use), language),
    formatBytes(use.capacity, language),
  );
}

function memoryShape(use: DrawnUse, language: string): string {
  const [x, name] = PLACES[use.memory];
  const { capacity } = use;
  const full = capacity === 0 ? 0 : Math.min(1, usedOf(use) / capacity);
  const height = full === 0 ? 0 : Math.max(LEAST, full * HEIGHT);
  const size = capacity === 0 ? '–' : formatBytes(capacity, language);
  const rounded = (value: number): string => String(Math.round(value * 100) / 100);
  return `<rect class="used" x="${x}" y="${rounded(BASE - height)}" width="${WIDTH}" height="${rounded(height)}" fill="#0b6e69"/><rect x="${x}" y="${BASE - HEIGHT}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#17212b"/><text x="${x + WIDTH / 2}" y="${BASE + 7}" font-family="system-ui, sans-serif" font-size="5.5" text-anchor="middle" fill="#17212b">${name} ${escapeHtml(size)}</text>`;
}

function usedOf({ weights, cache, scratch }: DrawnUse): number {
  return weights + cache + scratch;
}
