/** What lies in each memory of a board by a plan, in the pieces that a person knows: layers, embedding, cache, working memory. */
import type { MemoryName, PlanJson } from '../../plan/plan.js';
import { layerOf } from '../../report/layers.js';

export interface BlockTensor {
  readonly name: string;
  readonly bytes: number;
}

/** A piece of a memory. */
export interface Block {
  readonly kind: 'layer' | 'tensor' | 'rest' | 'cache' | 'scratch';
  /** Number of the layer; 0 for other kinds. */
  readonly layer: number;
  readonly bytes: number;
  /** What it consists of; none for what holds no tensors. */
  readonly tensors: readonly BlockTensor[];
}

export interface DrawnMemory {
  readonly memory: MemoryName;
  readonly capacity: number;
  readonly used: number;
  /** From the first that is laid there to the last. */
  readonly blocks: readonly Block[];
}

/** The memories of a plan with their pieces. The flash holds the whole package: what faster memories hold is copied from there. */
export function boardBlocks(plan: Pick<PlanJson, 'memories' | 'tensors'>): DrawnMemory[] {
  return plan.memories.map(({ memory, capacity, weights, cache, scratch }) => {
    const there =
      memory === 'flash' ? plan.tensors : plan.tensors.filter((tensor) => tensor.memory === memory);
    const blocks = tensorBlocks(there);
    const rest = weights - blocks.reduce((sum, { bytes }) => sum + bytes, 0);
    const others = [
      ['scratch', scratch],
      ['cache', cache],
      ['rest', Math.max(0, rest)],
    ] as const;
    return {
      memory,
      capacity,
      used: weights + cache + scratch,
      blocks: [
        ...others.slice(0, 2).map(([kind, bytes]) => ({ kind, layer: 0, bytes, tensors: [] })),
        ...blocks,
        ...others.slice(2).map(([kind, bytes]) => ({ kind, layer: 0, bytes, tensors: [] })),
      ].filter(({ bytes }) => bytes > 0),
    };
  });
}

/** Tensors by layer, in the order of the package; what belongs to no layer stands by itself. */
function tensorBlocks(tensors: readonly BlockTensor[]): Block[] {
  const blocks: Block[] = [];
  for (const { name, bytes } of tensors) {
    const layer = layerOf(name);
    const last = blocks.at(-1);
    if (layer !== null && last?.kind === 'layer' && last.layer === layer) {
      blocks[blocks.length - 1] = {
        ...last,
        bytes: last.bytes + bytes,
        tensors: [...last.tensors, { name, bytes }],
      };
    } else {
      const kind = layer === null ? 'tensor' : 'layer';
      blocks.push({ kind, layer: layer ?? 0, bytes, tensors: [{ name, bytes }] });
    }
  }
  return blocks;
}
