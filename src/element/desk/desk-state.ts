/** What hangs on a board and how it is: by the registers of an emulated one, or by what a real one tells. */
import type { ConsoleAction } from '../../device/console-types.js';
import type { EmulatedPin } from '../../device/emulator-types.js';
import { lightColour } from '../../device/light-colour.js';
import type { Part } from '../../input/action-words.js';
import type { WiredInput, WiredOutput, Wiring } from '../../package/wiring.js';
import type { ActionOutput } from '../../schema/actions.js';

/** How a thing is: `level` 0..1, `degrees` of a servo, `colour` 0xRRGGBB, `high` of an input. */
export type ThingState =
  | { readonly kind: 'switch' | 'dimmer'; readonly level: number }
  | { readonly kind: 'servo'; readonly degrees: number | null }
  | { readonly kind: 'light'; readonly colour: number }
  | { readonly kind: 'level'; readonly high: boolean };

export interface DrawnThing {
  readonly name: string;
  readonly pin: number;
  /** What it is, `null` where that is not known. */
  readonly part: Part | null;
  readonly state: ThingState;
}

/** As everything is before the board runs. */
export function restingThings({ outputs, inputs }: Wiring): readonly DrawnThing[] {
  return [
    ...outputs.map((output) => drawn(output, resting(output.kind))),
    ...levels(inputs).map((input) => drawn(input, { kind: 'level', high: input.pull === 'up' })),
  ];
}

/**
 * As the chip's registers have it.
 * @param held what parts of the board hold pins at
 */
export function emulatedThings(
  { outputs, inputs }: Wiring,
  pins: readonly EmulatedPin[],
  held: ReadonlyMap<number, boolean>,
): readonly DrawnThing[] {
  const found = new Map(pins.map((pin) => [pin.pin, pin]));
  return [
    ...outputs.map((output) => drawn(output, outputState(output, found.get(output.pin)))),
    ...levels(inputs).map((input) =>
      drawn(input, { kind: 'level', high: held.get(input.pin) ?? input.pull === 'up' }),
    ),
  ];
}

/** As the board has told: the last word of each, in the order of the first. */
export function toldThings(
  wiring: Wiring | null,
  told: ReadonlyMap<string, ConsoleAction>,
): readonly DrawnThing[] {
  const known = wiring === null ? [] : restingThings(wiring);
  const things = new Map(known.map((thing) => [thing.name, thing]));
  for (const { name, pin, kind, value } of told.values()) {
    const before = things.get(name);
    const at = pin ?? before?.pin;
    if (at === undefined || kind === 'uptime' || kind === 'temperature') continue;
    things.set(name, { name, pin: at, part: before?.part ?? null, state: toldState(kind, value) });
  }
  return [...things.values()];
}

function drawn(
  { name, pin, parts }: WiredOutput | (WiredInput & { readonly pin: number }),
  state: ThingState,
): DrawnThing {
  return { name, pin, part: parts[0] ?? null, state };
}

function levels(inputs: readonly WiredInput[]): readonly (WiredInput & { readonly pin: number })[] {
  return inputs.flatMap((input) => (input.pin === null ? [] : [{ ...input, pin: input.pin }]));
}

function resting(kind: ActionOutput): ThingState {
  switch (kind) {
    case 'servo':
      return { kind, degrees: null };
    case 'light':
      return { kind, colour: 0 };
    default:
      return { kind, level: 0 };
  }
}

function outputState(output: WiredOutput, pin: EmulatedPin | undefined): ThingState {
  const { kind, inverted, shortest, longest } = output;
  if (pin === undefined) return resting(kind);
  switch (kind) {
    case 'switch':
      return pin.kind === 'level' ? { kind, level: Number(pin.high !== inverted) } : resting(kind);
    case 'dimmer':
      return pin.kind === 'pulses' ? { kind, level: inverted ? 1 - pin.duty : pin.duty } : resting(kind);
    case 'servo': {
      // Without pulses it stays where it is, which nobody knows.
      if (pin.kind !== 'pulses' || pin.hertz === 0 || pin.duty === 0) return resting(kind);
      const micros = (pin.duty / pin.hertz) * 1e6;
      const share = Math.min(Math.max((micros - shortest) / (longest - shortest), 0), 1);
      return { kind, degrees: share * 180 };
    }
    case 'light':
      return { kind, colour: pin.kind === 'sent' ? (lightColour(pin.pulses) ?? 0) : 0 };
  }
}

function toldState(kind: ActionOutput | 'level', value: number): ThingState {
  switch (kind) {
    case 'servo':
      return { kind, degrees: value };
    case 'light':
      return { kind, colour: value };
    case 'dimmer':
      return { kind, level: value / 100 };
    case 'switch':
      return { kind, level: value };
    case 'level':
      return { kind, high: value !== 0 };
  }
}
