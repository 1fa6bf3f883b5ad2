/** What the state in the page's address shows. */
import { css } from 'lit';

export const address = css`
  .link {
    display: grid;
    gap: 0.75rem;
    margin-bottom: 1.25rem;
    padding: 1rem 1.25rem;
    border-radius: var(--radius);
    overflow-wrap: anywhere;
  }

  .link h3 {
    font-size: 1rem;
  }

  .link.failure h3 {
    color: var(--bad);
  }

  .link.panel {
    background: var(--panel);
    border-inline-start: 0.25rem solid var(--accent);
  }

  .link.failure {
    display: flex;
  }

  .sharing {
    display: grid;
    gap: 0.5rem;
    padding: 0.75rem 1.5rem;
    font-size: 0.875rem;
    border-top: 1px solid var(--line);
  }

  .sharing .buttons {
    gap: 0.5rem 1.25rem;
  }

  .sharing button {
    flex: none;
    font-size: inherit;
    min-height: 1.5rem;
  }

  @container (max-width: 30rem) {
    .sharing {
      padding: 0.75rem 1rem;
    }
  }

  @media print {
    .sharing {
      display: none;
    }
  }

  @media (forced-colors: active) {
    .link.panel {
      border: 1px solid CanvasText;
    }
  }
`;
