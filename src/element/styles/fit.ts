/** The settings on a screen: columns as there is room, and a bar with the outcome and the way on at the foot of the window. */
import { css } from 'lit';

export const fit = css`
  /* A clipped frame, unlike a hidden overflow, scrolls nothing, so that the bar keeps to the window. */
  .base {
    overflow: clip;
  }

  /* In a grid the bar would have its own row to keep to. */
  .fit {
    display: flex;
    flex-direction: column;
  }

  .fit-bar {
    position: sticky;
    z-index: 1;
    inset-block-end: 0;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1.5rem;
    margin: 0 -1.5rem -1.5rem;
    padding: 0.75rem 1.5rem;
    background: var(--ground);
    border-top: 1px solid var(--line);
  }

  .fit-bar .outcome {
    display: flex;
    flex: 1 1 20rem;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 1.25rem;
    min-width: 0;
    font-variant-numeric: tabular-nums;
  }

  .fit-bar .badge {
    font-size: 1.125rem;
  }

  .fit-bar .buttons {
    margin-inline-start: auto;
  }

  /* What is reached by keyboard is not left behind the bar. */
  .fit :is(button, input, select, textarea, summary, .scroll, [tabindex]) {
    scroll-margin-block-end: 8rem;
  }

  .fit .board-picture {
    max-width: 18rem;
  }

  .remedies li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
  }

  .remedies li span {
    flex: 1 1 12rem;
  }

  @container (min-width: 46rem) {
    .fit .columns {
      grid-template-rows: auto 1fr;
    }

    .fit .settings {
      grid-row: span 2;
    }
  }

  @container (min-width: 90rem) {
    .fit .columns {
      grid-template: auto / repeat(3, minmax(0, 1fr));
    }

    .fit .settings {
      grid-row: auto;
    }
  }

  @container (max-width: 30rem) {
    .fit-bar {
      margin: 0 -1rem -1rem;
      padding: 0.5rem 1rem;
    }

    .fit-bar .buttons {
      flex: 1 1 100%;
    }
  }

  /* Where the bar would take much of what little is seen, it stays at the end. */
  @media (max-height: 24rem) {
    .fit-bar {
      position: static;
    }
  }

  @media print {
    .fit-bar {
      position: static;
    }
  }
`;
