// `node --import ./scripts/lib/ts-register.mjs FILE.ts` runs TypeScript; workers inherit it.
import { register } from 'node:module';

register('./ts-hooks.mjs', import.meta.url);
