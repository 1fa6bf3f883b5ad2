/** The way on: always in sight, at the foot of the window. */
import { css } from 'lit';

export const way = css`
  .onward {
    position: sticky;
    z-index: 1;
    inset-block-end: 0;
    justify-content: flex-end;
    margin: 1.25rem -1.5rem -1.5rem;
    padding: 0.75rem 1.5rem;
    background: var(--ground);
    border-top: 1px solid var(--line);
  }

  /* What is reached by keyboard is not left behind it. */
  .body :is(button, input, select, textarea, summary, form, .scroll, [tabindex]) {
    scroll-margin-block-end: 5rem;
  }

  .engines {
    justify-items: start;
  }

  /* Once a model is chosen, its steps matter more than the title. */
  @container (max-width: 46rem) {
    :host(:not(:state(choose))) .title {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }

  @container (max-width: 30rem) {
    .onward {
      flex-wrap: nowrap;
      margin: 1rem -1rem -1rem;
      padding: 0.5rem 1rem;
    }

    .onward > button {
      min-width: 0;
      padding-inline: 0.5rem;
    }

    /* The next question is in sight, above the way on, however long the conversation is. */
    .talk > form {
      position: sticky;
      z-index: 1;
      inset-block-end: 3.5rem;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 0.5rem;
      align-items: end;
      padding-block: 0.5rem;
      background: var(--ground);
    }
  }

  @media (max-height: 24rem) {
    .onward,
    .talk > form {
      position: static;
    }
  }
`;
