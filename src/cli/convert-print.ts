/** What `convert` prints when it is done. */
import { ENGLISH_NOTES } from '../pipeline/notes.js';
import type { Conversion } from '../pipeline/types.js';
import { planToJson } from '../plan/plan.js';
import { reportDetails } from '../report/index.js';
import { sayNote } from '../shared/notes.js';
import { toned } from '../shared/toned-text.js';
import { isImageName } from './arguments.js';
import type { WrittenFile } from './convert-outputs.js';
import { planDetails } from './plan-text.js';
import type { ConvertRequest } from './requests.js';
import { summaryLines, type SummaryFacts } from './summary.js';
import type { Terminal } from './terminal.js';

/** Plan, report and files as one line of JSON. */
export function printJson(
  request: ConvertRequest,
  { packageBytes, chat, plan, report, notes }: Conversion,
  written: readonly WrittenFile[],
  terminal: Terminal,
): void {
  terminal.stdout.write(
    `${JSON.stringify({
      package: {
        ...(isImageName(request.output) ? {} : { file: request.output }),
        bytes: packageBytes,
        chat,
      },
      files: written,
      plan: planToJson(plan),
      report,
      notes: notes.map((note) => sayNote(note, ENGLISH_NOTES)),
    })}\n`,
  );
}

/** Notes, every figure where `--tensors` asks for them, and the summary, which ends with what to do next. */
export function printSummary(
  facts: Omit<SummaryFacts, 'conversion' | 'program' | 'columns'> & { readonly conversion: Conversion },
  terminal: Terminal,
): void {
  const { conversion, request } = facts;
  const { plan, report, notes } = conversion;
  const { stdout, stderr, program } = terminal;
  for (const note of notes) {
    const text = sayNote(note, ENGLISH_NOTES).replace(/[\n\t]+/g, ' ');
    stderr.writeLines([[toned('warning', 'Note:'), ` ${text}`]]);
  }
  if (request.tensors) {
    stdout.write(`${planDetails(plan).join('\n')}\n\n`);
    if (report !== null) stdout.write(`${reportDetails(report, { columns: stdout.columns })}\n`);
  }
  stdout.writeLines(summaryLines({ ...facts, program, columns: stdout.columns }));
}
