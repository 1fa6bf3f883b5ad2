/** The board on the desk, and what hangs on it. */
import { css } from 'lit';

export const deskStyles = css`
  .desk {
    display: block;
    inline-size: 100%;
    max-inline-size: 36rem;
    block-size: auto;
    margin-inline: auto;
    overflow: visible;
    user-select: none;
    touch-action: pan-y;
  }

  .desk .pcb {
    fill: light-dark(#12503f, #10382e);
    stroke: light-dark(#0b3a2d, #2b6f5c);
  }

  .desk .module {
    fill: light-dark(#0c3b2f, #0b2a22);
  }

  .desk .can {
    fill: light-dark(#ccd3d8, #8b979f);
    stroke: light-dark(#9aa5ad, #5d6971);
  }

  .desk :is(.antenna, .line) {
    fill: none;
    stroke: #d9b75a;
    stroke-width: 1.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .desk .line {
    stroke: var(--edge);
    stroke-width: 1.2;
  }

  .desk text {
    font: 7.5px/1 var(--mono);
    fill: #e6efe9;
  }

  .desk .chip {
    font: 600 8.5px/1 var(--esp32-llm-font, system-ui, sans-serif);
    fill: #1c2730;
    text-anchor: middle;
  }

  .desk .print {
    font-size: 6.5px;
    text-anchor: middle;
  }

  .desk .can ~ .print {
    fill: #1c2730;
  }

  .desk :is(.socket ~ .print, .board-light .print) {
    fill: #e6efe9;
  }

  .desk .socket {
    fill: light-dark(#c3cbd1, #7d8a93);
    stroke: light-dark(#8f9aa3, #55616a);
  }

  .desk .name {
    font: 600 10px/1 var(--esp32-llm-font, system-ui, sans-serif);
    fill: var(--ink);
  }

  .desk .hole {
    fill: #14241e;
    stroke: #d9b75a;
    stroke-width: 1.6;
  }

  .desk .pad.power .hole {
    stroke: #9fb3aa;
  }

  .desk .pad.taken .hole {
    fill: #6d7f77;
    stroke: #6d7f77;
  }

  .desk .pad:is(.taken, .power) text {
    fill: #9fb3aa;
  }

  .desk .pad.wired .hole {
    fill: #ffe08a;
  }

  .desk .pad.over .hole {
    r: 6px;
    fill: #fff3c4;
  }

  .desk .reach {
    fill: transparent;
  }

  .desk .wire {
    fill: none;
    stroke-width: 2.2;
    stroke-linecap: round;
    opacity: 0.75;
  }

  .desk .wire.on {
    stroke-width: 3;
    opacity: 1;
  }

  .desk .glass {
    fill: light-dark(#eef2f5, #26313b);
    stroke: var(--edge);
    stroke-width: 1.2;
  }

  .desk .metal {
    fill: light-dark(#b9c2c9, #66737d);
    stroke: light-dark(#8f9aa3, #46525b);
    stroke-width: 0.8;
  }

  .desk .body {
    fill: light-dark(#2f6fb5, #2b5f9a);
  }

  .desk .arm {
    fill: light-dark(#f7f9fb, #dfe6ec);
    stroke: var(--edge);
  }

  .desk .blade {
    fill: var(--accent);
    opacity: 0.85;
  }

  .desk .cap {
    fill: light-dark(#d8413a, #c04a44);
    stroke: light-dark(#8d2722, #7d2f2a);
  }

  .desk .cap.down {
    fill: light-dark(#8d2722, #7d2f2a);
  }

  .desk .glow {
    filter: blur(5px);
    pointer-events: none;
  }

  .desk .horn {
    transform-origin: 0 -3px;
    transition: transform 0.4s;
  }

  .desk .pressable {
    cursor: pointer;
  }

  .desk .movable {
    cursor: grab;
    touch-action: none;
  }

  .desk-list {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
    gap: 0.375rem 1.5rem;
    margin: 0;
    padding: 0;
    list-style: none;
    font-size: 0.875rem;
  }

  .desk-list li {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    align-items: center;
    gap: 0.125rem 0.75rem;
    padding-block: 0.25rem;
    border-block-end: 1px solid var(--line);
  }

  .desk-list .swatch {
    display: inline-block;
    inline-size: 0.75em;
    block-size: 0.75em;
    margin-inline-end: 0.375em;
    border: 1px solid var(--edge);
    border-radius: 50%;
  }

  .desk-list [aria-pressed='true'] {
    font-weight: 700;
    text-decoration-thickness: 3px;
  }

  .desk-panel {
    order: 1;
    display: grid;
    gap: 0.75rem;
  }

  .connect > :not(summary) {
    margin-block-start: 0.75rem;
  }

  .connect .wired {
    margin-inline: 0;
    padding: 0;
    list-style: none;
  }

  .connect .wired li {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.5rem;
    align-items: center;
    padding-block: 0.375rem;
    border-block-end: 1px solid var(--line);
    font-size: 0.875rem;
  }

  .connect .wired :is(select, span) {
    flex: 1 1 6.5rem;
    min-inline-size: 0;
  }

  .connect .check {
    display: flex;
    gap: 0.5rem;
    align-items: center;
  }

  .connect .wired strong {
    flex: 1 1 7rem;
    cursor: grab;
    touch-action: none;
  }

  .connect .taken-pins {
    padding-inline-start: 1.25rem;
    font-size: 0.8125rem;
  }

  @media (prefers-reduced-motion: no-preference) {
    .desk .turning {
      animation: desk-turn var(--turn) linear infinite;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .desk .horn {
      transition: none;
    }
  }

  @media (forced-colors: active) {
    .desk {
      forced-color-adjust: none;
    }
  }

  @keyframes desk-turn {
    to {
      transform: rotate(360deg);
    }
  }
`;
