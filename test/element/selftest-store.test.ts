/** The self-test's way from a board to its report, with a port that is played by the test. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Flasher } from '../../src/device/flasher.js';
import type { PortReceiver, PortSession, PortUse } from '../../src/device/port-session.js';
import { SelftestSilence, SelftestStore } from '../../src/element/board/selftest-store.js';
import { enSelftest } from '../../src/element/strings/en/selftest.js';
import { loadSelftestStrings } from '../../src/element/strings/selftest.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import { readFile } from 'node:fs/promises';

const REPORT =
  '{"selftest":1,"mac":"00:00:00:00:00:01","results":[{"test":"clock","verdict":"ok","value":"240","expected":""}]}\n';

class FakePort {
  receiver: PortReceiver | null = null;
  reacquired = 0;
  readonly session = {
    claim: (_: string, receiver: PortReceiver): PortUse => {
      this.receiver = receiver;
      return {
        reacquire: () => {
          this.reacquired++;
          return Promise.resolve();
        },
        release: () => {
          this.receiver = null;
        },
      } as unknown as PortUse;
    },
  } as unknown as PortSession;
}

function store(port: FakePort, said = '', patience?: number): SelftestStore {
  const flasher = {
    detect: () => Promise.resolve({ mac: '00:00:00:00:00:01' }),
    flash: () => Promise.resolve({ output: new TextEncoder().encode(said) }),
  } as unknown as Flasher;
  return new SelftestStore({
    choose: () => Promise.resolve(port.session),
    flasher: () => Promise.resolve(flasher),
    image: () => Promise.resolve(new Uint8Array(16)),
    onChange: () => undefined,
    ...(patience === undefined ? {} : { patience }),
  });
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the store of the self-test', () => {
  it('takes a report that came with the start', async () => {
    const port = new FakePort();
    const tested = store(port, REPORT);
    await tested.run();
    assert.equal(tested.state.kind, 'done');
    assert.equal(port.receiver, null);
  });

  it('follows a board that leaves the bus with every reset, and gives the port back', async () => {
    const port = new FakePort();
    const tested = store(port);
    const running = tested.run();
    await turn();
    assert.equal(tested.state.kind, 'running');
    port.receiver?.lost(new Error('lost') as never);
    port.receiver?.lost(new Error('lost') as never);
    assert.equal(port.reacquired, 2);
    port.receiver?.data(new TextEncoder().encode(REPORT));
    await running;
    assert.equal(tested.state.kind, 'done');
    assert.equal(port.receiver, null);
  });

  it('gives up a board that says nothing, and one that is cancelled without a word', async () => {
    const port = new FakePort();
    const silent = store(port, '', 5);
    await silent.run();
    assert.ok(silent.state.kind === 'idle' && silent.state.error instanceof SelftestSilence);
    assert.equal(port.receiver, null);
    const cancelled = store(port);
    const running = cancelled.run();
    await turn();
    cancelled.cancel();
    await running;
    assert.deepEqual(cancelled.state, { kind: 'idle', error: null });
    assert.equal(port.receiver, null);
  });
});

describe('the words of the self-test', () => {
  it('are complete in every language, and name every test that a board reports', async () => {
    const sources = ['selftest_main.c', 'tests_start.c', 'tests_memory.c', 'tests_cores.c'];
    const texts = await Promise.all(
      sources.map((name) =>
        readFile(new URL(`../../device-runtime/selftest/${name}`, import.meta.url), 'utf8'),
      ),
    );
    const named = texts
      .join('\n')
      .matchAll(/(?:report|report_stream|report_rows)\("([a-z0-9-]+)"|\{"([a-z0-9-]+)",/g);
    const tests = new Set([...named].map(([, reported, listed]) => reported ?? listed ?? ''));
    assert.ok(tests.size > 20);
    for (const language of LANGUAGES) {
      const words = await loadSelftestStrings(language);
      assert.deepEqual(Object.keys(words), Object.keys(enSelftest));
      assert.deepEqual(Object.keys(words.tests).sort(), [...tests].sort(), language);
      for (const [name, text] of Object.entries(words.tests)) {
        assert.ok(text.length > 0);
        if (language !== 'en' && name !== 'psram') assert.notEqual(text, enSelftest.tests[name], name);
      }
    }
  });
});
