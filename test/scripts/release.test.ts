/** A release is refused while anything that it needs is missing, and makes the edits that it says. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  changelogProblems,
  MAX_PACKED_BYTES,
  MAX_UNPACKED_BYTES,
  metadataProblems,
  packedProblems,
  releaseChangelog,
  setVersion,
  versionProblems,
} from '../../scripts/lib/release.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { VERSION } from '../../src/shared/version.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const PLACES = [
  'package.json',
  'package-lock.json',
  'src/shared/version.ts',
  'editors/web-types.json',
  'kernels/Cargo.toml',
  'kernels/Cargo.lock',
  'device-runtime/boards/esp32s3/board.h',
];

/** The files of this tree that have the version, in a folder of their own. */
function copyOfPlaces(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'release-'));
  for (const name of PLACES) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    cpSync(path.join(root, name), path.join(folder, name));
  }
  return folder;
}

test('the version is the same in every place of this tree', async () => {
  assert.deepEqual(await versionProblems(root), []);
});

test('another version in any place is named, and so is a place that lost it', async () => {
  for (const name of PLACES.slice(1)) {
    const folder = copyOfPlaces();
    try {
      const file = path.join(folder, name);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll(VERSION, '9.9.9'));
      const problems = await versionProblems(folder);
      assert.ok(problems.includes(`${name} has version 9.9.9, package.json ${VERSION}.`), name);
      writeFileSync(file, '');
      assert.match((await versionProblems(folder)).join(), /has no version where one is looked for/, name);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

test('a version is set in every place, and only there', async () => {
  const folder = copyOfPlaces();
  try {
    await setVersion(folder, '1.20.3-rc.1');
    assert.deepEqual(await versionProblems(folder), []);
    for (const name of PLACES) {
      const [before, after] = [root, folder].map((from) =>
        readFileSync(path.join(from, name), 'utf8').split('\n'),
      ) as [string[], string[]];
      const changed = after.filter((line, i) => line !== before[i]);
      const expected = { 'package-lock.json': 2, 'kernels/Cargo.lock': 5 }[name] ?? 1;
      assert.equal(changed.length, expected, name);
      for (const line of changed) assert.match(line, /1\.20\.3-rc\.1/, name);
    }
    await assert.rejects(setVersion(folder, '1.2'), /not a version/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [0.9.0] - 2026-01-01\n\n- Old.\n';

test('the changelog has to say something of the version', () => {
  assert.deepEqual(changelogProblems(CHANGELOG, '1.0.0'), []);
  assert.match(changelogProblems('# Changelog\n', '1.0.0').join(), /no section/);
  assert.match(
    changelogProblems(CHANGELOG.replace('- One.', ''), '1.0.0').join(),
    /nothing to say of 1\.0\.0/,
  );
  assert.match(changelogProblems(CHANGELOG, '0.9.0').join(), /raise the version/);
  const moved = releaseChangelog(CHANGELOG, '1.0.0', '2026-02-03');
  assert.deepEqual(changelogProblems(moved, '1.0.0'), []);
  assert.match(changelogProblems(moved.replace('- One.', ''), '1.0.0').join(), /nothing under \[1\.0\.0\]/);
  assert.deepEqual(changelogProblems(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'), VERSION), []);
});

test('what is unreleased moves under the version, once', () => {
  const moved = releaseChangelog(CHANGELOG, '1.0.0', '2026-02-03');
  assert.equal(moved, CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [1.0.0] - 2026-02-03\n'));
  assert.equal(releaseChangelog(moved, '1.0.0', '2026-02-04'), moved);
});

const MANIFEST = {
  description: 'A converter',
  license: 'MIT',
  repository: { type: 'git', url: 'git+https://git.somewhere.org/a/b.git' },
  homepage: 'https://git.somewhere.org/a/b#readme',
  bugs: { url: 'https://git.somewhere.org/a/b/issues' },
  author: 'Somebody <somebody@somewhere.org>',
  exports: {
    '.': { types: './dist/types/a.d.ts', default: './dist/a.js' },
    './package.json': './package.json',
  },
  bin: { a: 'dist/cli.js' },
  customElements: 'custom-elements.json',
  'web-types': 'editors/web-types.json',
};

test('fields that a maintainer has still to fill are named', () => {
  assert.deepEqual(metadataProblems(MANIFEST), []);
  for (const field of ['repository', 'homepage', 'bugs', 'author'] as const) {
    const { [field]: _, ...without } = MANIFEST;
    assert.deepEqual(metadataProblems(without), [`package.json has no ${field}.`]);
    const placeholder = { ...MANIFEST, [field]: 'https://git.example/a' };
    assert.match(metadataProblems(placeholder).join(), new RegExp(`${field} is still a placeholder`));
  }
  assert.match(metadataProblems({ ...MANIFEST, license: '' }).join(), /no license/);
  assert.match(metadataProblems({ ...MANIFEST, private: true }).join(), /private/);
});

const FILES = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'custom-elements.json',
  'dist/a.js',
  'dist/cli.js',
  'dist/types/a.d.ts',
  'editors/web-types.json',
  'package.json',
];

function packed(files: readonly string[]): Parameters<typeof packedProblems>[0] {
  return {
    size: MAX_PACKED_BYTES,
    unpackedSize: MAX_UNPACKED_BYTES,
    files: files.map((name) => ({ path: name })),
  };
}

test('a package that is too large, lacks a file or has one too many is refused', () => {
  assert.deepEqual(packedProblems(packed(FILES), MANIFEST), []);
  for (const name of FILES) {
    const others = FILES.filter((other) => other !== name);
    assert.deepEqual(packedProblems(packed(others), MANIFEST), [`${name} is not in the package.`]);
  }
  assert.match(
    packedProblems(packed([...FILES, 'src/a.ts']), MANIFEST).join(),
    /src\/a\.ts .* should not be/,
  );
  const heavy = { ...packed(FILES), size: MAX_PACKED_BYTES + 1, unpackedSize: MAX_UNPACKED_BYTES + 1 };
  assert.equal(packedProblems(heavy, MANIFEST).length, 2);
});

const unbuilt = existsSync(path.join(root, 'dist/types/bundle.d.ts'))
  ? false
  : 'dist/ is not built: npm run build';

test(
  'what npm packs of this tree can be published, but for what a maintainer fills',
  { skip: unbuilt },
  async () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as typeof MANIFEST & {
      readonly scripts: Record<string, string>;
    };
    // A clean clone has no dist/: it is built before anything is packed.
    assert.equal(manifest.scripts.prepack, manifest.scripts.build);
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
    const { code, output } = await run('npm', args, { quiet: true });
    assert.equal(code, 0, output);
    const [said] = Object.values(JSON.parse(output) as Record<string, Parameters<typeof packedProblems>[0]>);
    assert.ok(said !== undefined);
    assert.deepEqual(packedProblems(said, manifest), []);
    for (const problem of metadataProblems(manifest)) assert.match(problem, /is still a placeholder/);
  },
);

test('every file that the README links to is there', () => {
  const text = readFileSync(path.join(root, 'README.md'), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)/g)].map((match) => match[1] ?? '');
  assert.ok(links.length > 10);
  for (const link of links) {
    // A registry's page resolves these against the repository that package.json names.
    if (!/^https?:/.test(link)) assert.ok(existsSync(path.join(root, link)), link);
  }
});
