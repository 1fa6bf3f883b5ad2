// The data of the chips for scripts, which Node runs without a bundler: src/chips/ is TypeScript.
import { ensureDependencies } from './dependencies.mjs';

await ensureDependencies();
await import('./ts-register.mjs');

export const { CHIPS, DEFAULT_CHIP, findChip } = await import('../../src/chips/index.ts');
