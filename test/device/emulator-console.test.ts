/** The console of the shipped firmware on the emulated chip, as a person at either port meets it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { ConsoleClient } from '../../src/device/console-client.js';
import { generated, imageOf } from '../support/emulated-board.js';
import { EmulatedTerminal, withTerminal } from '../support/emulated-terminal.js';
import { randomNumbers } from '../support/synthetic-model.js';
import { SLOW, chatPackage, fixtureUrl } from './console-fixtures.js';

const BOARD = 'esp32-s3-n8';
const image = imageOf(new Uint8Array(await readFile(fixtureUrl('chat.s3lm'))), BOARD);

/** Fails at the first byte that is no whole character. */
function assertWhole(bytes: readonly Uint8Array[]): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(bytes));
}

describe('the firmware’s console on the emulated chip', () => {
  it('answers on both ports, each with its own line', async () => {
    await withTerminal(await image, async (terminal, greeting) => {
      assert.match(greeting, /The model is ready/);
      assert.match(await terminal.prompt('uart'), /The model is ready/);
      await terminal.type('/te');
      assert.match(await terminal.ask('/topk 7', 'uart'), /top k: 7\r\n/);
      assert.match(await terminal.ask('mp 0'), /temperature: 0\r\n/);
      assert.match(await terminal.ask('/len 8', 'uart'), /length: 8\r\n/);
      // One model and one set of settings: the same likeliest text on both.
      await terminal.ask('/reset');
      const first = (await terminal.ask('Once upon')).replace(/^.*?Once upon\r\n/s, '');
      await terminal.ask('/reset', 'uart');
      const second = (await terminal.ask('Once upon', 'uart')).replace(/^.*?Once upon\r\n/s, '');
      assert.ok(first.length > '\r\n> '.length, first);
      assert.equal(second, first);
      assert.match(await terminal.ask('/stats'), /generations/);
      assert.deepEqual((await terminal.device.state()).warnings, []);
    });
  });

  it('lists its commands, its facts and its settings', async () => {
    await withTerminal(await image, async (terminal) => {
      const help = await terminal.ask('/help');
      for (const name of ['temp', 'topk', 'topp', 'len', 'seed', 'stats', 'reset', 'info', 'bench'])
        assert.match(help, new RegExp(`/${name}\\b`), name);
      const info = await terminal.ask('/info');
      assert.match(info, /ESP32-S3/);
      assert.match(info, /240/);
      assert.match(info, /model: tiny .*chat.* ünï\r\n/);
    });
  });

  it('stops at Ctrl-C, and tells the other port that it is busy', async () => {
    await withTerminal(await imageOf(await chatPackage(SLOW), BOARD), async (terminal) => {
      await terminal.prompt('uart');
      await terminal.ask('/len 0');
      await terminal.type('tell me everything\r');
      await terminal.until(/everything\r\n[^]*?[^\r\n]/);
      await terminal.type('me too\r', 'uart');
      assert.match(await terminal.until(/busy[^\r\n]*\r\n/, 'uart'), /busy with a request from USB/);
      await terminal.type('\x03');
      assert.match(await terminal.until(/\r\n> $/), /\(stopped\)\r\n> $/);
      assert.match(await terminal.ask('/stats'), /generations/);
    });
  });

  it('never cuts a character', async () => {
    await withTerminal(await image, async (terminal) => {
      await terminal.ask('/temp 1.5');
      await terminal.ask('/len 40');
      for (const seed of [1, 2, 3]) {
        await terminal.ask(`/seed ${seed}`);
        assert.match(await terminal.ask('grüße, 日本 🙂'), /grüße, 日本 🙂\r\n/);
      }
      const text = assertWhole(terminal.bytes.usb);
      // The model is random: without characters of several bytes in its answers this would show nothing.
      assert.match(text.replaceAll('grüße, 日本 🙂', '').replaceAll('ünï', ''), /[^\0-\x7f]/);
      // Each piece by itself, too: what a terminal shows at any time.
      assert.ok(terminal.bytes.usb.length > 3);
    });
  });

  it('stays usable after noise on both ports', async () => {
    await withTerminal(await image, async (terminal) => {
      await terminal.prompt('uart');
      await terminal.ask('/len 4');
      const random = randomNumbers(7);
      for (let round = 0; round < 12; round++) {
        for (const port of ['usb', 'uart'] as const) {
          // The beginning of a frame now and then, so that noise gets further.
          const noise = Uint8Array.from({ length: 200 }, () => ((random() + 1) * 128) & 0xff);
          if (round % 3 === 0) noise.set([0x1b, 0x5f, 0x4c, 0x41, 0x41], 50);
          await terminal.send(noise, port);
        }
      }
      for (const port of ['usb', 'uart'] as const) {
        // What was typed is given up, what runs is stopped; half a frame would be given up by itself, but after a second.
        await terminal.send(Uint8Array.of(0x18, 0x03, 0x03), port);
        await terminal.type('\r/stats\r', port);
        await terminal.until(/generations: \d+\r\n/, port);
        assert.match(await terminal.until(/\r\n> $/, port), /> $/);
        assert.match(await terminal.ask('/topk 7', port), /top k: 7\r\n/);
      }
      assert.doesNotMatch(terminal.text(), /panic|reset: watchdog/);
    });
  });

  it('measures its memories and its tokens', async () => {
    await withTerminal(
      await image,
      async (terminal) => {
        const bench = await terminal.ask('/bench');
        // Flash and PSRAM come through the modelled bus, whose rates plans count with.
        for (const memory of ['psram', 'flash']) {
          const share = new RegExp(`${memory} read: [\\d.]+ MB/s, ([\\d.]+) % of the`).exec(bench)?.[1];
          assert.ok(Number(share) > 90 && Number(share) < 110, `${memory}: ${String(share)} %\n${bench}`);
        }
        assert.match(bench, /sram read: [\d.]+ MB\/s/);
        assert.match(bench, /tokens per second: [\d.]+\r\n/);
        assert.match(bench, /bound by measured rates: .*reached: [\d.]+ %\r\n/);
      },
      { board: { flashBytes: 8 << 20, psramKind: 'octal', psramBytes: 8 << 20 }, timing: true },
    );
  });

  it('talks to a program on one port and to a person at the other', async () => {
    const terminal = await EmulatedTerminal.start(await image, { person: 'uart' });
    try {
      const options = { patience: 60_000, timeout: 60_000 };
      const client = await ConsoleClient.connect(terminal.device, options);
      await terminal.prompt('uart');
      assert.match(await terminal.ask('/temp 0', 'uart'), /temperature: 0\r\n/);
      const { tokens } = await generated(client, { prompt: 'Once', maxNewTokens: 5 });
      assert.equal(tokens.length, 5);
      assert.equal((await client.stats()).get('generations'), '1');
      assert.match(await terminal.ask('/stats', 'uart'), /generations: 1\r\n/);
      client.close();
    } finally {
      await terminal.close();
    }
  });
});
