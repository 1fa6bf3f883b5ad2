/** Fitting and converting. */
import { css } from 'lit';

export const steps = css`
  .stages {
    display: grid;
    gap: 0.25rem;
  }

  .stages li {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    color: var(--quiet);
  }

  .stages [aria-current] {
    color: var(--ink);
    font-weight: 600;
  }

  .stages .mark {
    color: var(--good);
  }

  .dot {
    width: 0.5rem;
    height: 0.5rem;
    margin: 0.25rem;
    border-radius: 50%;
    background: var(--accent);
  }

  .amount {
    display: grid;
    gap: 0.125rem;
    min-height: 3rem;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }

  .item {
    color: var(--quiet);
    font-family: var(--mono);
    font-size: 0.8125rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .tensor-list {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.125rem;
    padding: 0;
    list-style: none;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }

  .tensor-list li {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    color: var(--quiet);
    white-space: nowrap;
  }

  .tensor-list .item {
    min-width: 0;
  }

  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
    gap: 0.75rem 1.25rem;
  }

  .facts dt {
    font-size: 0.8125rem;
    color: var(--quiet);
  }

  .facts dd {
    font-size: 0.9375rem;
    overflow-wrap: anywhere;
  }

  .notes ul {
    display: grid;
    gap: 0.375rem;
    margin-top: 0.5rem;
    padding-inline-start: 1rem;
    list-style: disc;
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }

  .notes summary,
  .settings summary,
  .histogram summary,
  .layers summary {
    font-size: 0.875rem;
    color: var(--accent);
  }

  .settings {
    gap: 1.25rem;
  }

  .settings details .field {
    margin-top: 1rem;
  }

  .field {
    display: grid;
    align-content: start;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.375rem;
    border: 0;
    min-width: 0;
  }

  label,
  legend {
    font-size: 0.9375rem;
    font-weight: 500;
    padding: 0;
  }

  legend {
    margin-bottom: 0.375rem;
  }

  .field label .value {
    float: inline-end;
    font-variant-numeric: tabular-nums;
  }

  textarea {
    resize: vertical;
  }

  input[type='range'] {
    width: 100%;
    height: 1.5rem;
    margin: 0;
    accent-color: var(--accent);
  }

  .ends {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }

  .segments {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }

  .segments label {
    position: relative;
    font-size: 0.875rem;
    font-weight: 400;
  }

  .segments input {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }

  .segments span {
    display: block;
    padding: 0.375rem 0.75rem;
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }

  .segments input:checked + span {
    border-color: var(--accent);
    background: var(--soft);
    box-shadow: inset 0 0 0 1px var(--accent);
    font-weight: 600;
  }

  .segments input:hover + span {
    border-color: var(--accent);
  }

  .segments input:focus-visible + span {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .badge {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    font-size: 1.25rem;
    font-weight: 650;
  }

  .badge.good {
    color: var(--good);
  }

  .badge.bad {
    color: var(--bad);
  }

  .badge .mark {
    width: 1.25rem;
    height: 1.25rem;
    stroke-width: 2.5;
  }

  [aria-busy='true'] .badge {
    color: var(--quiet);
  }

  .memories {
    display: grid;
    gap: 1rem;
  }

  .memory {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.25rem 1rem;
    font-size: 0.9375rem;
  }

  .memory-use {
    font-variant-numeric: tabular-nums;
  }

  .memory.over .memory-use {
    color: var(--bad);
    font-weight: 600;
  }

  .track {
    position: relative;
    grid-column: 1 / -1;
    display: flex;
    gap: 1px;
    height: 1rem;
    border-radius: 0.25rem;
    overflow: hidden;
    background: var(--track);
  }

  .fill {
    flex: none;
    min-width: 2px;
    background: var(--weights);
  }

  .fill.cache {
    background: var(--cache);
  }

  .fill.scratch {
    background: var(--scratch);
  }

  .limit {
    position: absolute;
    inset-block: 0;
    inset-inline-end: 0;
    border-inline-start: 3px solid var(--bad);
    background: repeating-linear-gradient(135deg, var(--bad) 0 2px, transparent 2px 6px);
  }

  .key {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    font-size: 0.8125rem;
    color: var(--quiet);
  }

  .key > *::before {
    content: '';
    display: inline-block;
    width: 0.75rem;
    height: 0.75rem;
    margin-inline-end: 0.375rem;
    border-radius: 0.1875rem;
    vertical-align: -0.0625rem;
    background: var(--weights);
  }

  .key > .cache::before {
    background: var(--cache);
  }

  .key > .scratch::before {
    background: var(--scratch);
  }

  .problems,
  .remedies {
    display: grid;
    gap: 0.375rem;
    padding-inline-start: 1rem;
    list-style: disc;
    font-size: 0.9375rem;
  }

  .problems {
    color: var(--bad);
  }

  @container (max-width: 30rem) {
    .memory-name .quiet {
      display: none;
    }

    .panel {
      padding: 1rem;
    }
  }

  @media (forced-colors: active) {
    .track {
      border: 1px solid CanvasText;
    }

    .fill,
    .limit,
    .dot,
    .key > *::before {
      forced-color-adjust: none;
    }

    .segments input:checked + span {
      border: 2px solid Highlight;
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    .dot {
      animation: pulse 1.2s ease-in-out infinite alternate;
    }

    .fill {
      transition: width 0.2s;
    }
  }

  @keyframes pulse {
    to {
      opacity: 0.35;
    }
  }

  .board-picture {
    width: 100%;
    max-width: 24rem;
    justify-self: center;
  }

  .board-picture .pcb {
    fill: var(--soft);
    stroke: var(--line);
  }

  .board-picture :is(.usb, .pin) {
    fill: var(--edge);
  }

  .board-picture .antenna {
    fill: none;
    stroke: var(--edge);
    stroke-width: 2;
  }

  .board-picture .room {
    fill: var(--ground);
  }

  .board-picture .edge {
    fill: none;
    stroke: var(--edge);
  }

  .board-picture .die {
    fill: var(--panel);
    stroke: var(--edge);
  }

  .board-picture .spill {
    fill: var(--bad);
  }

  .board-picture text {
    fill: var(--ink);
    font-size: 10px;
    text-anchor: middle;
  }

  .board-picture .weights {
    fill: var(--weights);
  }

  .board-picture .cache {
    fill: var(--cache);
  }

  .board-picture .scratch {
    fill: var(--scratch);
  }
`;
