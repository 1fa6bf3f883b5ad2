/** The drawn home, and answers as what they mean. */
import { css } from 'lit';

export const home = css`
  .home {
    display: block;
    width: 100%;
    max-width: 30rem;
    max-height: 34vh;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--panel);
    color: var(--ink);
  }

  .home path {
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .home .part {
    color: var(--quiet);
  }

  .home .part.on,
  .home .part.touched {
    color: var(--accent);
  }

  .home .touched path {
    stroke-width: 2.25;
  }

  .home .later path,
  .home .asked path {
    stroke-dasharray: 3 3;
  }

  .home path.glow {
    stroke: none;
  }

  .home .wall {
    color: var(--edge);
  }

  .home .gap {
    color: var(--edge);
  }

  .home .leaf {
    fill: var(--panel);
  }

  .home .tv.on .screen {
    fill: var(--soft);
  }

  .home .light {
    fill: var(--accent);
  }

  .home text {
    fill: currentColor;
    stroke: none;
    font: 600 11px/1 var(--esp32-llm-font, system-ui, sans-serif);
  }

  .meaning {
    display: grid;
    gap: 0.25rem;
  }

  .sentence {
    font-size: 1.0625rem;
    font-weight: 600;
  }

  .raw summary {
    width: fit-content;
    color: var(--accent);
    font-size: 0.8125rem;
    cursor: pointer;
  }

  @media (prefers-reduced-motion: no-preference) {
    .home .turning {
      animation: turn 0.7s ease-in-out infinite alternate;
      transform-origin: 210px 38px;
    }

    .home .glow,
    .home .slats {
      transition: opacity 0.4s;
    }
  }

  @media (forced-colors: active) {
    .home .part.on,
    .home .part.touched {
      color: Highlight;
    }
  }

  @keyframes turn {
    from {
      transform: scaleX(1);
    }

    to {
      transform: scaleX(0.35);
    }
  }

  /* The text itself has no place to break at. */
  .meaning .words {
    overflow-wrap: anywhere;
  }

  .beside {
    display: contents;
  }

  /* Beside the conversation where there is room, so that the next question is in sight. */
  @container (min-width: 60rem) {
    .talk:has(> .beside) {
      grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
      /* What is longer on the left leaves its room below the last on the right, not between them. */
      grid-template-rows: repeat(5, auto) 1fr;
      align-items: start;
    }

    .talk:has(> .beside .desk) {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }

    .talk:has(> .beside) > * {
      grid-column: 2;
    }

    .talk > .beside {
      display: grid;
      gap: 1rem;
      grid-row: 1 / -1;
      grid-column: 1;
    }
  }
`;
