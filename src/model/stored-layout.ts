/** Families whose checkpoints a container stores otherwise than transformers does. */
import type { StoredLayout } from '../input/model-input.js';
import type { FamilyTable, FamilyTraits, StepTable } from './family-table.js';

/** The table of a family for a checkpoint of this layout. */
export function storedFamily(family: FamilyTable, layout: StoredLayout | undefined): FamilyTable {
  if (layout === undefined) return family;
  const { transposed = family.transposed } = layout;
  return {
    ...family,
    ...(transposed === undefined ? {} : { transposed }),
    steps: storedSteps(family.steps, layout),
  };
}

/** The traits of a model for a checkpoint of this layout. */
export function storedTraits(traits: FamilyTraits, layout: StoredLayout | undefined): FamilyTraits {
  if (layout === undefined) return traits;
  return {
    ...traits,
    ...(layout.neighbours === undefined ? {} : { neighbours: layout.neighbours }),
    ...(traits.steps === undefined ? {} : { steps: storedSteps(traits.steps, layout) }),
  };
}

function storedSteps(steps: readonly StepTable[], { fused }: StoredLayout): readonly StepTable[] {
  if (fused === undefined) return steps;
  return steps.map((step) =>
    step.kind === 'attention' && step.fused !== undefined ? { ...step, order: fused } : step,
  );
}
