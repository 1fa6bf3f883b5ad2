/** `examples/follow_actions.py` reads what the console's codec writes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeFrame } from '../../src/device/console-codec.js';
import { ACTION_TOLD } from '../../src/schema/actions.js';
import { MESSAGE, PAYLOAD, writeLayout } from '../../src/schema/console.js';

const PROGRAM = fileURLToPath(new URL('../../examples/follow_actions.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

test(
  'the example prints the actions of a stream',
  { skip: hasPython ? false : 'python3 is not there' },
  () => {
    const action = (told: number, pin: number, seconds: number, text: string): Uint8Array => {
      const rest = new TextEncoder().encode(text);
      const layout = PAYLOAD.action;
      const payload = writeLayout(layout, { told, kind: 0, pin, input: 0, value: 1, seconds }, rest.length);
      payload.set(rest, payload.length - rest.length);
      return encodeFrame({ type: MESSAGE.action, number: 3, request: 0, payload });
    };
    const damaged = action(ACTION_TOLD.done, 9, 0, 'never=on');
    damaged[12] = (damaged[12] ?? 0) ^ 1;
    const stream = Buffer.concat([
      Buffer.from('boot noise \u001b_L'),
      action(ACTION_TOLD.done, 5, 0, 'kitchen lamp=on'),
      damaged,
      Buffer.from('{"do":"on"}\r\n'),
      action(ACTION_TOLD.planned, 15, 60, 'fan=off'),
      action(ACTION_TOLD.read, 255, 0, 'a=b=12 s'),
    ]);
    const { stdout, stderr, status } = spawnSync(
      'python3',
      [PROGRAM, '--stdin', '--run', 'echo "told {name}: {value}"'],
      {
        input: stream,
      },
    );
    assert.equal(stderr.toString(), '');
    assert.equal(status, 0);
    assert.deepEqual(stdout.toString().trim().split('\n').sort(), [
      'done: kitchen lamp = on (GPIO 5)',
      'planned: fan = off in 60 s (GPIO 15)',
      'read: a=b = 12 s',
      'told kitchen lamp: on',
    ]);
  },
);
