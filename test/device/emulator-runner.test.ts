import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EmulatorDevice, EmulatorFault, type EmulatorLink } from '../../src/device/emulator.js';
import { EmulatorRunner } from '../../src/device/emulator-runner.js';
import type {
  EmulatedCore,
  EmulatedPin,
  EmulatorCore,
  EmulatorEvent,
  EmulatorOptions,
  EmulatorReport,
  EmulatorStatus,
} from '../../src/device/emulator-types.js';

const BOARD = { flashBytes: 1 << 22, psramKind: 'none', psramBytes: 0 } as const;
const FLAT: EmulatorOptions = { board: BOARD, timing: true, speed: 'flat' };
const CORE: EmulatedCore = {
  state: 'running',
  pc: 4,
  registers: Array.from({ length: 16 }, () => 0),
  instructions: 1,
  cycles: 1,
  backtrace: [],
};
const REPORT: EmulatorReport = {
  cause: 'It broke.',
  text: 'registers',
  core: 0,
  seconds: 0.01,
  cores: [CORE, CORE],
  trace: [],
  warnings: [],
};
const MODULE = {} as WebAssembly.Module;

/** A chip that echoes, takes 64 bytes a run, and needs a millisecond of the test's clock for ten of its own. */
class EchoChip implements EmulatorCore {
  readonly translatedInstructions = 0;
  seconds = 0;
  instructions = 0;
  resets = 0;
  freed = false;
  runs: number[] = [];
  faultAt = Infinity;
  breaks = false;
  private readonly held: [number, boolean | null][] = [];
  readonly celsius: number[] = [];
  private readonly queue: number[] = [];
  private said: number[] = [];
  private readonly wall: Clock;

  constructor(wall: Clock) {
    this.wall = wall;
  }

  run(seconds: number): EmulatorReport | null {
    if (this.breaks) throw new WebAssembly.RuntimeError('unreachable');
    this.runs.push(seconds);
    this.seconds += seconds;
    this.instructions += 100;
    this.wall.milliseconds += seconds * 100;
    this.said.push(...this.queue.splice(0, 64));
    return this.seconds >= this.faultAt ? REPORT : null;
  }

  step(): EmulatorReport | null {
    this.instructions += 1;
    return null;
  }

  reset(): void {
    this.resets += 1;
  }

  pins(): EmulatedPin[] {
    return this.held.map(([pin, level]) => ({ pin, kind: 'level', high: level === true }));
  }

  holdPin(pin: number, level: boolean | null): void {
    this.held.push([pin, level]);
  }

  setTemperature(celsius: number): void {
    this.celsius.push(celsius);
  }

  read(): Uint8Array {
    return Uint8Array.from(this.said.splice(0));
  }

  write(bytes: Uint8Array): void {
    this.queue.push(...bytes);
  }

  get waiting(): number {
    return this.queue.length;
  }

  readUart(): Uint8Array {
    return new Uint8Array(0);
  }

  writeUart(): void {
    this.said.push(1);
  }

  readonly waitingUart = 0;

  cycles(core: 0 | 1): number {
    return this.instructions * (core + 1);
  }

  core(): EmulatedCore {
    return CORE;
  }

  readMemory(address: number, length: number): Uint8Array | null {
    return address < 16 ? null : new Uint8Array(length).fill(address);
  }

  warnings(): string[] {
    return ['careful'];
  }

  statistics(): Readonly<Record<string, number>> {
    return { misses: 3 };
  }

  free(): void {
    this.freed = true;
  }
}

/** A clock that goes only when it is told to, and turns that are taken one by one. */
class Clock {
  milliseconds = 0;
  readonly waits: number[] = [];
  turns: (() => void)[] = [];

