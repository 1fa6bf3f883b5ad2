/** The lint rules that keep the rooms apart name real rooms, and each closes what stands to its right. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const lint = new ESLint();

test('a room may import to its left and shared, not to its right, not the page, not Node', async () => {
  assert.deepEqual(
    await problems('src/model/x.ts', `import '../checkpoint/y.js';\nimport '../shared/z.js';`),
    [],
  );
  assert.deepEqual(await problems('src/model/x.ts', `import '../plan/y.js';`), ['no-restricted-imports']);
  assert.deepEqual(await problems('src/device/x.ts', `import '../element/y.js';`), ['no-restricted-imports']);
  assert.deepEqual(await problems('src/plan/x.ts', `import 'node:fs';`), ['no-restricted-imports']);
  assert.deepEqual(await problems('src/plan/x.ts', `document.title = '';`), ['no-restricted-globals']);
  assert.deepEqual(await problems('src/cli/x.ts', `import 'node:fs';\nimport '../plan/y.js';`), []);
});

/** The rules that only read the text; those that need types would need the file to exist. */
async function problems(file: string, text: string): Promise<(string | null)[]> {
  const config = (await lint.calculateConfigForFile(file)) as { rules: Record<string, unknown> };
  const rules = ['no-restricted-imports', 'no-restricted-globals'];
  const bare = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.ts'],
        rules: Object.fromEntries(
          rules.filter((rule) => rule in config.rules).map((rule) => [rule, config.rules[rule]]),
        ) as Record<string, 'error'>,
      },
    ],
  });
  const [result] = await bare.lintText(text, { filePath: file });
  return (result?.messages ?? []).map((message) => message.ruleId);
}
