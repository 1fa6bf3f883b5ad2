/** What rounding did to single numbers. */
import { css } from 'lit';

export const roundingStyles = css`
  .rounding-choice {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
  }

  .rounding-choice select {
    max-width: 100%;
  }

  .rounding-choice .field {
    min-width: 0;
  }

  .rounding-chart {
    display: grid;
    gap: 0.5rem;
    max-width: 44rem;
    /* Places count to the right, also on pages that go the other way. */
    direction: ltr;
  }

  .rounding-chart .plot {
    position: relative;
    height: clamp(12rem, 40cqi, 18rem);
    margin: 0.5rem 0.75rem 1.25rem 4.25rem;
  }

  .rounding-chart .low .plot {
    height: 6rem;
  }

  .rounding-chart svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
  }

  .rounding-chart path {
    fill: none;
    stroke: var(--line);
    vector-effect: non-scaling-stroke;
  }

  .rounding-chart .grid {
    stroke-dasharray: 2 4;
  }

  .rounding-chart .axis {
    stroke: var(--edge);
  }

  .rounding-chart .code {
    stroke: color-mix(in srgb, var(--cache) 60%, var(--ground));
  }

  .rounding-chart :is(.way, .move) {
    stroke: var(--weights);
    stroke-width: 2;
  }

  .rounding-chart .move {
    stroke-width: 4;
  }

  .rounding-chart .spot,
  .rounding-chart .legend :is(.was, .is)::before {
    width: 0.5rem;
    height: 0.5rem;
    box-sizing: border-box;
    border: 1.5px solid var(--ink);
    border-radius: 50%;
  }

  .rounding-chart .spot {
    position: absolute;
    transform: translate(-50%, -50%);
  }

  .rounding-chart .spot.is,
  .rounding-chart .legend .is::before {
    width: 0.375rem;
    height: 0.375rem;
    border-color: var(--weights);
    background: var(--weights);
  }

  .rounding-chart .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1rem;
  }

  .rounding-chart .legend span::before {
    display: inline-block;
    margin-inline-end: 0.375rem;
    vertical-align: middle;
    content: '';
  }

  .rounding-chart .codes::before {
    width: 1rem;
    border-block-start: 1px solid var(--cache);
  }

  .rounding-chart .tick {
    position: absolute;
    font-size: 0.75rem;
    line-height: 1rem;
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .rounding-chart .up {
    right: calc(100% + 0.5rem);
    transform: translateY(-50%);
  }

  .rounding-chart .along {
    top: calc(100% + 0.25rem);
    transform: translateX(-50%);
  }

  .rounding-chart .end {
    text-align: end;
    padding-inline-end: 0.75rem;
  }

  .rounding .scroll {
    max-height: 20rem;
    overflow: auto;
  }

  @media (forced-colors: active) {
    .rounding-chart path {
      stroke: CanvasText;
    }

    .rounding-chart :is(.spot, .legend span::before) {
      border-color: CanvasText;
    }

    .rounding-chart :is(.spot.is, .legend .is::before) {
      border-color: Highlight;
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
