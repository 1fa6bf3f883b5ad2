/** Chat templates become pieces only when the pieces are proven; what cannot be is left out with a reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import { parseStrictJson } from '../../src/source/strict-json.js';
import type { JsonObject } from '../../src/source/strict-json.js';
import { chatFromTemplate, chatIds } from '../../src/tokenizer/chat.js';
import type { ChatPieces, DeviceTokenizer } from '../../src/tokenizer/index.js';
import { ChatTemplate } from '../../src/tokenizer/template.js';
import type { ChatMessage } from '../../src/tokenizer/template.js';
import { said } from '../said.js';
import { fixtureJson, folderChat, openJson } from './fixtures.js';

/** A fixture tokenizer with more special tokens. */
async function withSpecials(name: string, specials: readonly string[]): Promise<DeviceTokenizer> {
  const json = JSON.parse(await fixtureJson(name)) as {
    added_tokens: { id: number; content: string }[];
    model: { vocab: Record<string, number> };
  };
  let next = Math.max(
    Object.keys(json.model.vocab).length,
    ...json.added_tokens.map((token) => token.id + 1),
  );
  for (const content of specials) {
    const token = {
      id: next++,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
    json.added_tokens.push(token);
  }
  return openJson(JSON.stringify(json));
}

function config(tokens: Record<string, string>): JsonObject {
  return parseStrictJson(JSON.stringify(tokens)) as JsonObject;
}

const CHATML = `{% for m in messages %}{% if loop.first and m.role != 'system' %}<|im_start|>system
You are kind.<|im_end|>
{% endif %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

const LLAMA2 = `{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set rest = messages[1:] %}{% else %}{% set system = none %}{% set rest = messages %}{% endif %}
{%- for m in rest %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}
{%- if m.role == 'user' %}{{ bos_token }}[INST] {% if loop.first and system %}<<SYS>>
{{ system }}
<</SYS>>

{% endif %}{{ m.content | trim }} [/INST]{% else %} {{ m.content | trim }} {{ eos_token }}{% endif %}{% endfor %}`;

const LLAMA3 = `{% for m in messages %}{% set text = '<|start|>' + m['role'] + '<|stop|>\\n\\n' + m['content'] | trim + '<|eot|>' %}{% if loop.index0 == 0 %}{% set text = bos_token + text %}{% endif %}{{ text }}{% endfor %}{% if add_generation_prompt %}{{ '<|start|>assistant<|stop|>\\n\\n' }}{% endif %}`;

const ZEPHYR = `{% for m in messages %}<|{{ m.role }}|>
{{ m.content + eos_token }}
{% endfor %}{% if add_generation_prompt %}<|assistant|>
{% endif %}`;

const HOME = `{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}<|user|>{{ m.content }}{% elif m.role == 'assistant' %}<|home|>{{ m.content }}<|end|>{% else %}{{ raise_exception('no system text') }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|home|>{% endif %}`;

interface Case {
  readonly name: string;
  readonly template: string;
  readonly tokenizer: () => Promise<DeviceTokenizer>;
  readonly config: JsonObject;
  readonly turns: boolean;
  readonly system: boolean;
  readonly trims: boolean;
  readonly addSpecial: boolean;
  readonly end: string | null;
}

const CASES: Case[] = [
  {
    name: 'ChatML with a default system text',
    template: CHATML,
    tokenizer: () => withSpecials('smollm', ['<|im_start|>', '<|im_end|>']),
    config: config({}),
    turns: true,
    system: true,
    trims: false,
    addSpecial: false,
    end: '<|im_end|>',
  },
  {
    name: 'Llama 2, legacy tokenizer',
    template: LLAMA2,
    tokenizer: () => openLlama('llama-legacy'),
    config: config({ bos_token: '<s>', eos_token: '</s>' }),
    turns: true,
    system: true,
    trims: true,
    addSpecial: false,
    end: '</s>',
  },
  {
    name: 'Llama 3',
    template: LLAMA3,
    tokenizer: () => withSpecials('llama3', ['<|start|>', '<|stop|>', '<|eot|>']),
    config: config({ bos_token: '<|begin|>' }),
    turns: true,
    system: true,
    trims: true,
    addSpecial: false,
    end: '<|eot|>',
  },
  {
    name: 'Zephyr: no begin token in the template',
    template: ZEPHYR,
    tokenizer: () => openLlama('llama-legacy'),
    config: config({ bos_token: '<s>', eos_token: '</s>' }),
    turns: true,
    system: true,
    trims: false,
    addSpecial: false,
    end: '</s>',
  },
  {
    name: 'home commands',
    template: HOME,
    tokenizer: () => withSpecials('smollm', ['<|begin|>', '<|user|>', '<|home|>', '<|end|>']),
    config: config({ bos_token: '<|begin|>' }),
    turns: true,
    system: false,
    trims: false,
    addSpecial: false,
    end: '<|end|>',
  },
];

/** Without the fixture's added tokens that eat white space. */
async function openLlama(name: string): Promise<DeviceTokenizer> {
  const json = JSON.parse(await fixtureJson(name)) as {
    added_tokens: { special: boolean; content: string }[];
  };
  json.added_tokens = json.added_tokens.slice(0, 3);
  return openJson(JSON.stringify(json));
}

const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const system = (content: string): ChatMessage => ({ role: 'system', content });
const QUESTIONS = ['Is the door open?', '  what\nnow  ', '日本 🙂', "don't", '', '<|im_end|>'];

for (const item of CASES) {
  test(`${item.name}: pieces give the ids of the whole template`, async () => {
    const tokenizer = await item.tokenizer();
    const { pieces, notes } = chatFromTemplate(item.template, item.config, tokenizer);
    assert.ok(pieces, said(notes));
    assert.equal(pieces.later !== null, item.turns, said(notes));
    assert.equal(pieces.system !== null, item.system, said(notes));
    assert.equal(pieces.trims, item.trims);
    assert.equal(pieces.addSpecial, item.addSpecial);
    assert.deepEqual(pieces.endIds, item.end === null ? [] : [tokenizer.tokenId(item.end)]);
    const template = new ChatTemplate(item.template, Object.fromEntries(item.config));
    for (const question of QUESTIONS) {
      const whole = tokenizer.encode(template.render([user(question)]), { addSpecial: pieces.addSpecial });
      assert.deepEqual(chatIds(tokenizer, pieces, question), whole);
      if (item.system) checkSystem(tokenizer, pieces, template, question);
      // A model's answer as it comes: the ids of the words after the point where the assistant begins.
      const talk = [user(question), assistant('All is well.')];
      const two = tokenizer.encode(template.render([...talk, user('And now?')]), {
        addSpecial: pieces.addSpecial,
      });
      const later = tokenizer.encodeTurn(pieces.section, { user: 'And now?', later: true });
      assert.deepEqual(two.slice(0, whole.length), whole);
      assert.deepEqual(two.slice(-later.length), later);
      assert.equal(tokenizer.decode(two.slice(whole.length, -later.length)).trim(), 'All is well.');
    }
  });
}

function checkSystem(
  tokenizer: DeviceTokenizer,
  pieces: ChatPieces,
  template: ChatTemplate,
  question: string,
): void {
  const text = template.render([system('Be brief.'), user(question)]);
  const ids = tokenizer.encodeTurn(pieces.section, { user: question, system: 'Be brief.' });
  assert.deepEqual(ids, tokenizer.encode(text, { addSpecial: pieces.addSpecial }));
}

test('a template with Windows line ends gives what it gives without, escapes stay', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const source = `{%- for m in messages %}\n{{ m.role }}:\n{{ m.content }}{{ '\\r\\n' }}\n{% endfor %}\nbot:\n`;
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const first = async (files: Record<string, Uint8Array>): Promise<ChatPieces | null> =>
    (await folderChat(memoryFolder('m', files), tokenizer)).pieces;
  const plain = await first({ 'chat_template.jinja': bytes(source) });
  // Jinja2's own rendering: a template's last line end is dropped.
  assert.deepEqual([plain?.first, plain?.suffix], ['user:\n', '\r\n\nbot:']);
  for (const end of ['\r\n', '\r']) {
    const windows = source.replaceAll('\n', end);
    for (const files of [
      { 'chat_template.jinja': bytes(windows) },
      { 'chat_template.jinja': bytes(`\ufeff${windows}`) },
      { 'tokenizer_config.json': bytes(JSON.stringify({ chat_template: windows })) },
    ])
      assert.deepEqual(await first(files), plain);
  }
});

test('a chat begins as the template writes it; the begin token before it is a choice', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const begin = tokenizer.tokenId('<s>') as number;
  const writes = chatFromTemplate(LLAMA2, config({ bos_token: '<s>', eos_token: '</s>' }), tokenizer);
  assert.ok(writes.pieces);
  const written = chatIds(tokenizer, writes.pieces, 'Hello');
  assert.deepEqual([written[0] === begin, written[1] === begin], [true, false]);
  assert.equal(writes.begun, null);
  assert.deepEqual(writes.notes, []);

  const bare = chatFromTemplate(ZEPHYR, config({ eos_token: '</s>' }), tokenizer);
  assert.ok(bare.pieces && bare.begun);
  const ids = chatIds(tokenizer, bare.pieces, 'Hello');
  assert.notEqual(ids[0], begin);
  assert.deepEqual(chatIds(tokenizer, bare.begun, 'Hello'), [begin, ...ids]);
  assert.deepEqual({ ...bare.begun, addSpecial: false, section: null }, { ...bare.pieces, section: null });
  assert.match(said(bare.notes), /writes no begin token/);
});

test('a template that asks for the date gets one that stays, and a note says which', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const source = `Today is {{ strftime_now('%d %B %Y') }}.\n{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}`;
  const { pieces, notes } = chatFromTemplate(source, null, tokenizer);
  assert.equal(pieces?.first, 'Today is 26 July 2024.\nuser: ');
  assert.match(said(notes), /always 26 Jul 2024/);
  assert.doesNotMatch(said(chatFromTemplate(ZEPHYR, null, tokenizer).notes), /date/);
});

test('templates that cannot be cut are left out with a reason', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const bad: Record<string, [string, RegExp]> = {
    upper: ['{% for m in messages %}{{ m.content | upper }}{% endfor %}', /as it is/],
    twice: ['{% for m in messages %}{{ m.content }} {{ m.content }}{% endfor %}', /more than once/],
    strips: ['{% for m in messages %}A{{ m.content.lstrip() }}B{% endfor %}', /white space/],
    counts: [
      '{% for m in messages %}[{{ m.content | length }}]{{ m.content }}{% endfor %}',
      /white space|other ids/,
    ],
    nothing: ['hello', /as it is/],
    raises: ["{{ raise_exception('not today') }}", /it says: not today/],
    broken: ['{% for %}', /./],
    loops: [
      '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}',
      /this converter gives up on it: it works too long/,
    ],
    range: ['{% for a in range(1000000000) %}{% endfor %}', /counts too far/],
    large: [
      `{% set ns = namespace(t='xxxxxxxxxxxxxxxx') %}{% for a in range(40) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}`,
      /more than 131072 characters/,
    ],
    unknown: ['{{ messages | nonsense }}', /this converter cannot run it/],
    deep: [`{{ ${'('.repeat(50000)}1${')'.repeat(50000)} }}`, /./],
  };
  for (const [name, [source, reason]] of Object.entries(bad)) {
    const { pieces, notes } = chatFromTemplate(source, null, tokenizer);
    assert.equal(pieces, null, name);
    assert.match(said(notes), reason, name);
  }
});

test('a template that forgets earlier turns serves single turns', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const { pieces, notes } = chatFromTemplate('Q: {{ messages[-1].content }}\nA:', null, tokenizer);
  assert.ok(pieces);
  assert.equal(pieces.later, null);
  assert.match(said(notes), /second turn/);
  assert.throws(() => tokenizer.encodeTurn(pieces.section, { user: 'x', later: true }), UsageError);
  assert.throws(
    () => tokenizer.encodeTurn(pieces.section, { user: 'x', later: true, system: 'y' }),
    UsageError,
  );
});

test('the template is looked for in its three places, strongest first', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const bytes = (value: unknown): Uint8Array =>
    new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
  const first = async (files: Record<string, unknown>): Promise<string | undefined> => {
    const folder = memoryFolder(
      'm',
      Object.fromEntries(Object.entries(files).map(([name, value]) => [name, bytes(value)])),
    );
    return (await folderChat(folder, tokenizer)).pieces?.first;
  };
  const jinja = { 'chat_template.jinja': 'A{{ messages[0].content }}\n' };
  const named = {
    chat_template: [
      { name: 'tool', template: 'T' },
      { name: 'default', template: 'B{{ messages[0].content }}' },
    ],
  };
  const old = { 'chat_template.json': { chat_template: 'C{{ messages[0].content }}' } };
  assert.equal(await first({ ...jinja, 'tokenizer_config.json': named, ...old }), 'A');
  assert.equal(await first({ 'tokenizer_config.json': named, ...old }), 'B');
  assert.equal(await first({ 'tokenizer_config.json': {}, ...old }), 'C');
  assert.equal(await first({ 'tokenizer_config.json': {} }), undefined);
});

test('a broken CHAT section is refused', async () => {
  const tokenizer = await openLlama('llama-legacy');
  const { pieces } = chatFromTemplate(LLAMA2, config({ bos_token: '<s>', eos_token: '</s>' }), tokenizer);
  assert.ok(pieces);
  assert.throws(() => tokenizer.encodeTurn(pieces.section.slice(0, -4), { user: 'x' }), FormatError);
  assert.throws(() => tokenizer.encodeTurn(new Uint8Array(), { user: 'x' }), FormatError);
  const offsets = [8, 16, 24, 32, 40];
  for (const at of [0, 7, ...offsets]) {
    const broken = pieces.section.slice();
    broken[at] = (broken[at] as number) ^ 4;
    assert.throws(() => tokenizer.encodeTurn(broken, { user: 'x' }), FormatError, `byte ${at}`);
  }
});
