/** Choosing and reading: what the element shows before a model is there; its progress bars are in `after-first.ts`. */
import { css } from 'lit';

export const choose = css`
  .drop {
    display: grid;
    justify-items: center;
    gap: 0.5rem;
    padding: 2.5rem 1.25rem;
    text-align: center;
    border: 2px dashed var(--edge);
    border-radius: var(--radius);
    background: var(--panel);
  }

  .drop .folder {
    width: 3rem;
    height: 2.5rem;
    color: var(--accent);
  }

  .drop-title {
    font-size: 1.25rem;
    font-weight: 650;
  }

  .drop .buttons {
    justify-content: center;
    margin-top: 0.75rem;
  }

  .sample {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.75rem 1.5rem;
    padding: 1rem 1.25rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }

  .own {
    display: grid;
    gap: 1.25rem;
  }

  .address {
    display: grid;
    gap: 0.5rem;
  }

  .inline {
    display: flex;
    align-items: start;
    gap: 0.5rem;
  }

  .inline > button {
    flex: none;
  }

  .inline input {
    flex: 1;
    min-width: 0;
  }

  .privacy,
  .privacy button.plain {
    text-align: center;
  }
`;
