/** The drawing of a board. */
import { css } from 'lit';

export const drawingStyles = css`
  .board-drawing {
    display: block;
    inline-size: 100%;
    max-inline-size: 36rem;
    block-size: auto;
    margin-inline: auto;
    touch-action: manipulation;
  }

  .board-drawing text {
    fill: var(--ink);
    font-size: 8px;
    text-anchor: middle;
  }

  .board-drawing .title {
    font-size: 9px;
    font-weight: 600;
    text-anchor: start;
  }

  .board-drawing .pcb {
    fill: var(--soft);
    stroke: var(--line);
  }

  .board-drawing :is(.pin, .part) {
    fill: var(--edge);
  }

  .board-drawing .can {
    fill: var(--panel);
    stroke: var(--edge);
  }

  .board-drawing .die {
    fill: var(--ground);
    stroke: var(--edge);
  }

  .board-drawing .core {
    fill: var(--track);
  }

  .board-drawing .wire {
    fill: none;
    stroke: var(--edge);
    stroke-width: 3;
  }

  .board-drawing .room {
    fill: var(--track);
  }

  .board-drawing .wall {
    fill: none;
    stroke: var(--edge);
    stroke-width: 1.5;
    pointer-events: none;
  }

  .board-drawing .block {
    stroke: var(--ground);
    stroke-width: 0.4;
    cursor: pointer;
  }

  .board-drawing .weights {
    fill: var(--weights);
  }

  .board-drawing .weights.odd {
    fill: color-mix(in srgb, var(--weights) 72%, var(--ground));
  }

  .board-drawing .cache {
    fill: var(--cache);
  }

  .board-drawing .scratch {
    fill: var(--scratch);
  }

  .board-drawing .block.pointed {
    stroke: var(--ink);
    stroke-width: 1.5;
  }

  .board-drawing .block:focus {
    outline: none;
    stroke: var(--ink);
    stroke-width: 2.5;
  }

  .board-drawing .spill {
    fill: var(--bad);
    fill-opacity: 0.8;
    pointer-events: none;
  }

  .board-drawing .limit {
    fill: none;
    stroke: var(--bad);
    stroke-width: 2;
    stroke-dasharray: 4 2;
  }

  .drawing > :not(summary) {
    margin-block-start: 0.75rem;
  }

  .pointed-at {
    min-block-size: 3em;
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }

  .drawing table {
    border-collapse: collapse;
    font-size: 0.8125rem;
  }

  .drawing :is(th, td) {
    padding: 0.25rem 0.75rem 0.25rem 0;
    text-align: start;
    vertical-align: top;
    font-weight: 400;
  }

  @media (forced-colors: active) {
    .board-drawing {
      forced-color-adjust: none;
    }
  }
`;
