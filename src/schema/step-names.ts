/**
 * What the tensors of a model are called, from its steps alone: a plan and a package of it give the same names, which
 * reports and JSON show.
 */
import type { PlaceKind, StepKind } from './kinds.js';
import type { Role } from './roles.js';

/** A step as far as names depend on it. */
export interface NamedStep {
  readonly layer: number;
  readonly kind: StepKind;
  readonly reads: PlaceKind;
  readonly writes: PlaceKind;
}

/**
 * Names the tensors of steps, all steps of a model in order: `layers.3.qkv`, `layers.3.attention_norm`. A norm is named
 * after what reads its result, and one that goes to the residual stream after what it normalizes
 * (`layers.3.mlp_post_norm`). A kind that occurs again in its layer is numbered (`layers.3.up#2`).
 */
export function stepTensorNames(steps: readonly NamedStep[]): (index: number, role: Role) => string {
  const words = steps.map((step, index) => (step.kind === 'norm' ? normWord(steps, index) : step.kind));
  const ordinals = steps.map(
    ({ layer }, index) =>
      steps.filter((other, at) => at < index && other.layer === layer && words[at] === words[index]).length +
      1,
  );
  return (index, role) => {
    const step = steps[index];
    if (step === undefined) throw new RangeError(`there is no step ${index}`);
    const ordinal = ordinals[index] ?? 1;
    const name = step.kind === 'norm' ? role.replace('norm', words[index] ?? 'norm') : role;
    return `layers.${step.layer}.${name}${ordinal === 1 ? '' : `#${ordinal}`}`;
  };
}

/** Name of a tensor that belongs to the model or to a rotary table. */
export function globalTensorName(role: Role, index: number): string {
  return role === 'rotary' ? `rotary.${index}` : role;
}

function normWord(steps: readonly NamedStep[], index: number): string {
  const norm = steps[index] as NamedStep;
  const inLayer = (step: NamedStep): boolean => step.layer === norm.layer && step.kind !== 'norm';
  if (norm.writes !== 'residual') {
    const reader = steps.slice(index + 1).find((step) => inLayer(step) && step.reads === norm.writes);
    if (reader !== undefined) return `${reader.kind}_norm`;
  }
  const normalized = steps.slice(0, index).findLast(inLayer);
  return normalized === undefined ? 'norm' : `${normalized.kind}_post_norm`;
}
