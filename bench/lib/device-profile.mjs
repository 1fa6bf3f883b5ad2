// Where the cycles of a token go on the emulated board, by function: two generations from the same prompt, of which the
// second is longer, and what it took more.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '../../scripts/lib/run.mjs';
import { cacheFolder } from './synthetic-model.mjs';

/**
 * @param {object} lib what `device-library.ts` bundles
 * @param {Uint8Array} image
 * @param {{psramKind: string | null}} board
 * @param {{ids: number[], tokens: number, addresses: boolean, elf: string}} what the prompt, how
 *   many tokens are looked at, and the firmware in the image
 */
export async function profileTokens(lib, image, { psramKind }, { ids, tokens, addresses, elf }) {
  const file = (name) => path.join(cacheFolder(), `profile-${name}`);
  writeFileSync(file('image.bin'), image);
  writeFileSync(file('fewer'), conversation(lib, ids, 1));
  writeFileSync(file('more'), conversation(lib, ids, 1 + tokens));
  const said = await runOrThrow(
    'cargo',
    [
      ...['run', '--release', '--quiet', '-p', 'soc', '--example', 'profile'],
      ...['--manifest-path', 'kernels/Cargo.toml', '--', file('image.bin'), path.resolve(elf)],
      ...['--frames', file('fewer'), file('more'), '--tokens', String(tokens)],
      ...['--psram', psramKind ?? 'none'],
      ...(addresses ? ['--addresses'] : []),
    ],
    { quiet: true },
  );
  console.log(said);
}

/** The frames of one generation: a prompt of ids, and the request. */
function conversation(lib, ids, maxNewTokens) {
  const { MESSAGE } = lib;
  const request = { ids, temperature: 0, maxNewTokens, drafts: false };
  const parts = [
    ...lib.promptPieces('ids', lib.idBytes(ids)).map((payload) => [MESSAGE.prompt, payload]),
    [MESSAGE.generate, lib.generatePayload(request)],
  ];
  return Buffer.concat(
    parts.map(([type, payload], i) => lib.encodeFrame({ type, number: i & 0xff, request: i + 1, payload })),
  );
}
