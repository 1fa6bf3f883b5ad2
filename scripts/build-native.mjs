// Rebuilds, or checks, the artefacts that need compilers. They are committed, so that working on the page or
// the command line needs only Node; this script proves that they are what their sources say.
//
//   node scripts/build-native.mjs [--only kernels|emulator|train|twin|firmware]... [--check] [--force]
//
// Without --check: builds what changed and writes it with its manifest. With --check: nothing is written; the artefacts'
// hashes are verified, and unless artefacts, manifest, sources and build scripts are all what they were when they were last
// proven (or with --force), they are rebuilt and compared byte for byte. A manifest alone proves nothing: whoever changes an
// artefact can change it, too.
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buildEmulator, EMULATOR_FLAGS, emulatorSources } from './lib/native-emulator.mjs';
import {
  buildFirmware,
  FIRMWARE_TARGETS,
  firmwareFlags,
  firmwarePrebuilt,
  firmwareSources,
} from './lib/native-firmware.mjs';
import { buildKernels, KERNELS_FLAGS, kernelsSources } from './lib/native-kernels.mjs';
import { buildTrain, TRAIN_FLAGS, trainSources } from './lib/native-train.mjs';
import { buildTwin, TWIN_FLAGS, twinSources } from './lib/native-twin.mjs';
import { changedSince, provenCommit } from './lib/proven.mjs';
import { compareArtefacts, describeArtefacts, hashSources } from './lib/native-manifest.mjs';
import { listFiles } from './lib/files.mjs';
import { ROOT } from './lib/run.mjs';
import { checkRustLicences, writeRustLicences } from './lib/rust-licences.mjs';
import { emptyTotals, totalsLine } from './lib/totals.mjs';
import { ensureToolchain, toolchainVersions } from './lib/toolchain.mjs';

const ARTEFACTS = {
  kernels: {
    prebuilt: 'kernels/prebuilt',
    sources: kernelsSources,
    build: buildKernels,
    flags: KERNELS_FLAGS,
    hasCrates: true,
  },
  emulator: {
    prebuilt: 'kernels/crates/emulator-wasm/prebuilt',
    sources: emulatorSources,
    build: buildEmulator,
    flags: EMULATOR_FLAGS,
    hasCrates: true,
  },
  train: {
    prebuilt: 'kernels/crates/train/prebuilt',
    sources: trainSources,
    build: buildTrain,
    flags: TRAIN_FLAGS,
    hasCrates: true,
  },
  twin: { prebuilt: 'device-runtime/prebuilt', sources: twinSources, build: buildTwin, flags: TWIN_FLAGS },
};
/** One for each chip. */
const FIRMWARES = FIRMWARE_TARGETS.map((target) => ({
  prebuilt: firmwarePrebuilt(target),
  sources: () => firmwareSources(target),
  build: (output) => buildFirmware(output, target),
  flags: firmwareFlags(target),
  toolchain: 'xtensa',
}));
const NAMES = [...Object.keys(ARTEFACTS), 'firmware'];

/** What is on the way from the sources to the artefacts, and not among the sources of all of them. */
const BUILD_SCRIPT =
  /^scripts\/(build-native|lib\/(native-[\w-]+|xtensa-[\w-]+|toolchain|files|run|chips))\.mjs$/;

const options = parseArguments(process.argv.slice(2));
const totals = emptyTotals();

for (const name of options.only) {
  try {
    for (const artefact of name === 'firmware' ? FIRMWARES : [ARTEFACTS[name]]) await work(name, artefact);
    totals.passed += 1;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    totals.failed += 1;
  }
}
if (options.check) console.log(totalsLine(totals));
process.exitCode = totals.failed === 0 ? 0 : 1;

