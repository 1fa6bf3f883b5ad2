/** The plan as text for a terminal. */
import { storedBytes } from '../plan/layout.js';
import type { MemoryUse, Plan } from '../plan/plan.js';
import { ENGLISH_PLAN, planChoice } from '../plan/words.js';
import { describeScheme } from '../plan/scheme.js';
import { formatBytes } from './terminal.js';

const MEMORY_NAMES: Record<MemoryUse['memory'], string> = { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' };
const BAR_WIDTH = 24;

/** A few lines: scheme, sizes, one bar per memory, what does not fit and what would help, the bound. */
export function planText(plan: Plan): string {
  const lines = [
    `Plan for ${plan.board.name}`,
    `  ${describeScheme(plan.scheme)}, context ${plan.context}`,
    `  ${plan.parameters.toLocaleString('en')} parameters in ${plan.tensors.length} tensors, ${formatBytes(plan.weightBytes)}, ${plan.bitsPerWeight.toFixed(2)} bits per parameter`,
    ...plan.memories.filter((use) => use.capacity > 0).map((use) => `  ${memoryLine(use, plan)}`),
  ];
  if (plan.fit.fits) {
    lines.push(
      `  Fits. Memory bandwidth allows at most ${plan.boundTokensPerSecond.toPrecision(3)} tokens/s (at half the context).`,
      ...(plan.predictedTokensPerSecond > 0
        ? [
            `  Expected: ${plan.predictedTokensPerSecond.toPrecision(3)} tokens/s, by the emulator's model of the chip.`,
          ]
        : []),
    );
  } else {
    lines.push(
      ...plan.fit.problems.map((problem) => `  Does not fit: ${problem}`),
      ...plan.fit.remedies.map((remedy) => `  Try: ${remedy}`),
    );
  }
  const choice = planChoice(plan, ENGLISH_PLAN);
  if (choice !== null) lines.push(`  ${choice}`);
  return lines.join('\n');
}

function memoryLine(use: MemoryUse, plan: Plan): string {
  const total = use.weights + use.cache + use.scratch;
  const filled = Math.min(BAR_WIDTH, Math.round((total / use.capacity) * BAR_WIDTH));
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const parts =
    use.memory === 'flash'
      ? ['package']
      : [
          use.weights > 0
            ? `${plan.tensors.filter(({ placement, tensor }) => placement === use.memory && storedBytes(tensor) > 0).length} tensors ${formatBytes(use.weights)}`
            : '',
          use.cache > 0 ? `cache ${formatBytes(use.cache)}` : '',
          use.scratch > 0 ? `scratch ${formatBytes(use.scratch)}` : '',
        ].filter((part) => part !== '');
  return `${MEMORY_NAMES[use.memory].padEnd(5)} ${bar} ${formatBytes(total)} of ${formatBytes(use.capacity)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}
