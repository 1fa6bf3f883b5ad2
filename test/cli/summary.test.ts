/** The summary of a conversion: short, whole, inside the terminal, and ending with what to do. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { parseCommandLine } from '../../src/cli/arguments.js';
import { planDetails } from '../../src/cli/plan-text.js';
import { MOST_LINES, summaryLines, type SummaryFacts } from '../../src/cli/summary.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { planModel } from '../../src/pipeline/plan-model.js';
import type { Plan } from '../../src/plan/plan.js';
import { plainLine } from '../../src/shared/toned-text.js';
import { sampleReport } from '../report/sample.js';
import { testRuntime } from '../support/runtime.js';
import { shellWords } from '../support/shell-words.js';
import { syntheticFolder } from '../support/synthetic-model.js';

describe('the summary of a conversion', () => {
  let plan: Plan;
  let unfit: Plan;

  before(async () => {
    const opened = await openModel(syntheticFolder({ positions: 65536 }), await testRuntime());
    plan = planModel(opened, { board: 'esp32-s3-n16r8' });
    unfit = planModel(opened, { board: 'esp32-s3-n4', context: 60000 });
  });

  function facts(argv: readonly string[], changes: Partial<SummaryFacts> = {}): SummaryFacts {
    const request = parseCommandLine(['convert', 'model', ...argv]);
    assert.ok(request.command === 'convert');
    return {
      request,
      name: 'tiny-model',
      conversion: { plan, report: request.report ? sampleReport() : null },
      hasTokenizer: true,
      written: [{ file: request.output ?? 'parts/model.bin', bytes: 1_234_567, offset: 0x110000 }],
      seconds: 83,
      program: 'esp32-llm-converter',
      columns: 80,
      ...changes,
    };
  }

  const lines = (given: SummaryFacts): string[] => summaryLines(given).map(plainLine);

  const REQUESTS = [
    ['-o', 'out.bin'],
    ['-o', 'out.bin', '--html', 'report.html', '--parts', 'parts'],
    ['-o', 'out.s3lm', '--no-report'],
    ['--parts', 'parts', '--tensors'],
    ['-o', 'out.bin', '--force'],
  ];

  for (const columns of [60, 80, 100, 120, 300]) {
    it(`has at most ${MOST_LINES} lines, inside ${columns} columns but for what is copied`, () => {
      for (const argv of REQUESTS) {
        for (const made of [plan, unfit]) {
          const report = argv.includes('--no-report') ? null : sampleReport();
          const shown = lines(facts(argv, { columns, conversion: { plan: made, report } }));
          assert.ok(shown.length <= (columns === 60 ? 17 : MOST_LINES), shown.join('\n'));
          const prose = shown.filter((line) => !/^(Next: | {6}\w.* {2})/.test(line));
          assert.deepEqual(
            prose.filter((line) => Array.from(line).length > Math.min(columns, 120)),
            [],
          );
        }
      }
    });
  }

  it('says verdict, loss, size, speed, memories and files, and ends with what to do next', () => {
    const shown = lines(facts(['-o', 'my out.bin'])).join('\n');
    for (const part of [
      /^tiny-model on ESP32-S3 N16R8/,
      /^ {2}NEGLIGIBLE LOSS {2}Both models rate/m,
      /KL 0\.00123 nats, same first choice 98\.3 %, perplexity 2\.412 → 2\.417/,
      /1\.25 MB → 686 KB/,
      /About [\d.,]+ of the [\d.,]+ tokens\/s that .* half\s+the context, [\d.,]+ of [\d.,]+ at the start, [\d.,]+ of [\d.,]+ when\s+full\.$/m,
      /SRAM +█+░+ .* KB of \d+ KB/,
      /Wrote +my out\.bin \(1\.18 MB\) in 1 min 23 s/,
      /^ {6}flash it +esptool --chip esp32s3 write-flash 0x0 "my out\.bin"$/m,
    ])
      assert.match(shown, part);
  });

  it('gives commands that this program reads', () => {
    for (const argv of [
      ['-o', 'a "b" $c.bin'],
      ['-o', 'out.s3lm'],
    ]) {
      const next = lines(facts(argv)).find((line) => line.startsWith('Next: ')) ?? '';
      const words = shellWords(next.replace(/^.*esp32-llm-converter /, ''));
      const read = parseCommandLine(words);
      assert.ok(read.command === 'run');
      assert.equal(read.model, argv[1]);
      assert.equal(read.prompt, sampleReport().texts[0]?.prompt);
      assert.equal(read.engine, argv[1] === 'out.s3lm' ? 'twin' : 'emulator');
    }
  });

  it('says what does not fit, what would help, and gives no command that would fail', () => {
    const shown = lines(facts(['-o', 'out.bin'], { conversion: { plan: unfit, report: null } })).join('\n');
    assert.match(shown, /DOES NOT FIT {2}The working memory needs .* [KM]B of SRAM/);
    assert.match(shown, /Remedy +A context of \d+ tokens fits/);
    assert.doesNotMatch(shown, /tokens\/s|write-flash/);
  });

  it('leaves nothing of the plan out that --tensors does not print', () => {
    const all = planDetails(unfit).join('\n');
    for (const problem of [...unfit.fit.problems, ...unfit.fit.remedies]) assert.ok(all.includes(problem));
    assert.match(all, /parameters in \d+ tensors/);
  });
});
