/** Ranges for what becomes INT16: by what steps over a text have in it. */
import { Evaluator } from './evaluate.js';
import type { Graph, GraphTensor } from './graph.js';

/** Largest INT16 code. */
const CODE_MAX = 32767;

/**
 * How much larger than all that was seen a number may become. A bit of the sixteen, where INT8 weights make errors of a hundred
 * times the last bit.
 */
const HEADROOM = 2;

/** Runs the steps of a text: given ids, or ids that are picked by what came out. */
export type CalibrationRun = (
  step: (token: number, position: number) => Float32Array,
) => void | Promise<void>;

/**
 * Gives every INT16 tensor of the graph its scale.
 * @param run calls `step` for each token of one text or several, each from position 0 on
 */
export async function calibrate(graph: Graph, run: CalibrationRun): Promise<void> {
  const open = graph.tensors.filter(({ scale }) => scale !== null && !(scale > 0));
  if (open.length === 0) return;
  const evaluator = new Evaluator(graph);
  let kept: (Float32Array | Int32Array | Int8Array)[] = [];
  await run((token, position) => {
    if (position === 0) {
      evaluator.reset();
      kept = graph.inputs.slice(2).map((tensor) => new Float32Array(elements(graph.tensors[tensor])));
    }
    const [logits, ...next] = evaluator.step([Int32Array.of(token), Int32Array.of(position), ...kept]);
    kept = next;
    return logits as Float32Array;
  });
  for (const tensor of open) {
    const most = Math.min(HEADROOM * evaluator.largest(tensor), tensor.bound ?? Infinity);
    // What was always zero has any scale.
    tensor.scale = Math.fround((most > 0 ? most : 1) / CODE_MAX);
  }
}

function elements(tensor: GraphTensor | undefined): number {
  return tensor?.shape.reduce((product, length) => product * length, 1) ?? 0;
}
