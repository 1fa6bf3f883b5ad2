// Debian packages: installed when this process may, named in a message when it may not.
import { existsSync } from 'node:fs';
import { run } from './run.mjs';

/** Root on a Debian-like system. */
export function canAptInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/**
 * Installs packages without asking anything.
 * @param {string[]} packages
 * @throws {Error} with apt-get's own words
 */
export async function aptInstall(packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env, quiet: true });
  const { code, output } = await run(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', ...packages],
    {
      env,
      quiet: true,
    },
  );
  if (code !== 0) {
    const last = output.trim().split('\n').slice(-5).join('\n');
    throw new Error(`apt-get could not install ${packages.join(' ')}:\n${last}`);
  }
}
