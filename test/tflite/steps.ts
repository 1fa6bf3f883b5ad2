/** Decoder steps of the fixtures as graphs and files, and what runs them. */
import { calibrate } from '../../src/tflite/calibrate.js';
import { Evaluator } from '../../src/tflite/evaluate.js';
import { tfliteFile } from '../../src/tflite/file.js';
import { elementCount, type Graph } from '../../src/tflite/graph.js';
import { stepGraph, type StepGraph, type StepGraphOptions } from '../../src/tflite/step-graph.js';
import { openFixture, type Expected } from '../model/family-fixtures.js';

export type Variant = Pick<StepGraphOptions, 'weights' | 'cache'>;

export interface FixtureStep extends StepGraph {
  readonly expected: Expected;
  /** The whole file. */
  readonly file: Uint8Array;
}

/** A fixture of a family; ranges are those of its own text. */
export async function fixtureStep(name: string, variant: Variant): Promise<FixtureStep> {
  const { model, checkpoint, expected } = await openFixture(name);
  const step = await stepGraph(model, checkpoint, { ...variant, context: 32 });
  await calibrate(step.graph, (run) => {
    expected.ids.forEach((id, position) => run(id, position));
  });
  const file = Buffer.concat(tfliteFile(step.graph, { name: 'step', description: name }));
  return { ...step, expected, file: new Uint8Array(file) };
}

/** The logits after each id, by the arithmetic that ranges are found with. */
export function evaluate(graph: Graph, ids: readonly number[]): Float32Array[] {
  const evaluator = new Evaluator(graph);
  let kept: (Float32Array | Int32Array | Int8Array)[] = graph.inputs
    .slice(2)
    .map((tensor) => new Float32Array(elementCount(graph.tensors[tensor]?.shape ?? [])));
  return ids.map((id, position) => {
    const [logits, ...next] = evaluator.step([Int32Array.of(id), Int32Array.of(position), ...kept]);
    kept = next;
    return logits as Float32Array;
  });
}
