/** What to look at when a board is not in the browser's list, or cannot be opened: it stays until one can. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PortTrouble, System } from '../../device/port-help.js';
import type { AllStrings } from '../strings/strings.js';

/** What the view is drawn from. */
export interface PortFacts {
  readonly trouble: PortTrouble | null;
  readonly system: System;
}

/** The command that gives a person the right to use serial ports. */
const RIGHTS = 'sudo usermod -a -G dialout $USER';

/** The one that keeps a program for braille displays from taking boards with these bridges, on Ubuntu. */
const BRAILLE = 'sudo apt remove brltty';

export function portHelpView(
  { trouble, system }: PortFacts,
  { board: { serial, flash } }: AllStrings,
): TemplateResult | typeof nothing {
  if (trouble === null) return nothing;
  const { kind, bridges } = trouble;
  const words = serial.help;
  const command = (text: string): TemplateResult =>
    html`<code class="command" dir="ltr" lang="en" translate="no">${text}</code>`;
  const listed = kind === 'not-opened';
  return html`<div class="panel port-help" role="group" aria-labelledby="port-help">
    <h4 id="port-help">${words.titles[kind]}</h4>
    <ul>
      ${listed ? nothing : html`<li>${flash.advice['data-cable']}</li>`}
      ${system === 'linux' && listed ? html`<li>${words.rights} ${command(RIGHTS)} ${words.rightsAfter}</li>` : nothing}
      ${
        system === 'linux' && bridges.some((bridge) => bridge.startsWith('CH34'))
          ? html`<li>${words.braille} ${command(BRAILLE)}</li>`
          : nothing
      }
      ${
        (system === 'windows' || system === 'macos') && bridges.length > 0
          ? html`<li>${words.driver(bridges.join(', '))}</li>`
          : nothing
      }
      <li>${flash.advice['close-programs']}</li>
      <li>${flash.advice['plug-again']}</li>
    </ul>
  </div>`;
}
