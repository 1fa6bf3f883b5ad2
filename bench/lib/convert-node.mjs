// One conversion in a Node process of its own; prints its time and its memory over the idle process as JSON.
// Arguments: bundle, folder, output file or "-" (the bytes are dropped), kernels.wasm, twin.wasm.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Takes a package and keeps nothing. */
class DroppingSink {
  begin() {
    return Promise.resolve();
  }

  append() {
    return Promise.resolve();
  }

  prepend() {
    return Promise.resolve();
  }
}

const [bundle, source, output, kernelsFile, twinFile] = process.argv.slice(2);
const { convert, nodeFolder, FileSink } = await import(bundle);
const compile = async (file) => WebAssembly.compile(await readFile(file));
const runtime = { kernels: await compile(kernelsFile), twin: await compile(twinFile) };

// The idle process: everything loaded and compiled, the collector and the background compiler done.
await sleep(300);
const idle = process.resourceUsage().maxRSS * 1024;

const folder = await nodeFolder(source);
const sink = output === '-' ? new DroppingSink() : new FileSink(output);
const cpuBefore = process.cpuUsage();
const begin = performance.now();
const { packageBytes } = await convert(folder, { report: false, sink }, runtime);
if (sink instanceof FileSink) await sink.close();
const seconds = (performance.now() - begin) / 1000;
const cpu = process.cpuUsage(cpuBefore);
await folder.close();
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    packageBytes,
    idleBytes: idle,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
