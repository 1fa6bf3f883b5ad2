/** How far a conversion is as a whole: stages come and go, and some come twice. */
import { DEFAULT_EFFORT } from '../quantize/effort.js';
import { effortSeconds } from '../quantize/effort-time.js';
import type { OnProgress, Stage } from '../shared/progress.js';
import type { Plan } from '../plan/plan.js';
import type { CarryOutOptions } from './convert.js';

/** Seconds that steps take on an ordinary computer: only their proportions count. */
const SECONDS = { quantize: 0.1, quantizePerParameter: 6e-8, look: 0.6, compare: 2 };

/** Where stages lie in a step, 0..1; one that comes a second time has another place. */
type Shares = Readonly<Partial<Record<Stage, readonly (readonly [from: number, to: number])[]>>>;

const LOOK: Shares = {
  reading: [[0, 0.1]],
  generating: [[0.1, 0.5]],
  calibrating: [[0.5, 1]],
  tuning: [[0.1, 1]],
};
const QUANTIZE: Shares = { quantizing: [[0, 1]] };
const COMPARE: Shares = {
  reading: [[0, 0.1]],
  generating: [
    [0.1, 0.4],
    [0.9, 1],
  ],
  checking: [
    [0.4, 0.8],
    [0.8, 0.9],
  ],
};

/** Share of the whole before the time that is left is worth saying. */
const SETTLED = 0.1;

/** Puts the whole into what is told of each stage; it never goes back. */
export function wholeConversion(
  plan: Plan,
  { effort = DEFAULT_EFFORT, report }: Pick<CarryOutOptions, 'effort' | 'report'>,
  tell: OnProgress | undefined,
  now = () => performance.now(),
): OnProgress | undefined {
  if (tell === undefined) return undefined;
  const looks =
    effort !== 'quick' ||
    plan.scheme.activations === 'static' ||
    plan.tensors.some(({ tensor }) => tensor.encoding.kind === 'int4Group');
  const steps: readonly (readonly [Shares, number])[] = [
    ...(looks ? [[LOOK, SECONDS.look + effortSeconds(effort, plan.parameters)] as const] : []),
    [QUANTIZE, SECONDS.quantize + SECONDS.quantizePerParameter * plan.parameters],
    ...(report === true ? [[COMPARE, SECONDS.compare] as const] : []),
  ];
  const all = steps.reduce((sum, [, seconds]) => sum + seconds, 0);
  const begun = now();
  let [step, done] = [0, 0];
  let stage: Stage | null = null;
  /** How often each stage of the step has begun. */
  let times = new Map<Stage, number>();
  return (progress) => {
    if (progress.stage !== stage) {
      stage = progress.stage;
      const next = steps.findIndex(
        ([shares], index) => index >= step && shares[progress.stage] !== undefined,
      );
      // Quantizing parts what comes before it from what comes after.
      if (next > step) {
        step = next;
        times = new Map<Stage, number>();
      }
      times.set(stage, (times.get(stage) ?? 0) + 1);
    }
    const [shares, seconds] = steps[step] ?? [QUANTIZE, 0];
    const places = shares[progress.stage] ?? [];
    const place = places[Math.min(times.get(progress.stage) ?? 1, places.length) - 1];
    if (place !== undefined && progress.total > 0) {
      const before = steps.slice(0, step).reduce((sum, [, one]) => sum + one, 0);
      const within = place[0] + ((place[1] - place[0]) * progress.done) / progress.total;
      done = Math.max(done, (before + seconds * within) / all);
    }
    const spent = (now() - begun) / 1000;
    tell({
      ...progress,
      whole: { done, secondsLeft: done < SETTLED ? null : (spent * (1 - done)) / done },
    });
  };
}
