/**
 * The component's examples, as they are packed: right for each chip, and the lamp over a broker, a pin and a clock of
 * this machine, with the model that it is made for.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeComponent } from '../../scripts/lib/component.mjs';
import { runApart } from '../../scripts/lib/run.mjs';
import {
  CC,
  CHECK,
  checkSyntax,
  CHIP_NAMES,
  compile,
  EXAMPLES,
  inTurns,
  packageOfHomeCommands,
  sanitized,
  sourcesOf,
  withoutCompiler,
  withoutCompilerOf,
} from './compilers.js';

let folder = '';
let component = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'examples-'));
  component = path.join(folder, 'esp32-llm');
  await writeComponent(component);
});
after(() => rm(folder, { recursive: true, force: true }));

const inExample = (...names: string[]): string => path.join(component, 'examples', ...names);

/** All that an example may be built of, as its CMakeLists.txt names it. */
async function listed(example: string): Promise<{ sources: string[]; include: string[] }> {
  const main = inExample(example, 'main');
  const text = await readFile(path.join(main, 'CMakeLists.txt'), 'utf8');
  const include = /INCLUDE_DIRS ([^)\n]*?)(?:\)| EMBED)/.exec(text)?.[1]?.split(' ') ?? assert.fail(text);
  return {
    sources: [...new Set(text.match(/[\w./]+\.c\b/g))].map((name) => path.join(main, name)),
    include: include.map((name) => path.join(main, name)),
  };
}

describe('the examples of ESP-IDF', () => {
  for (const chip of CHIP_NAMES) {
    test(`are right for ${chip}`, { skip: withoutCompilerOf(chip) }, async () => {
      for (const example of EXAMPLES) {
        const { sources, include } = await listed(example);
        assert.ok(sources.length > 0);
        await inTurns(sources, (source) => checkSyntax(chip, component, source, include));
      }
    });
  }
});

