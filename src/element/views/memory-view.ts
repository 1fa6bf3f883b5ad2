/** A look into the emulated board's memory: bytes by address, page by page, and what lies there by the plan. */
import { html, nothing, type TemplateResult } from 'lit';
import type { EmulatorActions } from '../board/board-actions.js';
import type { EmulatedState, MemoryPage } from '../board/emulated-store.js';
import { spansWithin, type MemorySpan } from '../board/memory-map.js';
import { PAGE_BYTES, readAddressText, type RegionName } from '../board/memory-regions.js';
import type { AllStrings } from '../strings/strings.js';

/** Bytes in a row of the table. */
const ROW_BYTES = 16;

export function memoryView(
  state: EmulatedState,
  strings: AllStrings,
  actions: EmulatorActions,
): TemplateResult | typeof nothing {
  const words = strings.board.memory;
  const { regions, region, page, map } = state;
  const current = regions?.get(region);
  if (regions === null || current === undefined) return nothing;
  const go = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.target as HTMLFormElement).get('address');
    const address = typeof typed === 'string' ? readAddressText(typed) : null;
    if (address !== null) actions.goTo(address);
  };
  return html`<details class="panel memory-view">
    <summary>${words.heading}</summary>
    <p class="quiet">${words.text}</p>
    <form class="look" novalidate @submit=${go}>
      <div class="field">
        <label for="memory-region">${words.region}</label>
        <select
          id="memory-region"
          @change=${(event: Event) => actions.lookAt((event.target as HTMLSelectElement).value as RegionName)}
        >
          ${[...regions.keys()].map(
            (name) =>
              html`<option value=${name} ?selected=${name === region}>${words.regions[name]}</option>`,
          )}
        </select>
      </div>
      <div class="field">
        <label for="memory-address">${words.address}</label>
        <div class="inline">
          <input
            id="memory-address"
            name="address"
            type="text"
            dir="ltr"
            inputmode="text"
            autocomplete="off"
            spellcheck="false"
            .value=${hex(page?.address ?? current.begin)}
          />
          <button type="submit" part="button">${page === null ? words.look : words.go}</button>
        </div>
      </div>
    </form>
    ${
      page === null
        ? nothing
        : html`<div class="buttons">
              <button
                type="button"
                part="button"
                ?disabled=${page.address <= current.begin}
                @click=${() => actions.turn(-1)}
              >
                ${words.previous}
              </button>
              <button
                type="button"
                part="button"
                ?disabled=${page.address + PAGE_BYTES >= current.end}
                @click=${() => actions.turn(1)}
              >
                ${words.next}
              </button>
              <button type="button" part="button" @click=${() => actions.turn(0)}>${words.again}</button>
            </div>
            ${bytesTable(page, map, strings)} ${spans(page, map, strings)}`
    }
  </details>`;
}

function bytesTable(page: MemoryPage, map: readonly MemorySpan[], strings: AllStrings): TemplateResult {
  const words = strings.board.memory;
  const { address, bytes } = page;
  if (bytes === null) return html`<p class="quiet">${words.nothing}</p>`;
  const caption = words.table(hex(address), hex(address + bytes.length - 1));
  const rows = Array.from({ length: Math.ceil(bytes.length / ROW_BYTES) }, (_, row) => row * ROW_BYTES);
  const index = spansWithin(map, address, bytes.length);
  // A byte of another span than the one before it begins a new shade.
  const shade = (at: number): string => {
    const found = index.findIndex((span) => span.begin <= at && at < span.end);
    return found < 0 ? '' : found % 2 === 0 ? 'even' : 'odd';
  };
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${caption}>
    <table class="bytes" dir="ltr" translate="no">
      <caption class="hidden">
        ${caption}
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">${words.columns.address}</th>
          <th scope="col">${words.columns.bytes}</th>
          <th scope="col">${words.columns.text}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => {
          const line = [...bytes.subarray(row, row + ROW_BYTES)];
          return html`<tr>
            <th scope="row">${hex(address + row)}</th>
            <td>
              ${line.map(
                (byte, column) =>
                  html`<span class=${shade(address + row + column)}
                    >${byte.toString(16).padStart(2, '0')}</span
                  > `,
              )}
            </td>
            <td><span class="words">${line.map(printable).join('')}</span></td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function spans(
  { address }: MemoryPage,
  map: readonly MemorySpan[],
  strings: AllStrings,
): TemplateResult | typeof nothing {
  const words = strings.board.memory;
  const here = spansWithin(map, address, PAGE_BYTES);
  if (here.length === 0) return nothing;
  return html`<div>
    <h5 id="memory-here">${words.here}</h5>
    <ul class="here" aria-labelledby="memory-here">
      ${here.map(
        (span, index) =>
          html`<li class=${index % 2 === 0 ? 'even' : 'odd'}>
            <span
              >${words.kinds[span.kind]}${span.name === '' ? nothing : html` <code translate="no">${span.name}</code>`}</span
            >
            <span class="quiet" dir="ltr"
              >${words.range(hex(span.begin), hex(span.end - 1), span.end - span.begin)}</span
            >
          </li>`,
      )}
    </ul>
  </div>`;
}

/** A byte as a character, where it is one. */
function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

/** An address as debuggers write it. */
export function hex(address: number): string {
  return `0x${address.toString(16).padStart(8, '0')}`;
}
