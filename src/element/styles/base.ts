/** The frame: host, header with its steps, headings, buttons, fields. What only later steps have: `later.ts`. */
import { css } from 'lit';

export const base = css`
  :host {
    display: block;
    max-width: var(--esp32-llm-max-width, 96rem);
    color: var(--ink);
    font: 1rem/1.5 var(--esp32-llm-font, system-ui, sans-serif);
    text-align: start;
  }

  :host([hidden]) {
    display: none;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  .base {
    container-type: inline-size;
    background: var(--ground);
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.5);
    overflow: hidden;
  }

  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 2rem;
    padding: 1rem 1.5rem;
    border-bottom: 1px solid var(--line);
  }

  .title {
    display: flex;
    align-items: center;
    gap: 0.75rem;
  }

  .body {
    padding: 1.5rem;
  }

  h3,
  p,
  ul,
  ol {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h2,
  ::slotted(h2) {
    font-size: 1.125rem;
    line-height: 1.25;
    font-weight: 650;
    margin: 0;
  }

  /* The page's own rules for headings would otherwise win, and push the title out of its line. */
  ::slotted([slot='heading']) {
    margin: 0 !important;
  }

  h3 {
    font-size: 1.375rem;
    line-height: 1.25;
    font-weight: 650;
    overflow-wrap: anywhere;
  }

  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
  }

  .quiet {
    color: var(--quiet);
    font-size: 0.875rem;
    font-weight: 400;
  }

  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .way {
    min-width: 0;
    font-size: 0.875rem;
    color: var(--quiet);
  }

  .way .where {
    display: none;
  }

  .steps {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
    counter-reset: step;
  }

  .steps li {
    display: flex;
    align-items: center;
    gap: 0.4rem;
    counter-increment: step;
  }

  .steps li::before {
    content: counter(step);
    display: grid;
    flex: none;
    place-items: center;
    width: 1.375rem;
    height: 1.375rem;
    border: 1px solid var(--edge);
    border-radius: 50%;
    font-size: 0.75rem;
  }

  .steps [aria-current] {
    color: var(--ink);
    font-weight: 600;
  }

  .steps [aria-current]::before {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }

  .icon {
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
    flex: none;
  }

  .chip {
    width: 2rem;
    height: 2rem;
    color: var(--accent);
  }

  button,
  select,
  textarea,
  input[type='number'],
  input[type='text'] {
    font: inherit;
    font-size: 0.9375rem;
    min-height: 2.5rem;
    padding: 0.375rem 0.75rem;
    color: var(--ink);
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }

  select,
  textarea,
  input[type='number'],
  input[type='text'] {
    width: 100%;
  }

  button {
    font-weight: 500;
    padding-inline: 1rem;
    cursor: pointer;
    overflow-wrap: anywhere;
  }

  button.primary {
    color: var(--on-accent);
    background: var(--accent);
    border-color: var(--accent);
  }

  button.plain {
    min-height: 0;
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-align: start;
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem;
  }

  /* Where the names would take a second line they are a list to open. */
  @container (max-width: 46rem) {
    .way .where {
      display: flex;
      gap: 0.5rem;
      color: inherit;
      text-decoration: none;
    }

    .way:not([data-open]) .steps {
      display: none;
    }
  }

  @container (max-width: 30rem) {
    header,
    .body {
      padding: 1rem;
    }
  }
`;
