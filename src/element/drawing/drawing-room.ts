/** The drawing of a board with what a person points at, and the same as a table. */
import { adoptStyles, html, nothing, type LitElement, type TemplateResult } from 'lit';
import { findBoard } from '../../plan/boards.js';
import type { PlanJson } from '../../plan/plan.js';
import type { Language } from '../../shared/languages.js';
import { showableLine } from '../../shared/safe-text.js';
import type { Page } from '../page.js';
import { loadDrawingStrings, type DrawingStrings } from '../strings/drawing.js';
import type { Strings } from '../strings/strings.js';
import { boardBlocks, type Block, type DrawnMemory } from './board-blocks.js';
import { boardDrawing, type DrawingFacts, type Pointed } from './board-drawing.js';
import { drawingStyles } from './drawing-styles.js';

/** Names of tensors that are said of a piece; the table has all. */
const MOST_NAMES = 8;

export class DrawingRoom {
  /** @throws when its words cannot be fetched */
  static async open(page: Page, language: Language): Promise<DrawingRoom> {
    const { shadowRoot } = page.element;
    const words = await loadDrawingStrings(language);
    if (shadowRoot !== null) {
      const { elementStyles } = page.element.constructor as typeof LitElement;
      const sheets = [...shadowRoot.adoptedStyleSheets];
      adoptStyles(shadowRoot, [...elementStyles, drawingStyles]);
      // What other rooms have added stays.
      shadowRoot.adoptedStyleSheets = [...new Set([...sheets, ...shadowRoot.adoptedStyleSheets])];
    }
    return new DrawingRoom(page, language, words);
  }

  readonly language: Language;
  readonly #page: Page;
  readonly #words: DrawingStrings;
  /** `null` before a person points at something. */
  #pointed: Pointed | null = null;

  private constructor(page: Page, language: Language, words: DrawingStrings) {
    this.#page = page;
    this.language = language;
    this.#words = words;
  }

  view(plan: PlanJson, strings: Strings): TemplateResult {
    const words = this.#words;
    const memories = boardBlocks(plan).filter(({ capacity, used }) => capacity > 0 || used > 0);
    const names = new Namer(words, strings);
    const board = findBoard(plan.board);
    const pointed = this.#pointedIn(memories);
    const facts: DrawingFacts = {
      memories,
      pointed,
      labels: {
        picture: words.picture,
        board: board.name.replace(/ \(.*/, ''),
        chip: board.chip.name,
        usb: words.usb,
        name: (memory) => strings.fit.memories[memory],
        size: strings.report.format.bytes,
        memory: (memory) => names.memory(memory),
        block: (block, memory) => names.block(block, memory),
      },
      point: (next) => {
        if (next.memory === this.#pointed?.memory && next.index === this.#pointed.index) return;
        this.#pointed = next;
        this.#page.element.requestUpdate();
      },
    };
    const shown = memories.find(({ memory }) => memory === this.#pointed?.memory);
    const block = shown?.blocks[this.#pointed?.index ?? -1];
    return html`${boardDrawing(facts)}
      <p class="pointed-at" aria-hidden="true">
        ${shown === undefined || block === undefined ? html`<span class="quiet">${words.hint}</span>` : names.block(block, shown)}
      </p>
      <p class="quiet">${words.copied}</p>
      ${table(memories, names, words)}`;
  }

  /** One piece can always be reached by Tab. */
  #pointedIn(memories: readonly DrawnMemory[]): Pointed {
    const kept = memories.find(({ memory }) => memory === this.#pointed?.memory);
    if (this.#pointed !== null && kept !== undefined && this.#pointed.index < kept.blocks.length)
      return this.#pointed;
    const first = memories.find(({ blocks }) => blocks.length > 0);
    return { memory: first?.memory ?? 'sram', index: 0 };
  }
}

/** What pieces and memories are called. */
class Namer {
  readonly #words: DrawingStrings;
  readonly #strings: Strings;

  constructor(words: DrawingStrings, strings: Strings) {
    this.#words = words;
    this.#strings = strings;
  }

  bytes(bytes: number): string {
    return this.#strings.report.format.bytes(bytes);
  }

  name({ memory }: DrawnMemory): string {
    return this.#strings.fit.memories[memory];
  }

  memory(drawn: DrawnMemory): string {
    const { capacity, used } = drawn;
    const [name, needed] = [this.name(drawn), this.bytes(used)];
    if (capacity === 0) return this.#words.missing(name, needed);
    const text = this.#words.memory(name, needed, this.bytes(capacity));
    return used > capacity ? `${text}, ${this.#words.over(this.bytes(used - capacity))}` : text;
  }

  part({ kind, layer, tensors }: Block): string {
    if (kind === 'layer') return this.#words.layer(layer);
    return kind === 'tensor' ? showableLine(tensors[0]?.name ?? '') : this.#words[kind];
  }

  block(block: Block, memory: DrawnMemory): string {
    const text = this.#words.block(this.part(block), this.name(memory), this.bytes(block.bytes));
    return block.kind === 'layer' ? `${text} (${this.tensors(block, MOST_NAMES)})` : text;
  }

  tensors({ tensors }: Block, most = Infinity): string {
    const shown = tensors
      .slice(0, most)
      .map(({ name, bytes }) => `${showableLine(name)} ${this.bytes(bytes)}`);
    return [...shown, ...(tensors.length > most ? ['…'] : [])].join(', ');
  }
}

function table(memories: readonly DrawnMemory[], names: Namer, words: DrawingStrings): TemplateResult {
  const { columns } = words;
  return html`<details class="more">
    <summary>${words.table}</summary>
    <div class="scroll" tabindex="0" role="group" aria-label=${words.table}>
      <table>
        <thead>
          <tr>
            <th scope="col">${columns.memory}</th>
            <th scope="col">${columns.part}</th>
            <th scope="col">${columns.bytes}</th>
            <th scope="col">${columns.tensors}</th>
          </tr>
        </thead>
        <tbody>
          ${memories.map((memory) =>
            memory.blocks.map(
              (block, index) =>
                html`<tr>
                  ${index === 0 ? html`<th scope="rowgroup" rowspan=${memory.blocks.length}>${names.memory(memory)}</th>` : nothing}
                  <td>${names.part(block)}</td>
                  <td>${names.bytes(block.bytes)}</td>
                  <td translate="no">${names.tensors(block)}</td>
                </tr>`,
            ),
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
