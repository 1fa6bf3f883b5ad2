/** The plan in full, as text for a terminal. */
import { piecesOf } from '../plan/placement.js';
import type { MemoryUse, Plan } from '../plan/plan.js';
import { ENGLISH_PLAN, planChoice, planCut } from '../plan/words.js';
import { describeScheme } from '../plan/scheme.js';
import { formatBytes, formatNumber, formatShortCount } from '../shared/format.js';

const MEMORY_NAMES: Record<MemoryUse['memory'], string> = { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' };

/** What a summary leaves out of a plan: how many tensors lie where, what cache and working memory take, every shortage and remedy. */
export function planDetails(plan: Plan): string[] {
  const choice = planChoice(plan, ENGLISH_PLAN);
  const cut = planCut(plan, ENGLISH_PLAN);
  return [
    `Plan for ${plan.board.name}`,
    `  ${describeScheme(plan.scheme)}, context ${plan.context}`,
    `  ${formatShortCount(plan.parameters)} parameters in ${plan.tensors.length} tensors, ${formatBytes(plan.weightBytes)}, ${formatNumber(plan.bitsPerWeight)} bits per parameter`,
    ...plan.memories.filter((use) => use.capacity > 0).map((use) => `  ${memoryLine(use, plan)}`),
    ...plan.fit.problems.map((problem) => `  Does not fit: ${problem}`),
    ...plan.fit.remedies.map((remedy) => `  Try: ${remedy}`),
    ...(cut === null ? [] : [`  ${cut}`]),
    ...(choice === null ? [] : [`  ${choice}`]),
  ];
}

function memoryLine(use: MemoryUse, plan: Plan): string {
  const total = use.weights + use.cache + use.scratch;
  const parts =
    use.memory === 'flash'
      ? ['package']
      : [
          use.weights > 0
            ? `${plan.tensors.flatMap(piecesOf).filter(({ placement, stored }) => placement === use.memory && stored > 0).length} tensors ${formatBytes(use.weights)}`
            : '',
          use.cache > 0 ? `cache ${formatBytes(use.cache)}` : '',
          use.scratch > 0 ? `scratch ${formatBytes(use.scratch)}` : '',
        ].filter((part) => part !== '');
  return `${MEMORY_NAMES[use.memory].padEnd(5)} ${formatBytes(total)} of ${formatBytes(use.capacity)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}
