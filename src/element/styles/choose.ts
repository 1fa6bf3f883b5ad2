/** Choosing and reading: what the element shows before a model is there. */
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

  .dragging .drop {
    border-color: var(--accent);
    border-style: solid;
    background: var(--soft);
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

  .recent {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1rem;
    padding: 0;
    list-style: none;
  }

  .privacy,
  .privacy button.plain {
    text-align: center;
  }

  .busy {
    max-width: 36rem;
    margin: 1rem auto;
    gap: 1rem;
  }

  progress {
    appearance: none;
    width: 100%;
    height: 0.625rem;
    border: 0;
    border-radius: 0.3125rem;
    overflow: hidden;
    background: var(--track);
    accent-color: var(--accent);
  }

  progress::-webkit-progress-bar {
    background: var(--track);
  }

  progress::-webkit-progress-value {
    background: var(--accent);
    border-radius: 0.3125rem;
  }

  progress::-moz-progress-bar {
    background: var(--accent);
  }

  progress:indeterminate {
    background: linear-gradient(90deg, var(--track) 35%, var(--accent) 50%, var(--track) 65%) 0 0 / 300% 100%;
  }

  progress:indeterminate::-webkit-progress-bar {
    background: none;
  }

  progress:indeterminate::-moz-progress-bar {
    background: none;
  }

  @media (forced-colors: active) {
    progress {
      border: 1px solid CanvasText;
    }

    progress::-webkit-progress-value {
      forced-color-adjust: none;
    }
  }

  @media (prefers-reduced-motion: no-preference) {
    progress:indeterminate {
      animation: slide 1.6s linear infinite;
    }
  }

  @keyframes slide {
    from {
      background-position: 100% 0;
    }

    to {
      background-position: 0 0;
    }
  }
`;
