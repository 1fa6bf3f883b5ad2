/** The conversions of a session. */
import { css } from 'lit';

export const conversionsStyles = css`
  .conversions {
    gap: 0.875rem;
    padding-top: 1rem;
    border-top: 1px solid var(--line);
  }

  .panel > .conversions {
    padding-top: 0.5rem;
    border-top: 0;
  }

  .conversions :is(h4, h5):focus {
    outline: none;
  }

  .chart-and-detail {
    display: grid;
    grid-template-columns: minmax(0, 44rem) minmax(0, 1fr);
    gap: 1rem 2rem;
    align-items: center;
  }

  .conversions .detail {
    display: grid;
    gap: 0.75rem;
  }

  .detail .quiet {
    display: block;
  }

  .conversions .measuring {
    display: grid;
    gap: 0.5rem;
    max-width: 44rem;
  }

  .rows table {
    min-width: 58rem;
  }

  .rows :is(th, td) {
    padding: 0.5rem 0.625rem;
  }

  .rows tr.selected {
    background: var(--soft);
  }

  .rows [role='rowheader'] {
    font-weight: 600;
    white-space: normal;
  }

  .rows :is(th, td) .quiet {
    display: block;
    font-size: 0.8125rem;
  }

  .rows .unfit {
    color: var(--bad);
  }

  .rows :is(td, th):first-child {
    text-align: center;
  }

  .rows :is(td, th):nth-child(2),
  .rows :is(td, th):nth-child(3) {
    text-align: start;
  }

  .rows input[type='checkbox'] {
    width: 1.25rem;
    height: 1.25rem;
    accent-color: var(--accent);
  }

  .rows .acts {
    display: flex;
    justify-content: end;
    gap: 0.25rem 0.75rem;
  }

  .rows .acts button {
    min-height: 1.5rem;
  }

  .naming {
    display: flex;
    gap: 0.5rem;
  }

  .naming input {
    min-width: 8rem;
  }

  .two h6 {
    margin: 0 0 0.25rem;
    font-size: 0.875rem;
    font-weight: 600;
  }

  .two h5:focus {
    outline: none;
  }

  .three {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
    gap: 0.75rem 1rem;
  }

  del,
  ins {
    border-radius: 0.125rem;
  }

  del {
    color: var(--bad);
    text-decoration: line-through;
  }

  ins {
    background: var(--mark);
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .parting {
    margin-top: 0.375rem;
  }

  @container (max-width: 58rem) {
    .chart-and-detail {
      grid-template-columns: minmax(0, 1fr);
    }
  }

  @container (max-width: 44rem) {
    .rows table {
      min-width: 0;
    }

    .rows thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }

    .rows :is(table, tbody, tr, td, th) {
      display: block;
      text-align: start;
      white-space: normal;
    }

    .rows tr {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: 0.25rem 1rem;
      padding: 0.75rem 0.5rem;
      border-bottom: 1px solid var(--line);
    }

    .rows :is(td, th[scope='row']) {
      padding: 0;
      border: 0;
      text-align: start;
    }

    .rows [role='rowheader'],
    .rows td:last-child {
      grid-column: 1 / -1;
    }

    .rows [role='rowheader'] {
      grid-row: 1;
    }

    .rows td[data-label]::before {
      content: attr(data-label);
      display: block;
      font-size: 0.8125rem;
      color: var(--quiet);
    }

    .rows td:last-child::before {
      display: none;
    }

    .rows .acts {
      justify-content: start;
    }
  }
`;
