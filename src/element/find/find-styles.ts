/** The dialog that finds a board. */
import { css } from 'lit';

export const findStyles = css`
  dialog.find {
    width: 46rem;
    max-width: 92vw;
    max-height: 88vh;
    padding: 1.25rem;
    color: var(--ink);
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }

  dialog.find::backdrop {
    background: rgb(0 0 0 / 50%);
  }

  .find-head {
    display: flex;
    gap: 1rem;
    align-items: start;
    justify-content: space-between;
  }

  .find-head button {
    flex: none;
  }

  .find .look {
    display: grid;
    gap: 0.75rem;
    margin-block: 0.75rem 1.25rem;
    padding-bottom: 1.25rem;
    border-bottom: 1px solid var(--line);
  }

  .find-list {
    display: grid;
    gap: 0.75rem;
  }

  .find input[type='search'] {
    width: 100%;
    min-height: 2.75rem;
    padding: 0.5rem 0.75rem;
    color: inherit;
    font: inherit;
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }

  .find .boards {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
    gap: 0.75rem 1.5rem;
    align-items: start;
    max-height: max(10rem, 88vh - 31rem);
    overflow-y: auto;
  }

  .find fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .find legend {
    padding: 0.25rem 0;
    font-weight: 600;
  }

  .find .boards label {
    display: flex;
    gap: 0.6rem;
    align-items: start;
    padding: 0.4rem 0.25rem;
    font-weight: inherit;
    border-top: 1px solid var(--line);
    cursor: pointer;
  }

  .find .boards label.refused {
    cursor: default;
  }

  .find .boards input {
    flex: none;
    width: 1.1rem;
    height: 1.1rem;
    margin-top: 0.2rem;
    accent-color: var(--accent);
  }

  .find .boards .quiet {
    display: block;
    font-size: 0.85em;
  }
`;
