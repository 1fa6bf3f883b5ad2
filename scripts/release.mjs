// Prepares a release: checks all that must hold, moves the changelog's unreleased part under the version, commits and tags.
// It publishes nothing and pushes nothing; it ends by saying the commands that do.
//
//   npm run release -- --dry-run      only checks
//   npm run release                   checks, rebuilds the native artefacts and compares them, then commits and tags
//   npm run release -- --set 1.2.3    only writes a version into every place that has it
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  changelogProblems,
  metadataProblems,
  packedProblems,
  releaseChangelog,
  setVersion,
  versionProblems,
} from './lib/release.mjs';
import { ROOT, run, runOrThrow } from './lib/run.mjs';

const CHANGELOG = path.join(ROOT, 'CHANGELOG.md');

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(args) {
  if (args.length === 2 && args[0] === '--set') {
    await setVersion(ROOT, args[1]);
    console.log(`Written: ${args[1]}. The programs carry it too: npm run build:native`);
    return;
  }
  const dryRun = args[0] === '--dry-run';
  if (args.length > (dryRun ? 1 : 0))
    throw new Error('usage: npm run release -- [--dry-run | --set VERSION]');
  const manifest = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  const { version } = manifest;
  const changelog = await readFile(CHANGELOG, 'utf8');
  const problems = [
    ...(await versionProblems(ROOT)),
    ...changelogProblems(changelog, version),
    ...metadataProblems(manifest),
    ...(await treeProblems(version)),
    ...packedProblems(await pack(), manifest),
  ];
  for (const problem of problems) console.log(`- ${problem}`);
  if (problems.length > 0) throw new Error(`${version} cannot be released: ${problems.length} problems.`);
  console.log(`${version} can be released.`);
  if (!dryRun) await release(changelog, version);
}

/** What stands in the way of a commit and a tag. */
async function treeProblems(version) {
  const problems = [];
  const changed = await runOrThrow('git', ['status', '--porcelain'], { quiet: true });
  if (changed !== '') problems.push(`The working tree has changes:\n${changed.trimEnd()}`);
  const tag = ['rev-parse', '--verify', '--quiet', `refs/tags/v${version}`];
  if ((await run('git', tag, { quiet: true })).code === 0)
    problems.push(`There is a tag v${version} already.`);
  const check = [path.join(ROOT, 'scripts/manifest.mjs'), '--check'];
  const { code, output } = await run(process.execPath, check, { quiet: true });
  if (code !== 0) problems.push(output.trim());
  return problems;
}

/** What would be published, freshly built. */
async function pack() {
  await runOrThrow(process.execPath, [path.join(ROOT, 'scripts/build.mjs')], { quiet: true });
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const said = JSON.parse(await runOrThrow('npm', args, { quiet: true }));
  // npm 12 gives an object by the packages' names, earlier ones a list.
  return Object.values(said)[0];
}

async function release(changelog, version) {
  // Later checks take it for proven (docs/decisions/0021).
  console.log('Rebuilding what is prebuilt, to compare it.');
  await runOrThrow(process.execPath, [path.join(ROOT, 'scripts/build-native.mjs'), '--check', '--force']);
  const date = new Date().toISOString().slice(0, 10);
  const released = releaseChangelog(changelog, version, date);
  if (released !== changelog) {
    await writeFile(CHANGELOG, released);
    await runOrThrow('git', ['commit', '--quiet', '-m', `Release ${version}`, '--', 'CHANGELOG.md'], {
      quiet: true,
    });
  }
  await runOrThrow('git', ['tag', '-a', `v${version}`, '-m', `Release ${version}`], { quiet: true });
  console.log(`Committed and tagged. To publish:\n  git push --follow-tags\n  npm publish`);
}