  /** Takes up to `count` turns. */
  async run(count: number): Promise<void> {
    for (let left = count; left > 0; left--) {
      await new Promise((resolve) => setImmediate(resolve));
      const turn = this.turns.shift();
      if (turn === undefined) return;
      turn();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Bench {
  readonly clock: Clock;
  readonly chip: EchoChip;
  readonly device: EmulatorDevice;
  readonly statuses: EmulatorStatus[];
  readonly faults: EmulatorReport[];
}

async function bench(options: EmulatorOptions = FLAT, prepare?: (chip: EchoChip) => void): Promise<Bench> {
  const clock = new Clock();
  const chip = new EchoChip(clock);
  prepare?.(chip);
  let listener: (event: EmulatorEvent) => void = () => undefined;
  const runner = new EmulatorRunner(
    {
      post: (event) => {
        listener(structuredClone(event));
      },
      now: () => clock.milliseconds,
      soon: (callback) => clock.turns.push(callback),
      later: (callback, milliseconds) => {
        clock.waits.push(milliseconds);
        clock.turns.push(() => {
          clock.milliseconds += milliseconds;
          callback();
        });
      },
    },
    () => Promise.resolve(chip),
  );
  const link: EmulatorLink = {
    post: (command) => void runner.handle(command),
    listen: (onEvent) => {
      listener = onEvent;
    },
    end: () => undefined,
  };
  const statuses: EmulatorStatus[] = [];
  const faults: EmulatorReport[] = [];
  const device = await EmulatorDevice.start(link, MODULE, new Uint8Array(4), options, {
    onStatus: (status) => statuses.push(status),
    onFault: (report) => faults.push(report),
  });
  return { clock, chip, device, statuses, faults };
}

async function take(output: AsyncIterable<Uint8Array>, count: number): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of output) {
    bytes.push(...chunk);
    if (bytes.length >= count) return bytes;
  }
  return bytes;
}

describe('an emulated board', () => {
  it('brings bytes in and out, and holds the writer back until they are taken', async () => {
    const { clock, device } = await bench();
    const sent = Array.from({ length: 200 }, (_, index) => index);
    let taken = false;
    const written = device.write(Uint8Array.from(sent)).then(() => {
      taken = true;
    });
    await clock.run(3);
    assert.equal(taken, false, 'three packets of 64 are not 200 bytes');
    await clock.run(2);
    await written;
    assert.deepEqual(await take(device.output, 200), sent);
  });

  it('runs in slices of a frame when it may run flat out', async () => {
    const { clock, chip } = await bench();
    await clock.run(40);
    const last = chip.runs.at(-1) ?? 0;
    assert.ok(last > 0.03 && last <= 0.05, `${last} s a slice`);
    assert.deepEqual(clock.waits, []);
  });

  it('waits for the clock at the speed of silicon', async () => {
    const { clock, chip } = await bench({ ...FLAT, speed: 'modelled' });
    await clock.run(200);
    assert.ok(clock.waits.length > 50);
    assert.ok(Math.abs(chip.seconds * 1000 - clock.milliseconds) < 12, `${chip.seconds} s`);
  });

  it('pauses, steps, tells its state and memory, and goes on', async () => {
    const { clock, chip, device, statuses } = await bench();
    await device.pause();
    await clock.run(5);
    const { seconds, instructions } = chip;
    await clock.run(5);
    assert.equal(chip.seconds, seconds);
    assert.equal(statuses.at(-1)?.state, 'paused');
    const state = await device.step(1);
    assert.equal(state.status.instructions, instructions + 1);
    assert.deepEqual([state.warnings, state.statistics], [['careful'], { misses: 3 }]);
    assert.deepEqual(await device.readMemory(20, 2), Uint8Array.of(20, 20));
    assert.equal(await device.readMemory(0, 2), null);
    await assert.rejects(device.readMemory(20, 0), RangeError);
    await device.holdPin(4, true);
    assert.deepEqual(await device.pins(), [{ pin: 4, kind: 'level', high: true }]);
    await device.setTemperature(41.5);
    assert.deepEqual(chip.celsius, [41.5]);
    await device.resume();
    await clock.run(5);
    assert.ok(chip.seconds > seconds);
    await device.reset();
    assert.equal(chip.resets, 1);
  });

  it('ends its output with the report when the chip faults, and can still be looked at', async () => {
    const { clock, device, faults, statuses } = await bench(FLAT, (chip) => (chip.faultAt = 0.01));
    const reading = take(device.output, 1);
    const rejected = assert.rejects(reading, (error) => {
      assert.ok(error instanceof EmulatorFault);
      assert.equal(error.report.text, 'registers');
      return true;
    });
    await clock.run(40);
    await rejected;
    assert.equal(faults.length, 1);
    assert.equal(statuses.at(-1)?.state, 'stopped');
    await assert.rejects(device.write(Uint8Array.of(1)), /It broke/);
    await assert.rejects(device.reset(), /It broke/);
    assert.equal((await device.state()).cores[0].pc, 4);
    await device.close();
    await device.closed;
  });

  it('says so when the emulator itself fails', async () => {
    const { clock, device } = await bench(FLAT, (chip) => (chip.breaks = true));
    const reading = assert.rejects(take(device.output, 1), /emulator itself failed: unreachable/);
    await clock.run(3);
    await reading;
    await device.closed;
    await assert.rejects(device.state(), /emulator itself failed/);
  });

  it('gives everything back when it is closed', async () => {
    const { clock, chip, device } = await bench();
    await clock.run(2);
    const writing = assert.rejects(device.write(new Uint8Array(1000)), /closed/);
    await device.close();
    await device.close();
    await writing;
    await clock.run(5);
    assert.ok(chip.freed);
    assert.deepEqual(await take(device.output, 1), []);
    await assert.rejects(device.write(Uint8Array.of(1)), /closed/);
  });
});
