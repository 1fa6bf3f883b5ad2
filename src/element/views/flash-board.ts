/** What board was found, beside what the image needs, and what would be written. */
import { html, type TemplateResult } from 'lit';
import type { BoardFacts, BoardNeeds } from '../../device/board-detection.js';
import type { ImageFacts } from '../board/flash-store.js';
import type { AllStrings } from '../strings/strings.js';
import { markIcon } from './mark-icon.js';
import { hex } from './memory-view.js';
import { showable } from '../../shared/safe-text.js';

/** The board, fact by fact. */
export function foundView(board: BoardFacts, needs: BoardNeeds, strings: AllStrings): TemplateResult {
  const words = strings.board.flash;
  const { revision, flashBytes, psram } = board;
  const { chip = board.chip, revision: wanted } = needs;
  const fits =
    wanted === undefined ||
    revision[0] > wanted[0] ||
    (revision[0] === wanted[0] && revision[1] >= wanted[1]);
  const rows: readonly (readonly [string, string, string, boolean | null])[] = [
    [words.facts.chip, board.chip, chip, chip === board.chip],
    [
      words.facts.revision,
      words.revision(...revision),
      wanted === undefined ? words.any : words.revisionNeeded(...wanted),
      fits,
    ],
    [
      words.facts.flash,
      flashBytes === null ? words.unknown : words.bytes(flashBytes),
      words.exactly(needs.flashBytes),
      flashBytes !== null && flashBytes >= needs.flashBytes && !board.octalFlash,
    ],
    [
      words.facts.psram,
      psram === null ? words.noPsram : words.psramFound(psram.bytes, psram.kind),
      words.atLeast(needs.psramBytes ?? 0),
      (psram?.bytes ?? 0) >= (needs.psramBytes ?? 0),
    ],
    [words.facts.connection, words.connections[board.connection], words.any, null],
    [words.facts.mac, board.mac, words.any, null],
  ];
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${words.found}>
    <table class="found">
      <caption>
        ${words.found}
      </caption>
      <thead>
        <tr>
          <th scope="col">${words.foundColumns.what}</th>
          <th scope="col">${words.foundColumns.found}</th>
          <th scope="col">${words.foundColumns.needed}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, found, needed, good]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class=${good === null ? '' : good ? 'good' : 'bad'}>
                ${good === null ? '' : html`${markIcon(good)}<span class="hidden">${good ? words.good : words.bad}:</span>`}
                ${found}
              </td>
              <td class="quiet">${good === null ? '' : needed}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The parts of the image, folded. */
export function partsView({ parts, bytes }: ImageFacts, strings: AllStrings): TemplateResult {
  const words = strings.board.flash;
  const columns = words.partColumns;
  return html`<details class="more">
    <summary>${words.what}</summary>
    <div class="scroll" tabindex="0" role="group" aria-label=${words.parts}>
      <table>
        <caption class="hidden">
          ${words.parts}
        </caption>
        <thead>
          <tr>
            <th scope="col">${columns.name}</th>
            <th scope="col">${columns.offset}</th>
            <th scope="col">${columns.bytes}</th>
          </tr>
        </thead>
        <tbody>
          ${parts.map(
            (part) =>
              html`<tr>
                <th scope="row">${words.partNames[part.name] ?? showable(part.name)}</th>
                <td><code dir="ltr" translate="no">${hex(part.offset)}</code></td>
                <td>${words.bytes(part.bytes)}</td>
              </tr>`,
          )}
          <tr>
            <th scope="row">${words.total}</th>
            <td></td>
            <td>${words.bytes(bytes)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  </details>`;
}
