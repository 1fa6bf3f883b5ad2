/** The class page of a kit: the element with board, numbers and model settled. */
import { escapeHtml, htmlPage } from './html.js';
import type { KitPreset } from './kit-preset.js';
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

      #from-disk {
        padding: 0.75rem 1rem;
        border-inline-start: 0.25rem solid currentcolor;
      }
`;

/**
 * Prepares the element and loads its script. Pages from a disk may not fetch, so there the model comes as a script of its
 * own, before the element does.
 */
export const PAGE_SCRIPT = `(function () {
  'use strict';
  var element = document.querySelector('esp32-llm-converter');
  function load(address) {
    var script = document.createElement('script');
    script.src = address;
    script.async = false;
    document.head.append(script);
  }
  if (location.protocol === 'file:') {
    document.getElementById('from-disk').hidden = false;
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
})();
`;

/** The page. */
export function classPage(preset: KitPreset, boardName: string, words: KitWords): string {
  const { title, lead, sheet, noScript, fromDisk } = words.page;
  const given: [name: string, value: string | null][] = [
    ['model', preset.model],
    ['board', preset.board],
    ['scheme', preset.scheme],
    ['context', preset.context === null ? null : String(preset.context)],
    ['prompt', preset.prompt],
    ['firmware', preset.firmware],
    ['locked', preset.locked],
    ['lang', preset.language === words.language ? null : preset.language],
  ];
  const attributes = given
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, value]) => `        ${name}="${escapeHtml(value)}"\n`);
  const body = `    <main>
      <h1>${escapeHtml(title(preset.name))}</h1>
      <p>${escapeHtml(lead(preset.name, boardName))} <a href="help.html">${escapeHtml(sheet)}</a></p>
      <p id="from-disk" hidden>${escapeHtml(fromDisk)}</p>
      <esp32-llm-converter
${attributes.join('')}        no-network
      >
        <noscript>${escapeHtml(noScript)}</noscript>
      </esp32-llm-converter>
    </main>
    <script src="kit.js"></script>
`;
  return htmlPage(words.language, title(preset.name), STYLES, body);
}
