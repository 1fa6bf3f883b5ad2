/** The report and the trial. */
import { css } from 'lit';

export const compare = css`
  .verdict {
    display: grid;
    gap: 0.25rem;
    padding: 1.25rem 1.5rem;
    background: var(--panel);
    border-inline-start: 0.375rem solid var(--good);
    border-radius: var(--radius);
  }

  .verdict:is(.undecided, .small, .moderate) {
    border-color: var(--fair);
  }

  .verdict:is(.large, .severe) {
    border-color: var(--bad);
  }

  .verdict h4 {
    font-size: 1.375rem;
    line-height: 1.25;
  }

  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr));
    gap: 1rem 1.5rem;
    margin-top: 1rem;
  }

  .tiles dt {
    font-size: 0.8125rem;
    color: var(--quiet);
  }

  .tiles dd {
    font-size: 1.1875rem;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }

  .tiles dd.quiet {
    font-size: 0.8125rem;
    font-weight: 400;
  }

  .trial {
    gap: 0.875rem;
  }

  .trial h4 + .quiet {
    margin-top: -0.75rem;
  }

  .sampling {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
    gap: 0.75rem 1rem;
  }

  .sampling label {
    font-size: 0.875rem;
  }

  .sampling .quiet {
    font-size: 0.8125rem;
  }

  .text {
    padding: 0.75rem 1rem;
    background: var(--panel);
    border-radius: var(--radius);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .trial .text {
    display: grid;
    gap: 0.375rem;
    align-content: start;
    min-height: 4.5rem;
    white-space: normal;
    background: var(--ground);
    border: 1px solid var(--line);
  }

  .trial .text.empty,
  .said {
    color: var(--quiet);
  }

  /* What lies around the words is the template's. */
  :is(.pair, .three) .text {
    white-space: normal;
  }

  .words {
    white-space: pre-wrap;
  }

  .caret {
    display: inline-block;
    width: 0.5em;
    height: 1em;
    margin-inline-start: 0.1em;
    vertical-align: -0.15em;
    background: var(--accent);
  }

  .texts,
  figure {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
  }

  .texts {
    gap: 0.5rem;
  }

  figure {
    gap: 0.5rem;
    margin-top: 0.75rem;
  }

  figcaption {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.5rem;
    align-items: baseline;
    overflow-wrap: anywhere;
  }

  .same {
    color: var(--good);
    font-size: 0.875rem;
  }

  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
    gap: 0.75rem 1rem;
  }

  .pair h5 {
    margin-bottom: 0.25rem;
  }

  mark {
    background: var(--mark);
    color: inherit;
    border-radius: 0.125rem;
  }

  .fold {
    border-top: 1px solid var(--line);
    padding-top: 1rem;
  }

  .fold > summary {
    font-weight: 650;
  }

  .fold[open] > summary {
    margin-bottom: 0.75rem;
  }

  .fold .key {
    margin-top: 1rem;
  }

  .fold > .quiet {
    margin-bottom: 0.75rem;
  }

  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }

  caption {
    margin-bottom: 0.375rem;
    font-weight: 600;
    text-align: start;
  }

  .figures + .quiet {
    margin-top: 0.5rem;
  }

  th,
  td {
    padding: 0.375rem 0.625rem;
    border-bottom: 1px solid var(--line);
    text-align: end;
    vertical-align: baseline;
    white-space: nowrap;
  }

  th {
    font-weight: 500;
  }

  thead th {
    color: var(--quiet);
  }

  th:first-child {
    text-align: start;
  }

  .scroll {
    container-type: inline-size;
    overflow-x: auto;
    border-radius: 0.25rem;
  }

  .tensors .name button {
    font-family: var(--mono);
    font-size: 0.8125rem;
    text-decoration: none;
    white-space: nowrap;
  }

  .tensors .name button:hover {
    text-decoration: underline;
  }

  .tensors .name button::before {
    content: '▸';
    content: '▸' / '';
    display: inline-block;
    width: 1.1em;
    color: var(--quiet);
  }

  .tensors .open .name button::before {
    content: '▾';
    content: '▾' / '';
  }

  .tensors .open > * {
    border-bottom-color: transparent;
  }

  .sqnr .track {
    width: 6rem;
    height: 0.25rem;
    margin-top: 0.25rem;
    margin-inline-start: auto;
  }

  .chart td {
    text-align: start;
    white-space: normal;
  }

  .histogram {
    display: grid;
    gap: 0.375rem;
    position: sticky;
    inset-inline-start: 0.625rem;
    width: min(40rem, calc(100cqi - 1.25rem));
    padding: 0.5rem 0 0.75rem;
  }

  .histogram svg {
    display: block;
    width: 100%;
    height: 7.5rem;
    border-bottom: 1px solid var(--edge);
  }

  .histogram path.before {
    fill: color-mix(in srgb, var(--weights) 40%, var(--ground));
  }

  .histogram path.after {
    fill: none;
    stroke: var(--ink);
    stroke-width: 1.25;
    vector-effect: non-scaling-stroke;
  }

  .histogram .key .before::before {
    background: color-mix(in srgb, var(--weights) 40%, var(--ground));
  }

  .histogram .key .after::before {
    height: 0.125rem;
    vertical-align: 0.25rem;
    background: var(--ink);
  }

  @media (forced-colors: active) {
    mark {
      outline: 1px solid Highlight;
    }

    .histogram path,
    .caret {
      forced-color-adjust: none;
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    .caret {
      animation: pulse 0.6s steps(2, jump-none) infinite alternate;
    }
  }

  .layers {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.375rem;
  }

  .layers table {
    max-width: 48rem;
  }

  .figures th {
    white-space: normal;
  }

  .layers .bar {
    width: 100%;
    min-width: 5rem;
  }

  .layers .track {
    height: 0.75rem;
  }

  .layers .most > * {
    font-weight: 600;
  }

  .file {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
  }

  .file > div {
    flex: 1 1 16rem;
  }

  .command {
    display: grid;
    gap: 0.5rem;
    padding: 0 1.25rem;
  }

  .command code {
    font-family: var(--mono);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }

  .command .text {
    flex: 1;
    min-width: 0;
    padding: 0.5rem 0.75rem;
  }

  /* On a wide screen the texts stand beside the figures that judge them. */
  @container (min-width: 84rem) {
    .result:has(.texts) {
      grid-template-columns: minmax(0, 5fr) minmax(0, 6fr);
      grid-auto-flow: dense;
    }

    .result > * {
      grid-column: 1 / -1;
    }

    .result:has(.texts) > .verdict {
      grid-column: 1;
    }

    .result:has(.texts) .tiles {
      grid-template-columns: 1fr 1fr;
    }

    .result:has(.texts) > .texts {
      grid-column: 2;
    }
  }

  @container (max-width: 30rem) {
    .command .inline {
      flex-direction: column;
      align-items: stretch;
    }
  }
`;
