// A node:test reporter that says at the end which files took longest, so that a slow one is seen when it comes in.
import path from 'node:path';

/** Lines at the end of a run. */
const MOST_FILES = 10;

/** Events that come when something happens; the others wait for those of earlier files. */
const AT_ONCE = new Set(['test:enqueue', 'test:dequeue', 'test:complete']);

/** From the moment a file gets its process until its last test ends. */
export async function* slowestReporter(source) {
  const times = new Map();
  for await (const event of source) {
    const { file, name } = event.data;
    if (!AT_ONCE.has(event.type) || file === undefined) continue;
    const now = performance.now();
    // The file itself is in the runner's queue like a test, by its own name.
    if (name === file && event.type !== 'test:complete') times.set(file, { begin: now, end: now });
    else if (times.has(file)) times.get(file).end = now;
  }
  const slowest = [...times]
    .map(([file, { begin, end }]) => ({ file, seconds: (end - begin) / 1000 }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, MOST_FILES);
  if (slowest.length === 0) return;
  yield '\nSlowest files:\n';
  for (const { file, seconds } of slowest) {
    const relative = path.relative(process.cwd(), file).split(path.sep).join('/');
    yield `${seconds.toFixed(1).padStart(7)} s  ${relative}\n`;
  }
}

// The runner takes a reporter by this name alone.
export { slowestReporter as default };
