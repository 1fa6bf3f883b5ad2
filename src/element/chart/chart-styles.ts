/** Quality over size. */
import { css } from 'lit';

export const chartStyles = css`
  .points-chart {
    display: grid;
    gap: 0.5rem;
    max-width: 44rem;
    /* Sizes grow to the right, also on pages that go the other way. */
    direction: ltr;
  }

  .points-chart .plot {
    position: relative;
    height: clamp(14rem, 45cqi, 20rem);
    margin: 0.5rem 0.75rem 1.5rem 3.75rem;
  }

  .points-chart svg {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    overflow: visible;
  }

  .points-chart path {
    fill: none;
    stroke: var(--line);
    vector-effect: non-scaling-stroke;
  }

  .points-chart .grid {
    stroke-dasharray: 2 4;
  }

  .points-chart .axis {
    stroke: var(--edge);
  }

  .points-chart .best {
    stroke: color-mix(in srgb, var(--weights) 45%, var(--ground));
    stroke-width: 2;
  }

  .points-chart .error {
    stroke: var(--weights);
  }

  .points-chart .tick {
    position: absolute;
    font-size: 0.75rem;
    line-height: 1rem;
    color: var(--quiet);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .points-chart .up {
    right: calc(100% + 0.5rem);
    transform: translateY(50%);
  }

  .points-chart .along {
    top: calc(100% + 0.375rem);
    transform: translateX(-50%);
  }

  .points-chart .size {
    text-align: end;
    padding-inline-end: 0.75rem;
  }

  .points-chart .point {
    position: absolute;
    display: grid;
    place-items: center;
    width: 1.5rem;
    height: 1.5rem;
    min-height: 0;
    margin: 0 0 -0.75rem -0.75rem;
    padding: 0;
    border: 0;
    border-radius: 50%;
    background: none;
    overflow: visible;
  }

  .points-chart .dot {
    width: 0.75rem;
    height: 0.75rem;
    border: 2.5px solid var(--weights);
    border-radius: 50%;
    background: var(--ground);
  }

  .points-chart [aria-checked='true'] {
    z-index: 1;
  }

  .points-chart [aria-checked='true'] .dot {
    width: 1rem;
    height: 1rem;
    background: var(--weights);
  }

  .points-chart .unfit .dot {
    border-color: var(--bad);
    border-style: dashed;
  }

  .points-chart .word {
    position: absolute;
    font-size: 0.75rem;
    line-height: 1rem;
    font-weight: 400;
    color: var(--quiet);
    white-space: nowrap;
  }

  .points-chart [aria-checked='true'] .word {
    font-weight: 600;
    color: var(--ink);
  }

  .points-chart .right {
    left: calc(100% - 0.125rem);
  }

  .points-chart .left {
    right: calc(100% - 0.125rem);
  }

  .points-chart .above {
    bottom: 100%;
  }

  .points-chart .below {
    top: 100%;
  }

  .points-chart .above-right {
    bottom: 100%;
    left: 50%;
  }

  .points-chart .below-right {
    top: 100%;
    left: 50%;
  }

  /* Where words would lie on each other, the chosen point is told below. */
  @container (max-width: 34rem) {
    .points-chart .word {
      display: none;
    }
  }

  @media (forced-colors: active) {
    .points-chart [aria-checked='true'] .dot {
      background: Highlight;
      forced-color-adjust: none;
    }

    .points-chart path {
      stroke: CanvasText;
    }
  }
`;
