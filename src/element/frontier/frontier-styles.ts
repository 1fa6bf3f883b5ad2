/** The frontier's chart and table. */
import { css } from 'lit';

export const frontierStyles = css`
  .frontier-chart svg {
    width: 100%;
    max-height: 20rem;
    overflow: visible;
  }

  .frontier-chart .axis {
    fill: none;
    stroke: var(--edge);
  }

  .frontier-chart polyline {
    fill: none;
    stroke: var(--line);
    stroke-width: 2;
  }

  .frontier-chart .reach {
    fill: transparent;
  }

  .frontier-chart .dot {
    fill: var(--ground);
    stroke: var(--weights);
    stroke-width: 2.5;
  }

  .frontier-chart [role='radio'] {
    cursor: pointer;
    outline: none;
  }

  .frontier-chart [aria-checked='true'] .dot {
    fill: var(--weights);
  }

  .frontier-chart .unfit .dot {
    stroke: var(--bad);
    stroke-dasharray: 2 2;
  }

  .frontier-chart [role='radio']:focus-visible .reach {
    stroke: var(--accent);
    stroke-width: 2;
  }

  .frontier .scroll {
    overflow-x: auto;
  }

  @media (prefers-reduced-motion: no-preference) {
    .frontier-chart .dot {
      transition: r 0.15s;
    }
  }

  @media (forced-colors: active) {
    .frontier-chart [aria-checked='true'] .dot {
      fill: Highlight;
    }
  }
`;
