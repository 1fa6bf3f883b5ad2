/** The card of a term and its pictures. */
import { css } from 'lit';

export const termStyles = css`
  .term-card {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 0;
    max-inline-size: min(20rem, calc(100vw - 12px));
    color: var(--ink);
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 25%);
    font-size: 0.9375rem;
  }

  .term-card::backdrop {
    background: none;
  }

  .term-card > div {
    position: relative;
    display: grid;
    gap: 0.5rem;
    padding: 0.875rem 1rem;
  }

  .term-card h4 {
    padding-inline-end: 2rem;
  }

  .term-card button {
    position: absolute;
    display: grid;
    place-items: center;
    inset-block-start: 0.25rem;
    inset-inline-end: 0.25rem;
    inline-size: 2.25rem;
    block-size: 2.25rem;
    padding: 0;
    font-size: 1.25rem;
    line-height: 1;
    text-decoration: none;
    color: var(--quiet);
  }

  .term-card svg {
    inline-size: 100%;
    block-size: auto;
    background: var(--panel);
    border-radius: var(--radius);
  }

  .term-card svg text {
    fill: var(--ink);
    font-size: 11px;
    text-anchor: middle;
  }

  .term-card .a {
    fill: var(--weights);
  }

  .term-card .b {
    fill: var(--cache);
  }

  .term-card .c {
    fill: var(--scratch);
  }

  .term-card .off {
    fill: var(--track);
  }

  .term-card .box {
    fill: var(--ground);
    stroke: var(--edge);
  }

  .term-card .line {
    fill: none;
    stroke: var(--edge);
  }

  .term-card .bold {
    fill: none;
    stroke: var(--accent);
    stroke-width: 2;
  }

  .term-card .stop {
    fill: none;
    stroke: var(--bad);
    stroke-width: 2;
  }

  @media (forced-colors: active) {
    .term-card svg {
      forced-color-adjust: preserve-parent-color;
    }
  }
`;
