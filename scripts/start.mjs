// From a fresh clone to the thing itself: installs, builds, converts the bundled sample model, boots the image on an
// emulated board, lets it speak, and serves the demo page until it is interrupted. `--no-serve` ends after the generation.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ROOT, run } from './lib/run.mjs';
import { serve } from './lib/serve.mjs';

const MODEL = 'models/home-commands';
const IMAGE = 'build/home-commands.bin';
const PROMPT = 'could you dim the lamp in the study a bit';
const FIRST_PORT = 8000;

try {
  await ensureDependencies();
  await step('Building', ['scripts/build.mjs', '--brief']);
  await mkdir(path.join(ROOT, 'build'), { recursive: true });
  const evaluation = ['--evaluate', `${MODEL}/samples.txt`];
  await step('Converting the bundled model', ['dist/cli.js', 'convert', MODEL, '-o', IMAGE, ...evaluation]);
  await step(`Booting the image on an emulated board, and asking it: ${PROMPT}`, [
    ...['dist/cli.js', 'run', IMAGE, '--engine', 'emulator', '--timing', '--prompt', PROMPT],
  ]);
  if (!process.argv.includes('--no-serve')) await serveDemo();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function step(title, args) {
  console.log(`\n== ${title}`);
  const { code } = await run(process.execPath, args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with exit code ${code}.`);
}

async function serveDemo() {
  // demo/cdn.html loads the element and its sample from the server's other name, which is another origin.
  const { port, close } = await serve(ROOT, FIRST_PORT, {}, ['/dist/']);
  const page = `http://localhost:${port}/demo/`;
  console.log(`\nThe demo page: ${page}  (Ctrl+C ends; docs/getting-started.md goes on from here)`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close());
}