test('Arduino’s example is right', { skip: withoutCompiler }, async () => {
  await compile(CC, [
    ...['-x', 'c++', '-std=gnu++2a', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-include', 'Arduino.h'],
    ...[`-I${path.join(component, 'src')}`, `-I${path.join(CHECK, 'standin')}`, inExample('Chat/Chat.ino')],
  ]);
});

const BOARD = 'esp32-llm/lamp_A1B2C3';

/** What the lamp did after one line of lamp_check.c: what it published by the topic's ending, and its pin. */
interface Done {
  readonly published: ReadonlyMap<string, string>;
  readonly duty: number | null;
  readonly lines: readonly string[];
}

function readDone(text: string): Done {
  const lines = text.split('\n').filter((line) => line !== '');
  const published = lines.flatMap((line) => {
    const [, topic, message] = /^publish (\S+) (.*)$/.exec(line) ?? [];
    return topic === undefined || message === undefined ? [] : [[topic.replace(BOARD, ''), message] as const];
  });
  const duty = lines.findLast((line) => line.startsWith('duty '));
  return { published: new Map(published), duty: duty === undefined ? null : Number(duty.slice(5)), lines };
}

for (const sanitizer of ['address,undefined', 'thread']) {
  describe(`the lamp over stand-ins, -fsanitize=${sanitizer}`, { skip: withoutCompiler }, () => {
    const program = (): string => path.join(folder, `lamp-${sanitizer.slice(0, 6)}`);
    const file = (): string => path.join(folder, 'home.s3lm');

    before(async () => {
      await writeFile(file(), await packageOfHomeCommands());
      const { sources, include } = await listed('mqtt_lamp');
      await compile(CC, [
        ...[...sanitized(sanitizer, component), ...include.map((name) => `-I${name}`)],
        ...[...(await sourcesOf(component)), ...sources],
        ...['fakes.c', 'lamp_check.c'].map((name) => path.join(CHECK, name)),
        ...['-lpthread', '-o', program()],
      ]);
    });

    /** The start, and what followed each line. */
    async function run(...lines: readonly string[]): Promise<[start: Done, ...after: Done[]]> {
      const script = path.join(folder, 'lines');
      await writeFile(script, lines.map((line) => `${line}\n`).join(''));
      const { code, output, errors } = await runApart(program(), [file(), script]);
      assert.equal(code, 0, errors);
      const [start, ...rest] = output.split('done\n').slice(0, -1).map(readDone);
      assert.ok(start);
      assert.equal(rest.length, lines.length);
      return [start, ...rest];
    }

    test('what is said moves the lamp, what is for others does not', async () => {
      const [, on, darker, off, thirty, study, talk] = await run(
        'send /say turn on the kitchen lamp',
        'send /say make the lamp a bit darker',
        'send /light/set OFF',
        'send /say set the lamp to thirty percent',
        'send /say turn off the lamp in the study',
        'send /say hi, how are you?',
      );
      const state = (done: Done | undefined): unknown[] => [
        done?.published.get('/light/state'),
        done?.published.get('/brightness/state'),
        done?.duty,
      ];
      assert.deepEqual(state(on), ['ON', '100', 1023]);
      assert.equal(on?.published.get('/answer'), '{"do":"on","dev":"lamp","room":"kitchen"}');
      assert.deepEqual(state(darker), ['ON', '90', 920]);
      assert.deepEqual(state(off), ['OFF', '90', 0]);
      assert.deepEqual(state(thirty), ['ON', '30', 306]);
      assert.deepEqual(state(study), ['ON', '30', 306]);
      assert.deepEqual(state(talk), ['ON', '30', 306]);
      assert.match(talk?.published.get('/answer') ?? '', /^[A-Z]/);
    });

    test('what is put off happens then, and what is put off anew not before', async () => {
      const [, , said, early, anew, between, late] = await run(
        'send /light/set ON',
        'send /say turn off the lamp in ten minutes',
        'pass 599',
        'send /say turn off the lamp in ten minutes',
        'pass 599',
        'pass 2',
      );
      assert.equal(said?.published.get('/light/state'), 'ON');
      assert.equal(early?.duty, null);
      assert.equal(anew?.published.get('/light/state'), 'ON');
      assert.equal(between?.duty, null);
      assert.equal(late?.published.get('/light/state'), 'OFF');
    });

    // The rest is the same on one task as on two.
    if (sanitizer === 'thread') return;

    test('Home Assistant finds a light, a field for what is said and an answer', async () => {
      const [start] = await run();
      const entities = ['light', 'text', 'sensor'].map((name) => {
        const config = start.published.get(`homeassistant/${name}/lamp_A1B2C3/config`) ?? assert.fail(name);
        return JSON.parse(config) as Record<string, unknown>;
      });
      const [light, text, sensor] = entities;
      const topic = (entity: Record<string, unknown> | undefined, key: string): string =>
        String(entity?.[key]).replace('~', String(entity?.['~']));
      for (const entity of entities) {
        assert.equal(topic(entity, 'availability_topic'), `${BOARD}/availability`);
        assert.deepEqual(entity.device, { identifiers: ['lamp_A1B2C3'], name: 'Kitchen lamp' });
      }
      assert.equal(new Set(entities.map((entity) => entity.unique_id)).size, 3);
      // What is told to be published is published, and what is told to be listened to is subscribed.
      const [, said] = await run('send /say turn on the lamp');
      for (const key of ['state_topic', 'brightness_state_topic'])
        assert.ok(said?.published.has(topic(light, key).replace(BOARD, '')), key);
      assert.ok(said?.published.has(topic(sensor, 'state_topic').replace(BOARD, '')));
      const wanted = [text, light].map((entity) => topic(entity, 'command_topic'));
      assert.deepEqual(
        start.lines.filter((line) => line.startsWith('subscribe ')).toSorted(),
        [...wanted, topic(light, 'brightness_command_topic')].map((name) => `subscribe ${name}`).toSorted(),
      );
      assert.equal(light?.brightness_scale, 100);
      assert.ok(start.lines.includes(`will ${BOARD}/availability offline`));
      assert.equal(start.published.get('/availability'), 'online');
      assert.equal(start.published.get('/light/state'), 'OFF');
    });

    test('messages that are none change nothing', async () => {
      const [, ...all] = await run(
        'retained /say turn on the lamp',
        'part /say turn on the lamp',
        'send /say ',
        `send /say ${'lamp '.repeat(41)}`,
        'send /light/set on',
        'send /light/set ONE',
        'send /brightness/set 101',
        'send /brightness/set -1',
        'send /brightness/set 0050',
        'send /brightness/set ',
        'send /sayings turn on the lamp',
      );
      for (const done of all) assert.deepEqual(done.lines, []);
    });

    test('the phrases that MultiNet hears are commands of this lamp', async () => {
      const source = await readFile(inExample('voice/main/recogniser_esp_sr.c'), 'utf8');
      const table = /PHRASES\[\] = \{([^}]*)\}/.exec(source)?.[1] ?? assert.fail('no phrases');
      const phrases = [...table.matchAll(/"([^"]*)"/g)].map(([, phrase]) => phrase ?? '');
      assert.ok(phrases.length >= 6);
      for (const phrase of phrases) assert.match(phrase, /^[a-z ]{2,63}$/);
      const answers = (await run(...phrases.map((phrase) => `send /say ${phrase}`)))
        .slice(1)
        .map((done) => done.published.get('/answer') ?? '');
      const [, ...read] = await run(...answers.map((answer) => `read ${answer}`));
      const NONE = 0;
      for (const [i, { lines }] of read.entries())
        assert.notEqual(Number(lines[0]?.split(' ')[1]), NONE, `${phrases[i]}: ${answers[i]}`);
    });

    test('answers are read to their last byte', async () => {
      const [NONE, ASK, ON, OFF, LEVEL, CHANGE] = [0, 1, 2, 3, 4, 5];
      const of = (rest: string): string => `{"do":${rest}}`;
      const cases: [answer: string, kind: number, percent: number, delay: number][] = [
        [of('"on","dev":"lamp"'), ON, 0, 0],
        [of('"off","dev":"all","room":"all"'), OFF, 0, 0],
        [of('"off","dev":"lamp","room":"kitchen","in":"2h"'), OFF, 0, 7200],
        [of('"on","dev":"lamp","in":"30s"'), ON, 0, 30],
        [of('"get","dev":"lamp"'), ASK, 0, 0],
        [of('"set","dev":"lamp","val":"40%"'), LEVEL, 40, 0],
        [of('"set","dev":"lamp","val":"+20%"'), CHANGE, 20, 0],
        [of('"set","dev":"lamp","val":"-20%"'), CHANGE, -20, 0],
        ...[
          of('"set","dev":"lamp","val":"red"'),
          of('"set","dev":"lamp","val":"21C"'),
          of('"set","dev":"lamp","val":"1000%"'),
          of('"set","dev":"lamp","val":"%"'),
          of('"set","dev":"lamp"'),
          of('"on","dev":"lamp","val":"40%"'),
          of('"on","dev":"lamp","room":"study"'),
          of('"on","dev":"fan"'),
          of('"on","dev":"lamp","in":"5"'),
          of('"on","dev":"lamp","in":"soon"'),
          of('"on","dev":"lamp","dev":"fan"'),
          of('"on","dev":"lamp","who":"me"'),
          of('"on","dev":"la\\u006dp"'),
          of('"on","dev":"lamplamplamplamplamp"'),
          of('"on","dev":"lamp"').slice(0, -1),
          of('"on","dev":"lamp').slice(0, -1),
          `${of('"on","dev":"lamp"')}}`,
          of('"unknown"'),
          '{}',
          '{',
          'Good morning.',
        ].map((answer): [string, number, number, number] => [answer, NONE, 0, 0]),
      ];
      const [, ...read] = await run(...cases.map(([answer]) => `read ${answer}`));
      for (const [i, [answer, ...wanted]] of cases.entries())
        assert.equal(read[i]?.lines[0], `read ${wanted.join(' ')}`, answer);
    });
  });
}
