/** The cards of the first step, and how they stand beside the ways for a person's own model. */
import { css } from 'lit';

export const cards = css`
  .cards {
    display: grid;
    align-content: start;
    gap: 0.75rem;
  }

  .cards > ul {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
    gap: 0.75rem;
  }

  .cards article {
    display: grid;
    justify-items: start;
    gap: 0.75rem;
    height: 100%;
    padding: 1.25rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--panel);
  }

  .cards h5 {
    font-size: 1.25rem;
    line-height: 1.25;
    font-weight: 650;
  }

  .cards .primary {
    min-height: 3rem;
    padding-inline: 1.5rem;
    font-size: 1.0625rem;
  }

  .cards .quiet {
    margin-bottom: -0.5rem;
  }

  .cards .examples {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }

  .cards .examples button {
    min-height: 2.25rem;
    padding: 0.25rem 0.875rem;
    border-radius: 1.25rem;
    text-align: start;
  }

  .cards dl {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 1.5rem;
    font-size: 0.875rem;
  }

  .cards dt {
    color: var(--quiet);
  }

  .cards dd {
    font-weight: 600;
  }

  .own-board {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    margin-top: 0.5rem;
  }

  @container (min-width: 52rem) {
    section.choose:has(.cards) {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      align-items: start;
    }

    .choose:has(.cards) ::slotted([slot='choose-text']),
    section.choose:has(.cards) > :not(.cards, .own) {
      grid-column: 1 / -1;
    }
  }

  @container (max-width: 30rem) {
    .cards article {
      justify-items: stretch;
      padding: 1rem;
    }
  }
`;
