/** The frontier's table. */
import { css } from 'lit';

export const frontierStyles = css`
  .frontier .scroll {
    overflow-x: auto;
  }
`;
