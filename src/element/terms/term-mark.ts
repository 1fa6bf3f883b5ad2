/** The "?" beside a term. */
import { css } from 'lit';

/** Small to see, large enough to be hit. */
export const termMark = css`
  .term {
    margin-inline-start: 0.25rem;
    white-space: nowrap;
  }

  .term button {
    inline-size: 1.5rem;
    block-size: 1.5rem;
    min-block-size: 0;
    padding: 0;
    border-radius: 50%;
    font-size: 0.8125rem;
    line-height: 1;
    color: var(--quiet);
    vertical-align: middle;
  }
`;
