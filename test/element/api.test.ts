/** What embedders are told about the element is what the element has: attributes, methods, events, slots, parts, colours. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STEPS } from '../../src/element/preset.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ELEMENT = path.join(ROOT, 'src/element');

interface Described {
  readonly name: string;
  readonly description?: string;
}

interface Member extends Described {
  readonly kind: string;
  readonly attribute?: string;
  readonly type?: { readonly text: string };
  readonly return?: { readonly type?: { readonly text: string } };
  readonly parameters?: readonly { readonly name: string; readonly type?: { readonly text: string } }[];
}

interface Declaration {
  readonly customElement?: boolean;
  readonly tagName?: string;
  readonly attributes: readonly (Described & { readonly type?: { readonly text: string } })[];
  readonly members: readonly Member[];
  readonly events: readonly (Described & { readonly type: { readonly text: string } })[];
  readonly slots: readonly Described[];
  readonly cssParts: readonly Described[];
  readonly cssProperties: readonly Described[];
  readonly cssStates: readonly Described[];
}

const manifest = JSON.parse(readFileSync(path.join(ROOT, 'custom-elements.json'), 'utf8')) as {
  readonly modules: readonly { readonly declarations: readonly Declaration[] }[];
};
const element = manifest.modules
  .flatMap((module) => module.declarations)
  .find((declaration) => declaration.customElement);
if (element === undefined) throw new Error('custom-elements.json describes no element');

/** All sources of the element as one text. */
const sources = readdirSync(ELEMENT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(path.join(ELEMENT, name), 'utf8'));

function found(pattern: RegExp): string[] {
  const names = sources.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return [...new Set(names)].sort();
}

function names(list: readonly Described[]): string[] {
  for (const { name, description } of list) assert.ok((description ?? '') !== '', `${name} is not explained`);
  return list.map(({ name }) => name).sort();
}

test('the tag has its name', () => {
  assert.equal(element.tagName, 'esp32-llm-converter');
});

test('the attributes of the tag, each with a type and an explanation', () => {
  const wanted = [
    'address',
    'asset-base',
    'board',
    'context',
    'effort',
    'firmware',
    'hub',
    'lang',
    'locked',
    'model',
    'no-network',
    'prompt',
    'scheme',
    'steps',
    'theme',
    'worker-url',
  ];
  assert.deepEqual(names(element.attributes), wanted);
  for (const { name, type } of element.attributes) assert.ok(type?.text, name);
  const properties = element.members.filter(({ attribute }) => attribute !== undefined);
  // `lang` is the browser's own property.
  assert.deepEqual(
    properties.map(({ attribute }) => attribute).sort(),
    wanted.filter((name) => name !== 'lang'),
  );
});

test('the methods, each with the types of what it takes and gives', () => {
  const methods = element.members.filter(({ kind, description }) => kind === 'method' && description);
  assert.deepEqual(names(methods), [
    'cancel',
    'connect',
    'convert',
    'flash',
    'image',
    'load',
    'reset',
    'send',
  ]);
  for (const { name, parameters, return: returned } of methods) {
    assert.match(returned?.type?.text ?? '', /^(?:void|Promise<.+>)$/, name);
    for (const parameter of parameters ?? []) assert.ok(parameter.type?.text, `${name}: ${parameter.name}`);
  }
});

test('every event class is announced, and every announced event has its class and its type', () => {
  const classes = readdirSync(path.join(ELEMENT, 'events')).map((file) => {
    const text = readFileSync(path.join(ELEMENT, 'events', file), 'utf8');
    const [, name] = /super\('([^']+)'/.exec(text) ?? [];
    const [, type] = /export class (\w+) extends Event/.exec(text) ?? [];
    assert.match(text, new RegExp(`'${name}': ${type};`), `${file}: HTMLElementEventMap`);
    return `${name} ${type}`;
  });
  assert.deepEqual(element.events.map(({ name, type }) => `${name} ${type.text}`).sort(), classes.sort());
  names(element.events);
});

test('every slot is documented, and each step can be reworded and explained', () => {
  const slots = names(element.slots);
  assert.deepEqual(found(/<slot name="([^"]+)"/g), slots);
  for (const step of STEPS) {
    assert.ok(slots.includes(`${step}-text`), step);
    // The first step's heading is the title's slot.
    assert.ok(slots.includes(step === 'choose' ? 'heading' : `${step}-heading`), step);
  }
});

test('every part and custom property is documented', () => {
  const parts = found(/part="([^"$]+)"/g).flatMap((value) => value.split(' '));
  const chosen = found(/part=\$\{[^}]*'(button(?: primary-button)?)'[^}]*\}/g).flatMap((value) =>
    value.split(' '),
  );
  assert.deepEqual([...new Set([...parts, ...chosen])].sort(), names(element.cssParts));
  assert.deepEqual(found(/var\((--esp32-llm-[a-z-]+)/g), names(element.cssProperties));
});

test('there is a custom state for every step', () => {
  const states = names(element.cssStates);
  assert.deepEqual(states, [...STEPS, 'converting', 'dragging', 'reading'].sort());
});
