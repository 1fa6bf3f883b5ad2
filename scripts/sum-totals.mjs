// Adds the last totals line of each log named on the command line and prints the sum as the same kind of line.
// A log without one is a run that died: one failure.
import { readFileSync } from 'node:fs';
import { addTotals, emptyTotals, parseTotals, totalsLine } from './lib/totals.mjs';

const sum = emptyTotals();
for (const file of process.argv.slice(2)) {
  addTotals(sum, parseTotals(readFileSync(file, 'utf8')) ?? { ...emptyTotals(), failed: 1 });
}
console.log(totalsLine(sum));
process.exitCode = sum.failed === 0 ? 0 : 1;