async function work(name, artefact) {
  const prebuilt = path.join(ROOT, artefact.prebuilt);
  const manifest = await readManifest(prebuilt);
  const sources = await hashSources(ROOT, await artefact.sources());
  const present = await describeArtefacts(prebuilt, await artefactNames(prebuilt));
  const unchanged = manifest !== null && manifest.sources === sources;
  const damage =
    manifest === null ? ['there is no manifest.json'] : compareArtefacts(manifest.artefacts, present);

  if (options.check && damage.length > 0) {
    throw new Error(`${artefact.prebuilt} is not what its manifest says: ${damage.join('; ')}`);
  }
  if (unchanged && damage.length === 0 && !options.force) {
    const { proven, why } = options.check ? await provenBefore(artefact) : { proven: 'the manifest' };
    if (proven !== undefined) {
      console.log(`${name}: sources and artefacts are those of ${proven}`);
      return;
    }
    console.log(`${name}: is rebuilt, because ${why}`);
  }

  const tools = artefact.toolchain ?? name;
  await ensureToolchain(tools);
  const scratch = await mkdtemp(path.join(os.tmpdir(), `native-${name}-`));
  try {
    // What a build says about its result beyond the files, for the manifest.
    const facts = (await artefact.build(scratch)) ?? {};
    const built = await describeArtefacts(scratch, await artefactNames(scratch));
    if (options.check) {
      const differences = compareArtefacts(present, built);
      if (differences.length > 0) {
        const otherTools = await differentTools(tools, manifest);
        throw new Error(
          `a rebuild does not give ${artefact.prebuilt}: ${differences.join('; ')}. ${otherTools}` +
            `If the sources changed on purpose: npm run build:native -- --only ${name}`,
        );
      }
      if (artefact.hasCrates) await checkRustLicences();
      console.log(`${name}: rebuilt, the same bytes`);
      return;
    }
    const toolchain = await toolchainVersions(tools);
    await install(scratch, prebuilt, {
      sources,
      toolchain,
      flags: artefact.flags,
      ...facts,
      artefacts: built,
    });
    if (artefact.hasCrates) await writeRustLicences();
    console.log(`${name}: built ${Object.keys(built).join(', ')} into ${artefact.prebuilt}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Where artefacts, manifest and build scripts were what they are now, and were proven. The sources need no look: the
 * manifest has their hash.
 * @returns {Promise<{proven: string} | {why: string}>}
 */
async function provenBefore({ prebuilt }) {
  const before = await provenCommit(ROOT);
  if (before === null) return { why: 'the history tells of no earlier proof' };
  const wanted = (name) => path.posix.dirname(name) === prebuilt || BUILD_SCRIPT.test(name);
  const changed = await changedSince(ROOT, before.commit, wanted, await listFiles(ROOT, wanted));
  if (changed.length === 0) return { proven: `${before.name} (${before.commit.slice(0, 12)})` };
  return { why: `${changed.join(', ')} changed since ${before.name} (${before.commit.slice(0, 12)})` };
}

/** A sentence when the compilers are not those of the manifest: then other bytes say nothing about the sources. */
async function differentTools(tools, manifest) {
  const now = await toolchainVersions(tools);
  const changed = Object.keys(now).filter((tool) => manifest?.toolchain[tool] !== now[tool]);
  return changed.length === 0 ? '' : `The compilers are not those of the manifest: ${changed.join(', ')}. `;
}

async function install(from, prebuilt, manifest) {
  await mkdir(prebuilt, { recursive: true });
  // Folders inside belong to other artefacts.
  for (const file of await fileNames(prebuilt)) await rm(path.join(prebuilt, file));
  for (const file of Object.keys(manifest.artefacts)) {
    await copyFile(path.join(from, file), path.join(prebuilt, file));
  }
  await writeFile(path.join(prebuilt, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The manifest, or `null` when there is none yet. */
async function readManifest(prebuilt) {
  try {
    return JSON.parse(await readFile(path.join(prebuilt, 'manifest.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Error(`manifest.json cannot be read: ${error.message}. Delete it and build again.`, {
      cause: error,
    });
  }
}

async function artefactNames(folder) {
  return (await fileNames(folder)).filter((name) => name !== 'manifest.json');
}

/** The files of a folder, none when it does not exist. */
async function fileNames(folder) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function parseArguments(args) {
  const parsed = { only: [], check: false, force: false };
  for (let i = 0; i < args.length; i += 1) {
    if (args[i] === '--check') parsed.check = true;
    else if (args[i] === '--force') parsed.force = true;
    else if (args[i] === '--only' && NAMES.includes(args[i + 1] ?? '')) {
      i += 1;
      parsed.only.push(args[i]);
    } else {
      console.error(
        'usage: node scripts/build-native.mjs [--only kernels|emulator|train|twin|firmware]... [--check] [--force]',
      );
      process.exit(2);
    }
  }
  if (parsed.only.length === 0) parsed.only = NAMES;
  return parsed;
}
