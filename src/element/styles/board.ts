/** Trying, flashing and talking: boards, emulated and on a cable. */
import { css } from 'lit';

export const board = css`
  div.busy {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    width: 100%;
  }

  .running {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
    align-items: start;
  }

  .talk,
  .talk form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.875rem;
  }

  .turns {
    display: flex;
    flex-direction: column-reverse;
    max-height: 28rem;
    overflow: auto;
    padding: 1rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }

  .turns ol,
  .turns li {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
  }

  .turns ol {
    gap: 1.25rem;
  }

  .turns .said {
    justify-self: end;
    max-width: 85%;
    padding: 0.5rem 0.875rem;
    color: var(--ink);
    background: var(--soft);
    border-radius: var(--radius);
    overflow-wrap: anywhere;
  }

  .turns .answer {
    justify-self: start;
    display: grid;
    gap: 0.25rem;
    max-width: 100%;
    overflow-wrap: anywhere;
  }

  .facts-line {
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }

  .talk .empty {
    color: var(--quiet);
    min-height: 4.5rem;
  }

  .help {
    padding: 0 1.25rem;
  }

  .more summary,
  .console > summary,
  .bench > summary,
  .memory-view > summary {
    font-size: 0.875rem;
    color: var(--accent);
  }

  .more > :not(summary) {
    margin-top: 0.75rem;
  }
  .selftest {
    padding: 1rem 1.25rem 0;
  }

  .port-help ul,
  .more ul {
    display: grid;
    gap: 0.375rem;
    padding-inline-start: 1rem;
    list-style: disc;
    font-size: 0.9375rem;
  }

  details.panel {
    display: block;
    padding: 0.875rem 1.25rem;
  }

  details.panel > :not(summary) {
    margin-top: 0.875rem;
  }

  .control .facts {
    grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr));
    font-variant-numeric: tabular-nums;
  }

  .control .buttons button {
    min-height: 2.25rem;
    padding: 0.25rem 0.875rem;
    font-size: 0.875rem;
  }

  .control .buttons {
    gap: 0.5rem;
  }

  .log {
    display: flex;
    flex-direction: column-reverse;
    max-height: 18rem;
    overflow: auto;
    padding: 0.75rem 1rem;
    background: var(--ground);
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }

  .log pre {
    margin: 0;
    font: 0.8125rem/1.5 var(--mono);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .fault .log {
    flex-direction: column;
  }

  .fault .log pre {
    white-space: pre;
  }

  .look {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem 1rem;
  }

  .look .field {
    flex: 1 1 12rem;
    max-width: 20rem;
  }

  .bytes,
  .bytes th {
    width: auto;
    font: 0.8125rem/1.6 var(--mono);
  }

  .bytes :is(th, td) {
    padding: 0 0.75rem 0 0;
    border: 0;
    text-align: left;
    white-space: nowrap;
  }

  .bytes th {
    color: var(--quiet);
  }

  .bytes .even,
  .here .even > :first-child {
    box-shadow: inset 0 -2px var(--weights);
  }

  .bytes .odd,
  .here .odd > :first-child {
    box-shadow: inset 0 -2px var(--cache);
  }

  .here {
    display: grid;
    gap: 0.25rem;
    margin-top: 0.375rem;
    font-size: 0.875rem;
  }

  .here li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1rem;
  }

  .here code,
  .cores code,
  .tally code,
  .flash table code {
    font-family: var(--mono);
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }

  .cores ul {
    padding-inline-start: 1rem;
    list-style: disc;
    font-size: 0.875rem;
  }

  .notice {
    display: grid;
    gap: 0.375rem;
    padding: 1rem 1.25rem;
    background: var(--panel);
    border-inline-start: 0.25rem solid var(--accent);
    border-radius: var(--radius);
  }

  .notice.good {
    border-color: var(--good);
  }

  .notice .badge {
    font-size: 1rem;
  }

  .found :is(td, th),
  .flash .tally :is(td, th) {
    text-align: start;
    white-space: normal;
  }

  .found td.quiet {
    font-size: inherit;
  }

  td.good {
    color: var(--good);
  }

  td.bad {
    color: var(--bad);
  }

  .found .mark {
    margin-inline-end: 0.375rem;
    vertical-align: -0.125rem;
  }

  .check {
    display: flex;
    align-items: baseline;
    gap: 0.5rem;
  }

  .board-name {
    max-width: 24rem;
  }

  .advice {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
    gap: 0.75rem 1.5rem;
    counter-reset: advice;
    font-size: 0.9375rem;
  }

  .advice li {
    display: grid;
    align-content: start;
    gap: 0.5rem;
    counter-increment: advice;
  }

  .advice .plain {
    grid-column: 1 / -1;
  }

  ol.advice span::before {
    content: counter(advice) '. ';
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
  }

  .buttons-drawing {
    width: 100%;
    max-width: 11rem;
  }

  .buttons-drawing .pcb {
    fill: var(--soft);
    stroke: var(--line);
  }

  .buttons-drawing .module {
    fill: var(--ground);
    stroke: var(--edge);
  }

  .buttons-drawing .antenna {
    fill: none;
    stroke: var(--edge);
    stroke-width: 1.5;
  }

  .buttons-drawing :is(.usb, .cable) {
    fill: var(--edge);
  }

  .buttons-drawing .button rect {
    fill: var(--ground);
    stroke: var(--edge);
  }

  .buttons-drawing .button circle {
    fill: var(--edge);
  }

  .buttons-drawing .pressed circle {
    fill: var(--accent);
    stroke: var(--accent);
    stroke-width: 2;
  }

  .buttons-drawing .freed circle {
    fill: none;
    stroke: var(--accent);
    stroke-width: 2;
  }

  .buttons-drawing text {
    fill: var(--ink);
    font-size: 7px;
    font-weight: 600;
    text-anchor: middle;
  }

  .buttons-drawing .hand {
    fill: none;
    stroke: var(--accent);
    stroke-width: 2.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  @container (min-width: 46rem) {
    .running {
      grid-template-columns: minmax(0, 1fr) 19rem;
    }
  }

  @container (max-width: 30rem) {
    .found,
    .flash .more table,
    .tally table {
      font-size: 0.8125rem;
    }

    .found :is(th, td),
    .flash .more :is(th, td),
    .tally :is(th, td) {
      padding-inline: 0.25rem;
      overflow-wrap: anywhere;
    }

    /* Of all words the headings are the shortest: broken inside, they say nothing. */
    :is(.found, .flash .more, .tally) thead th {
      overflow-wrap: break-word;
    }

    .control .facts {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }

  @media (forced-colors: active) {
    .notice,
    .turns .said {
      border: 1px solid CanvasText;
    }

    .buttons-drawing :is(.pressed circle, .hand) {
      stroke: Highlight;
    }

    .bytes :is(.even, .odd),
    .here :is(.even, .odd) > :first-child {
      forced-color-adjust: none;
    }
  }
`;
