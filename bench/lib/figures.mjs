// What a benchmark found: medians with their spread, a table for people, and JSON for machines.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One megabyte here is 10^6 bytes, as in every rate and limit of these benchmarks. */
export const MB = 1e6;

/**
 * @param {number[]} values one per run
 * @returns {{median: number, min: number, max: number, runs: number}}
 */
export function summarize(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1), runs: sorted.length };
}

/** `median (min–max)`; three significant digits are all that such a measurement has. */
export function show(summary, digits = 3) {
  const text = (value) => format(value, digits);
  if (summary === null) return '–';
  if (summary.runs === 1) return text(summary.median);
  return `${text(summary.median)} (${text(summary.min)}–${text(summary.max)})`;
}

/** A number with about `digits` significant digits and thousands separated. */
export function format(value, digits = 3) {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(digits)));
}

/**
 * Prints rows as aligned columns; the first row is the heading, the first column is text.
 * @param {string} title
 * @param {string[][]} rows
 */
export function printTable(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  console.log(`\n${title}`);
  console.log(line(rows[0]));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows.slice(1)) console.log(line(row));
}

/** The machine in words that mean something elsewhere. */
export function describeMachine() {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    commit: commit(),
  };
}

export function printMachine(machine) {
  console.log(
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGB} GB, ${machine.platform}, Node ${machine.node}` +
      (machine.commit === null ? '' : `, commit ${machine.commit}`),
  );
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}

/** @param {string | null} file nothing is written for `null` */
export function writeJson(file, figures) {
  if (file !== null) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}
