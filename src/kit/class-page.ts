/** The class page of a kit: the element with board, numbers and model settled. */
import { COURSE_PAGE } from './course.js';
import { escapeHtml, htmlPage } from './html.js';
import type { KitPreset, SlotTexts } from './kit-preset.js';
import { isInlineSlot } from './slot-texts.js';
import type { KitWords } from './words.js';

const STYLES = `      :root {
        color-scheme: light dark;
      }

      body {
        margin: 0;
        color: light-dark(#17212b, #e4eaf0);
        background: light-dark(#eef1f4, #0b1015);
        font:
          1rem/1.6 system-ui,
          sans-serif;
      }

      main {
        max-width: 64rem;
        margin: 0 auto;
        padding: clamp(1rem, 4vw, 3rem) clamp(0.75rem, 3vw, 1.5rem) 4rem;
      }

      h1 {
        margin: 0 0 0.5rem;
        font-size: clamp(1.5rem, 4vw, 2.25rem);
        line-height: 1.15;
      }

      p {
        max-width: 46rem;
        margin: 0 0 1.25rem;
        color: light-dark(#525f6b, #a3b0bc);
      }

      a {
        color: light-dark(#0b6e69, #5cc4bd);
      }

      #questions ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin: 0 0 0.5rem;
        padding: 0;
        list-style: none;
      }

      #questions button {
        padding: 0.4rem 0.75rem;
        border: 1px solid currentcolor;
        border-radius: 1rem;
        color: inherit;
        background: none;
        font: inherit;
        text-align: start;
        cursor: pointer;
      }

      #from-disk {
        padding: 0.75rem 1rem;
        border-inline-start: 0.25rem solid currentcolor;
      }
`;

/**
 * Of every page of a kit with something to press. Prepares the element and loads its script. Pages from a disk may not fetch, so there the model comes as a script of its
 * own, before the element does.
 */
export const PAGE_SCRIPT = `(function () {
  'use strict';
  document.querySelectorAll('button.print').forEach(function (button) {
    button.addEventListener('click', function () {
      print();
    });
  });
  var element = document.querySelector('esp32-llm-converter');
  if (!element) return;
  function load(address) {
    var script = document.createElement('script');
    script.src = address;
    script.async = false;
    document.head.append(script);
  }
  if (location.protocol === 'file:') {
    document.querySelectorAll('#from-disk').forEach(function (hint) {
      hint.hidden = false;
    });
    var read = function (file) {
      var pieces = file[1].map(function (text) {
        return Uint8Array.from(atob(text), function (character) {
          return character.charCodeAt(0);
        });
      });
      return new File(pieces, file[0]);
    };
    window.esp32LlmKit = function (model) {
      element.modelFiles = model.files.map(function (file) {
        return { path: model.name + '/' + file[0], file: read(file) };
      });
      if (model.firmware) element.firmwareFile = read(model.firmware);
    };
    load(element.getAttribute('model').replace(/\\/$/, '') + '.js');
  }
  load('esp32-llm-converter.bundle.js');
  var unready = document.getElementById('not-ready');
  document.querySelectorAll('#questions button').forEach(function (button) {
    button.addEventListener('click', function () {
      unready.textContent = '';
      element.send(button.textContent).catch(function () {
        unready.textContent = unready.dataset.text;
      });
    });
  });
})();
`;

/** What the page says besides what was settled. */
export interface ClassPageFacts {
  readonly boardName: string;
  /** Name of its chip. */
  readonly chip: string;
  /** Texts of the teacher's own. */
  readonly texts: SlotTexts;
  /** The lessons stand beside it and are for this class. */
  readonly hasCourse: boolean;
}

/** The page. */
export function classPage(
  preset: KitPreset,
  { boardName, chip, texts, hasCourse }: ClassPageFacts,
  words: KitWords,
): string {
  const { title, lead, sheet, worksheet, noScript, fromDisk } = words.page;
  const course = hasCourse ? ` · <a href="${COURSE_PAGE}">${escapeHtml(words.lesson.course)}</a>` : '';
  const given: [name: string, value: string | null][] = [
    ['model', preset.model],
    ['board', preset.board],
    ['scheme', preset.scheme],
    ['effort', preset.effort],
    ['context', preset.context === null ? null : String(preset.context)],
    ['prompt', preset.prompts[0] ?? null],
    ['firmware', preset.firmware],
    ['locked', preset.locked],
    ['steps', preset.steps],
    ['lang', preset.language === words.language ? null : preset.language],
  ];
  const attributes = given
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, value]) => `        ${name}="${escapeHtml(value)}"\n`);
  const body = `    <main>
      <h1>${escapeHtml(title(preset.name, chip))}</h1>
      <p>${escapeHtml(lead(preset.name, boardName))} <a href="help.html">${escapeHtml(sheet)}</a> · <a href="worksheet.html">${escapeHtml(worksheet)}</a>${course}</p>
      <p id="from-disk" hidden>${escapeHtml(fromDisk)}</p>
      <esp32-llm-converter
${attributes.join('')}        no-network
      >
${slotted(texts)}        <noscript>${escapeHtml(noScript)}</noscript>
      </esp32-llm-converter>
${questions(preset.prompts, words)}    </main>
    <script src="kit.js"></script>
`;
  return htmlPage(words.language, title(preset.name, chip), STYLES, body);
}

/** Texts of the teacher's own. A heading's slot takes words alone, the others blocks. */
function slotted(texts: SlotTexts): string {
  return [...texts]
    .map(([slot, content]) => {
      const tag = slot === 'heading' ? 'h2' : isInlineSlot(slot) ? 'span' : 'div';
      return `        <${tag} slot="${escapeHtml(slot)}">${content}</${tag}>\n`;
    })
    .join('');
}

/** Several questions are offered beside the element; one alone stands in its field. */
function questions(prompts: readonly string[], { lesson, page }: KitWords): string {
  if (prompts.length < 2) return '';
  const items = prompts
    .map((prompt) => `          <li><button type="button" dir="auto">${escapeHtml(prompt)}</button></li>\n`)
    .join('');
  return `      <section id="questions">
        <h2>${escapeHtml(lesson.questionsToAsk)}</h2>
        <ul>
${items}        </ul>
        <p id="not-ready" role="status" data-text="${escapeHtml(page.notReady)}"></p>
      </section>
`;
}
