/** The template interpreter: what Jinja2 has and the library lacks, and what no template may take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadline } from '../../src/cli/deadline.js';
import { LimitError } from '../../src/tokenizer/jinja/budget.js';
import { ChatTemplate } from '../../src/tokenizer/template.js';

/** Template and text, as Jinja2 3.1.6 renders it on 26 July 2024. */
const RENDERED: readonly (readonly [string, string])[] = [
  ["{{ '%s and %s' % ('a', 2) }}", 'a and 2'],
  ["{{ '%s' % 'x' }}", 'x'],
  ["{{ '%5d|%-5d|%05d|%+d' % (7, 7, -7, 7) }}", '    7|7    |-0007|+7'],
  ["{{ '%.2f %f %5.1f' % (1.005, 2, 3.14159) }}", '1.00 2.000000   3.1'],
  ["{{ '%x %X %%' % (255, 255) }}", 'ff FF %'],
  ["{{ '%(a)s-%(b)d' % {'a': 'p', 'b': 4} }}", 'p-4'],
  ["{{ '%s %s %s' % (true, none, 1.0) }}", 'True None 1.0'],
  ["{{ '%-6s|%6s|%.2s' % ('ab', 'cd', 'efg') }}", 'ab    |    cd|ef'],
  ['{{ 7 % 4 }} {{ (9 - 2) % 4 }} {{ 7.5 % 2 }}', '3 3 1.5'],
  ["{{ 'User: %s' | format('me') }}", 'User: me'],
  ["{{ '{} {}'.format('a', 1) }}", 'a 1'],
  ["{{ '{1}{0}{1}'.format('a', 'b') }}", 'bab'],
  ["{{ '{name}: {n:03d}'.format(name='x', n=7) }}", 'x: 007'],
  ["{{ '{:>5}|{:<5}|{:^5}|{:*^7}'.format('a','b','c','d') }}", '    a|b    |  c  |***d***'],
  ["{{ '{:.3f} {:8.2f} {:+d} {:x}'.format(3.14159, 2.5, 3, 255) }}", '3.142     2.50 +3 ff'],
  ["{{ '{{}} {}'.format('z') }}", '{} z'],
  ["{{ '{:5}|{:5}'.format(1, 'a') }}", '    1|a    '],
  ["{{ '{!s}'.format(2) }}", '2'],
  ["{{ '{}'.format(true) }}{{ '{}'.format(1.0) }}", 'True1.0'],
  [
    "{{ strftime_now('%Y-%m-%d %d %b %Y %A, %B %d %H:%M:%S %j %y %a %e %I %p %% %F %T %D %-d') }}",
    '2024-07-26 26 Jul 2024 Friday, July 26 00:00:00 208 24 Fri 26 12 AM % 2024-07-26 00:00:00 07/26/24 26',
  ],
];

for (const [source, text] of RENDERED) {
  test(`as Jinja2: ${source}`, () => {
    assert.equal(new ChatTemplate(source, {}).render([]), text);
  });
}

test('a format that is not read is an error, not another text', () => {
  for (const source of [
    "{{ '%q' % 1 }}",
    "{{ '%s %s' % 'a' }}",
    "{{ '%s' % ('a', 'b') }}",
    "{{ '%d' % 'a' }}",
    "{{ '{0.real}'.format(1) }}",
    "{{ '{:,}'.format(1000) }}",
    "{{ '{'.format(1) }}",
    "{{ '{} {}'.format(1) }}",
    "{{ '%2000d' % 1 }}",
  ])
    assert.throws(() => new ChatTemplate(source, {}).render([]), Error, source);
});

const grown = `{% set ns = namespace(a='xxxxxxxx') %}{% for i in range(13) %}{% set ns.a = ns.a + ns.a %}{% endfor %}`;

/** Each would take minutes, or all memory, where only evaluations are counted. */
const HOSTILE: Readonly<Record<string, string>> = {
  'nested JSON': `{% set a = {'a':1} %}${"{% set a = {'a':a,'b':a} %}".repeat(40)}{{ a|tojson }}`,
  'nested text': `{% set a = ['x'] %}${'{% set a = [a,a] %}'.repeat(40)}{{ a ~ '' }}`,
  'nested comparison': `{% set a = ['x'] %}${'{% set a = [a,a] %}'.repeat(40)}{{ a == 'x' }}`,
  'a namespace in itself': '{% set n = namespace(a=1) %}{% set n.a = n %}{{ n }}',
  loops: '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}',
  sorting: `{% set ns = namespace(a=['${'x'.repeat(60000)}']) %}{% for i in range(20) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a | sort | length }}`,
  replacing: `${grown}{{ ns.a | replace('', ns.a) }}`,
  'replacing by method': `${grown}{{ ns.a.replace('', ns.a) }}`,
  'replacing by a computed name': `${grown}{% set f = 'replace' %}{{ ns.a[f]('', ns.a) }}`,
  'replacing by another name': `${grown}{% set f = ns.a.replace %}{{ f('', ns.a) }}`,
  'replacing a block': `${grown}{% filter replace('x', ns.a) %}{{ ns.a }}{% endfilter %}`,
  joining: `{{ '${'a'.repeat(99999)}'.split('a') | join('${'b'.repeat(99999)}') }}`,
  indenting: "{{ 'a\nb' | indent(100000000) }}",
  'indented JSON': "{{ {'a':{'b':1}} | tojson(indent=100000000) }}",
  'deep indented JSON':
    '{% set ns = namespace(a=1) %}{% for i in range(500) %}{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a | tojson(indent=1000) }}',
  formatting: `{% set a = 'x' * 100000 %}{{ ('{0}' * 20000).format(a) }}`,
  'formatting by percent': `{% set a = {'a': 'x' * 100000} %}{{ ('%(a)s' * 20000) % a }}`,
  'attributes of attributes': `{{ range(9999) | map('string') | map(attribute='0${'.0'.repeat(60000)}') | list }}`,
  'what is unique': "{{ range(9999) | map('string') | unique | list | length }}",
  'white space': `{{ 'a' }}${' '.repeat(250000)}b`,
};

for (const [name, source] of Object.entries(HOSTILE)) {
  test(`hostile: ${name}`, () => {
    const begun = performance.now();
    assert.throws(() => new ChatTemplate(source, {}).render([]), LimitError);
    assert.ok(performance.now() - begun < 4000);
  });
}

test('white space that is stripped anyhow may be as long as it likes', () => {
  const source = `a${' '.repeat(200000)}{%- if 1 %}b{% endif -%}${'\n'.repeat(50000)}c`;
  assert.equal(new ChatTemplate(source, {}).render([]), 'abc');
  assert.equal(new ChatTemplate(`{% if${' '.repeat(250000)}1 %}b{% endif %}`, {}).render([]), 'b');
});

test('all renderings of a template share one budget', () => {
  const source = `{% for a in range(9999) %}{% endfor %}{{ messages[0].content }}`;
  const template = new ChatTemplate(source, {});
  assert.throws(() => {
    for (let n = 0; n < 1000; n++) template.render([{ role: 'user', content: String(n) }]);
  }, LimitError);
});

test('a deadline from outside holds whatever the interpreter does', () => {
  // What a builtin would be that nobody has thought of: it does not return.
  const endless = (): never => {
    for (;;);
  };
  const template = new ChatTemplate('{{ endless() }}', { endless }, deadline);
  const begun = performance.now();
  assert.throws(() => template.render([]), /works too long/);
  const took = performance.now() - begun;
  assert.ok(took > 1500 && took < 6000, `${took} ms`);
});
