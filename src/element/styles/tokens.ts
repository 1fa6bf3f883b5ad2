/** Colours and measures; each colour is given for light and for dark pages. */
import { css } from 'lit';

export const tokens = css`
  :host {
    color-scheme: light dark;
    --ground: var(--esp32-llm-ground, light-dark(#ffffff, #11181f));
    --panel: var(--esp32-llm-panel, light-dark(#f4f6f8, #19222b));
    --ink: var(--esp32-llm-ink, light-dark(#17212b, #e4eaf0));
    --quiet: var(--esp32-llm-quiet, light-dark(#525f6b, #a3b0bc));
    --accent: var(--esp32-llm-accent, light-dark(#0b6e69, #5fd0c5));
    --on-accent: var(--esp32-llm-on-accent, light-dark(#ffffff, #06231f));
    --radius: var(--esp32-llm-radius, 0.5rem);
    --line: light-dark(#d5dce2, #313d48);
    --edge: light-dark(#7c8893, #75828f);
    --soft: light-dark(#e4f2f0, #17332f);
    --good: light-dark(#11734b, #63d39b);
    --fair: light-dark(#8a5a00, #f0b955);
    --bad: light-dark(#b3261e, #ff8f86);
    --bad-soft: light-dark(#fdecea, #3a1f1d);
    --mark: light-dark(#ffe7a8, #5c4a12);
    --track: light-dark(#dfe5ea, #2b3641);
    --weights: light-dark(#0b7f78, #43bdb2);
    --cache: light-dark(#b3711a, #e3a945);
    --scratch: light-dark(#6a58c4, #a797f2);
    --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'Segoe UI Mono', 'DejaVu Sans Mono', monospace;
  }

  :host([theme='light']) {
    color-scheme: light;
  }

  :host([theme='dark']) {
    color-scheme: dark;
  }
`;
