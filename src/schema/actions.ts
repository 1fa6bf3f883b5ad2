/**
 * The section ACTN as data: what answers of a model do to pins of a board. docs/actions.md explains it; the board's
 * `actions_format.h` is generated from here (`npm run schema`). A part of its own: only packages that act need it.
 */
import type { Layout } from './console.js';

export const ACTIONS_VERSION = 1;

/** "None" in references to texts. */
export const NO_TEXT = 0xffff;

/** Stands for no pin. */
export const NO_PIN = 255;

export const ACTION_LIMITS = {
  /** A board has fewer pins that are free. */
  outputs: 32,
  inputs: 16,
  /** As many as an action card has, twice: those of the wiring come before. */
  rules: 512,
  /** Values that a rule's keys may have. */
  conditions: 4096,
  /** A rule times the outputs that it reaches. */
  effects: 4096,
  /** Names of colours. */
  colours: 64,
  /** Texts are found by 16 bits. */
  textBytes: 0xfffe,
  /** A text's length has 8 bits. */
  text: 255,
  /** An hour: longer pulses are what timers of answers are for. */
  pulseMillis: 3_600_000,
} as const;

/** What is done to an output. `switch`: a level. `dimmer`: pulse width modulation. `servo`: an angle. `light`: one WS2812. */
export const ACTION_OUTPUT = { switch: 0, dimmer: 1, servo: 2, light: 3 } as const;
export type ActionOutput = keyof typeof ACTION_OUTPUT;

/** What is read. `level`: of a pin. `uptime`: seconds since the board started. `temperature`: degrees Celsius of the chip. */
export const ACTION_INPUT = { level: 0, uptime: 1, temperature: 2 } as const;
export type ActionInput = keyof typeof ACTION_INPUT;

/**
 * What becomes of an output. `pulse`: on, and off again after the effect's value in milliseconds. `value`: percent of a
 * dimmer, degrees of a servo, 0xRRGGBB of a light. `from`: the same out of the answer. `ask`: nothing, its state is told.
 */
export const ACTION_CHANGE = {
  off: 0,
  on: 1,
  toggle: 2,
  pulse: 3,
  value: 4,
  from: 5,
  ask: 6,
  read: 7,
} as const;
export type ActionChange = keyof typeof ACTION_CHANGE;

/** What an ACTION message tells. `planned`: will be done after its seconds. */
export const ACTION_TOLD = { done: 0, planned: 1, state: 2, read: 3, refused: 4 } as const;
export type ActionTold = keyof typeof ACTION_TOLD;

/** All numbers are little-endian; the tables follow each other in this order, then come the texts. */
export const ACTIONS = {
  header: {
    version: 'u16',
    outputs: 'u16',
    inputs: 'u16',
    rules: 'u16',
    conditions: 'u16',
    effects: 'u16',
    colours: 'u16',
    place: 'u16',
    everywhere: 'u16',
    delay: 'u16',
    textBytes: 'u32',
    zero: 'u32',
    zeros: 'u32',
  },
  output: {
    kind: 'u8',
    pin: 'u8',
    inverted: 'u8',
    zero: 'u8',
    name: 'u16',
    zeros: 'u16',
    on: 'u32',
    off: 'u32',
    shortest: 'u16',
    longest: 'u16',
  },
  input: {
    kind: 'u8',
    pin: 'u8',
    pull: 'u8',
    zero: 'u8',
    name: 'u16',
    low: 'u16',
    high: 'u16',
    zeros: 'u16',
  },
  rule: { firstCondition: 'u16', conditions: 'u16', firstEffect: 'u16', effects: 'u16' },
  condition: { key: 'u16', value: 'u16' },
  effect: { change: 'u8', target: 'u8', place: 'u16', from: 'u16', zeros: 'u16', value: 'u32' },
  colour: { name: 'u16', zeros: 'u16', value: 'u32' },
} as const satisfies Readonly<Record<string, Layout>>;
