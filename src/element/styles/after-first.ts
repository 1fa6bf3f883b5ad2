/** What few first views need: failures, progress bars, the list of steps, what a pointer or key does to buttons, and the layout of pages that go from right to left. It comes right after the first view. */
import { css } from 'lit';

export const afterFirst = css`
  .chip .bars {
    stroke-width: 3;
  }

  h4,
  h5,
  dl,
  dd,
  figure,
  fieldset {
    margin: 0;
    padding: 0;
  }

  h4 {
    font-size: 1rem;
    font-weight: 650;
  }

  :is(button, input, select, textarea, summary, .scroll):focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  h3:focus {
    outline: none;
  }

  button:hover {
    border-color: var(--accent);
    color: var(--accent);
  }

  button.primary:hover {
    color: var(--on-accent);
    background: color-mix(in srgb, var(--accent) 88%, var(--ink));
  }

  @media (prefers-reduced-motion: no-preference) {
    button,
    .drop {
      transition: border-color 0.15s;
    }
  }

  button.primary:focus-visible {
    outline-color: var(--ink);
  }

  .dragging .drop {
    border-color: var(--accent);
    border-style: solid;
    background: var(--soft);
  }

  .busy {
    max-width: 36rem;
    margin: 1rem auto;
    gap: 1rem;
  }

  .recent {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    padding: 0;
    list-style: none;
  }

  .steps .done::before {
    content: '✓';
    content: '✓' / '';
    border-color: var(--accent);
  }

  .steps .done:not([aria-current])::before {
    color: var(--accent);
  }

  button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  @container (max-width: 46rem) {
    header {
      flex-direction: column;
      align-items: stretch;
    }

    .way .where {
      align-items: baseline;
      width: 100%;
      min-height: 2rem;
    }

    .where strong {
      color: var(--ink);
    }

    .where::after {
      content: '▾';
      content: '▾' / '';
      margin-inline-start: auto;
      color: var(--accent);
    }

    .way[data-open] .where::after {
      rotate: 180deg;
    }

    .steps {
      flex-direction: column;
    }

    .steps li {
      min-height: 2rem;
    }
  }

  /*
   * On pages that go from right to left the layout does, too; the words of the dictionaries go from left to right. What lays
   * out parts of its own keeps the page's direction and takes only the order of its words from them.
   */
  :where(.base:dir(rtl))
    :where(p, dt, dd, h2, h3, h4, h5, legend, caption, summary, th, td, span):where(
      :not([dir], [dir] *, .badge, .ends, .amount, .track, .track *)
    ) {
    direction: ltr;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  :where(.base:dir(rtl)) :where(li, label, figcaption, .badge, .ends, .amount):where(:not(.key *)) {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  :where(.base:dir(rtl)) :where(button) {
    direction: ltr;
  }

  /* What the page says itself goes its own way. */
  ::slotted(*) {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  .failure {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: start;
    gap: 1rem;
    padding: 1rem 1.25rem;
    border-inline-start: 0.25rem solid var(--bad);
    border-radius: var(--radius);
    background: var(--bad-soft);
    overflow-wrap: anywhere;
  }

  .failure h4 {
    color: var(--bad);
  }

  .failure > div {
    flex: 1 1 14rem;
  }

  .failure > button {
    flex: none;
  }

  .failure .choices {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-block-start: 0.5rem;
    padding: 0;
    list-style: none;
  }

  /* Remedies may hold lines of a program. */
  .failure .detail {
    white-space: pre-line;
  }

  progress {
    appearance: none;
    width: 100%;
    height: 0.625rem;
    border: 0;
    border-radius: 0.3125rem;
    overflow: hidden;
    background: var(--track);
    accent-color: var(--accent);
  }

  progress::-webkit-progress-bar {
    background: var(--track);
  }

  progress::-webkit-progress-value {
    background: var(--accent);
    border-radius: 0.3125rem;
  }

  progress::-moz-progress-bar {
    background: var(--accent);
  }

  progress:indeterminate {
    background: linear-gradient(90deg, var(--track) 35%, var(--accent) 50%, var(--track) 65%) 0 0 / 300% 100%;
  }

  progress:indeterminate::-webkit-progress-bar {
    background: none;
  }

  progress:indeterminate::-moz-progress-bar {
    background: none;
  }

  @media (forced-colors: active) {
    progress {
      border: 1px solid CanvasText;
    }

    progress::-webkit-progress-value {
      forced-color-adjust: none;
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    progress:indeterminate {
      animation: slide 1.6s linear infinite;
    }
  }

  @keyframes slide {
    from {
      background-position: 100% 0;
    }

    to {
      background-position: 0 0;
    }
  }

  @media (forced-colors: active) {
    button.primary {
      border-width: 2px;
      color: ButtonText;
    }

    .steps [aria-current]::before {
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }

  @container (max-width: 30rem) {
    .buttons > button {
      flex: 1 1 auto;
    }
  }
`;
