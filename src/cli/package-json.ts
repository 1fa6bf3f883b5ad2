/** A package as `inspect --json` prints it: what the reader found, and the layers as one record each. */
import type { ModelPackage, PackageStep, PackageTensor } from '../package/reader.js';
import { ENCODING } from '../schema/encodings.js';
import { ROLE, roleSpec } from '../schema/roles.js';

/** `null` where the layer has no attention, feed-forward or norm of its own. */
interface LayerJson {
  readonly heads: number | null;
  readonly kvHeads: number | null;
  readonly headDim: number | null;
  readonly ffnSize: number | null;
  readonly window: number | null;
  readonly rotary: number | null;
  readonly attentionNormEpsilon: number | null;
  readonly mlpNormEpsilon: number | null;
  readonly scoreScale: number | null;
  readonly rotaryDim: number | null;
}

type Of<K extends PackageStep['kind']> = Extract<PackageStep, { readonly kind: K }>;

/** Plain data for JSON. */
export function packageJson(found: ModelPackage): Readonly<Record<string, unknown>> {
  const { steps, config } = found;
  const layers = Array.from({ length: config.layers }, (_, layer) =>
    layerJson(steps.filter((step) => step.layer === layer)),
  );
  return { ...found, layers, tensors: found.tensors.map((tensor) => tensorJson(tensor, steps)) };
}

/** Its first attention and feed-forward; all steps stand in `steps`. */
function layerJson(steps: readonly PackageStep[]): LayerJson {
  const attention = steps.find((step): step is Of<'attention'> => step.kind === 'attention');
  const mlp = steps.find((step): step is Of<'mlp'> => step.kind === 'mlp');
  return {
    heads: attention?.heads ?? null,
    kvHeads: attention?.kvHeads ?? null,
    headDim: attention?.headDim ?? null,
    ffnSize: mlp?.width ?? null,
    window: attention?.window ?? null,
    rotary: attention?.rotaryTable ?? null,
    attentionNormEpsilon: epsilonBefore(steps, attention),
    mlpNormEpsilon: epsilonBefore(steps, mlp),
    scoreScale: attention?.scoreScale ?? null,
    rotaryDim: attention?.rotaryDim ?? null,
  };
}

/** Epsilon of the norm whose result a step reads. */
function epsilonBefore(steps: readonly PackageStep[], reader: PackageStep | undefined): number | null {
  if (reader === undefined) return null;
  const writer = steps.slice(0, steps.indexOf(reader)).findLast(({ writes }) => writes === reader.reads);
  return writer?.kind === 'norm' ? writer.epsilon : null;
}

function tensorJson(tensor: PackageTensor, steps: readonly PackageStep[]): Readonly<Record<string, unknown>> {
  const { name, role, index, encoding, rows, cols, rowBytes, tables, ...place } = tensor;
  const scale = tables.find((table) => table.name === 'scale');
  const { scope } = roleSpec(role);
  return {
    name,
    role: ROLE[role].code,
    layer: scope === 'model' || scope === 'table' ? index : (steps[index]?.layer ?? index),
    encoding: ENCODING[encoding.kind].code,
    rows,
    cols,
    rowStride: rowBytes,
    group: encoding.group,
    ...place,
    scaleOffset: scale?.offset ?? null,
    scaleCount: scale?.count ?? 0,
    tables,
  };
}
