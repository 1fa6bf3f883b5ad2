/** The image flashed from a terminal: the line, a button that copies it, and whether it did. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Strings } from '../strings/strings.js';

/**
 * @param chip as esptool calls it
 * @param fileName of the image
 * @param copied whether the last attempt to copy the line did, `null` before there was one
 */
export function commandLine(
  chip: string,
  fileName: string,
  copied: boolean | null,
  { take, announce }: Strings,
  copy: (text: string) => void,
): TemplateResult {
  const line = `esptool --chip ${chip} write-flash 0x0 ${fileName}`;
  return html`<div class="inline">
      <code class="text" dir="ltr" lang="en" translate="no">${line}</code>
      <button
        type="button"
        part="button"
        @click=${() => {
          copy(line);
        }}
      >
        ${take.copy}
      </button>
    </div>
    ${copied === null ? nothing : html`<p class="quiet copied">${copied ? announce.copied : announce.notCopied}</p>`}`;
}
