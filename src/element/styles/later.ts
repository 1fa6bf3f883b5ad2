/** What the steps after the first share: panels, columns, small headings and marks. */
import { css } from 'lit';

export const later = css`
  h5 {
    font-size: 0.8125rem;
    font-weight: 600;
    color: var(--quiet);
  }

  /* Longer lines are hard to read. */
  p {
    max-width: 56rem;
  }

  .mark {
    width: 1rem;
    height: 1rem;
  }

  button small {
    font-size: 0.8125rem;
    font-weight: 400;
  }

  .buttons.end {
    justify-content: flex-end;
    border-top: 1px solid var(--line);
    padding-top: 1.25rem;
  }

  .panel {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 1rem;
    padding: 1.25rem;
    background: var(--panel);
    border-radius: var(--radius);
  }

  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-content: start;
    gap: 1.25rem;
  }

  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    align-items: start;
    gap: 1.25rem;
  }

  summary {
    cursor: pointer;
    width: fit-content;
    border-radius: 0.125rem;
  }

  @container (min-width: 46rem) {
    .columns {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
  }

  @media (forced-colors: active) {
    .share {
      forced-color-adjust: none;
    }

    .panel {
      border: 1px solid CanvasText;
    }
  }

  .notice {
    margin-bottom: 1.25rem;
    border-inline-start: 0.25rem solid var(--fair);
  }

  /* A sheet: dark letters on paper, nothing to press, nothing cut off, and bars as they are. */
  @media print {
    :host,
    :host([theme]) {
      color-scheme: light;
      max-width: none;
    }

    .base {
      border: 0;
      overflow: visible;
    }

    .base *,
    .base *::before {
      print-color-adjust: exact;
      -webkit-print-color-adjust: exact;
    }

    .base :is(.way, .steps, .buttons, progress),
    .base button:not(.plain) {
      display: none;
    }

    .base :is(.scroll, pre, .bytes) {
      max-height: none;
      overflow: visible;
    }

    .base :is(button.plain, summary) {
      color: inherit;
      text-decoration: none;
    }

    .base :is(.panel, figure, tr, li, dl > div, .failure) {
      break-inside: avoid;
    }

    .base :is(h3, h4, h5, caption) {
      break-after: avoid;
    }

    .base details::details-content {
      display: block;
      content-visibility: visible;
      block-size: auto;
    }
  }

  .share {
    width: 100%;
    min-width: 3rem;
    height: 0.5rem;
    vertical-align: 0.0625rem;
    fill: var(--weights);
  }

  .share .whole {
    fill: var(--track);
  }

  .speed-frame {
    container-type: inline-size;
  }

  .speed {
    width: 100%;
    color: inherit;
    border-collapse: collapse;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }

  .speed :is(caption, th) {
    text-align: start;
    font-weight: 400;
  }

  .speed thead th + th {
    text-align: end;
  }

  .speed :is(th, td) {
    padding: 0.125rem 0.75rem 0.125rem 0;
    vertical-align: middle;
    white-space: nowrap;
  }

  .speed td:last-child {
    width: 40%;
    padding: 0;
  }

  @container (max-width: 24rem) {
    .speed :is(th, td) {
      padding-inline-end: 0.375rem;
      font-size: 0.8125rem;
      white-space: normal;
    }

    .speed td:last-child {
      display: none;
    }
  }

  /* A continuation is one text. */
  .continued .said {
    display: inline;
    padding: 0;
    background: none;
    font-weight: 600;
  }

  .continued .answer,
  .continued .answer p:first-child {
    display: inline;
  }
`;
