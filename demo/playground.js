// Writes the form into the element's attributes, colours and slots, shows that as HTML, and lists the element's events.
import { BOARDS, DEFAULT_BOARD_ID, VERSION } from '../dist/index.js';

const EVENTS = ['state', 'plan', 'progress', 'report', 'image', 'board', 'flash', 'token', 'error'];

/** Rows that are kept: a conversion tells of its progress twenty times a second. */
const MOST = 200;

const element = document.querySelector('esp32-llm-converter');
const rows = document.getElementById('events');

for (const name of EVENTS) {
  element.addEventListener(`esp32-llm-${name}`, (event) => {
    const row = rows.insertRow(0);
    row.dataset.event = event.type;
    const title = document.createElement('th');
    title.scope = 'row';
    title.textContent = event.type;
    const fields = document.createElement('code');
    fields.textContent = describe(event);
    row.append(title);
    row.insertCell().append(fields);
    while (rows.rows.length > MOST) rows.deleteRow(-1);
  });
}

/** The event's own fields, large ones by their kind. */
function describe(event) {
  const own = Object.keys(event).filter((key) => key !== 'isTrusted');
  return own.map((key) => `${key}: ${brief(event[key])}`).join(', ');
}

function brief(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Blob) return `Blob of ${value.size} bytes`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  const text = JSON.stringify(value, (key, inner) =>
    key !== '' && (ArrayBuffer.isView(inner) || Array.isArray(inner)) ? `${inner.length} items` : inner,
  );
  return text === undefined ? 'undefined' : text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

const form = document.getElementById('attributes');
const board = form.elements.board;
board.add(new Option(`${BOARDS.find(({ id }) => id === DEFAULT_BOARD_ID).name}`, ''));
for (const { id, name, refused } of BOARDS)
  if (refused === null && id !== DEFAULT_BOARD_ID) board.add(new Option(`${name} (${id})`, id));

/** What the attributes are by the form: text, `true` for one without a value, absent for none. */
function attributes() {
  const value = (name) => form.elements[name].value.trim();
  const ticked = (name) => [...form.querySelectorAll(`[name=${name}]`)].filter(({ checked }) => checked);
  const all = [...form.querySelectorAll('[name=steps]')];
  const steps = ticked('steps');
  const locked = ticked('locked');
  const words = (boxes) => boxes.map((box) => box.value).join(' ');
  const isAll = (boxes, name) => boxes.length === form.querySelectorAll(`[name=${name}]`).length;
  const given = {
    lang: value('lang'),
    theme: value('theme'),
    model: value('model'),
    board: value('board'),
    scheme: [...form.querySelectorAll('[data-attribute=scheme]')]
      .map((field) => field.value)
      .filter((word) => word !== '')
      .join(' '),
    context: value('context'),
    effort: value('effort'),
    prompt: value('prompt'),
    steps: steps.length === all.length ? '' : words(steps),
    locked: isAll(locked, 'locked') ? true : words(locked),
    'no-network': form.elements['no-network'].checked,
    address: form.elements.address.checked,
    hub: value('hub'),
    firmware: value('firmware'),
    'asset-base': value('asset-base'),
    'worker-url': value('worker-url'),
  };
  return Object.entries(given).filter(([, text]) => text !== '' && text !== false);
}

/** Custom properties that were set. */
function properties() {
  const radius = form.elements['--esp32-llm-radius'].value;
  const colours = [...form.querySelectorAll('[data-colour]')]
    .filter(({ checked }) => checked)
    .map(({ dataset }) => [dataset.colour, form.elements[dataset.colour].value]);
  return radius === '' ? colours : [...colours, ['--esp32-llm-radius', `${radius}rem`]];
}

/** Texts that were written, by their slots. */
function slots() {
  return [...form.querySelectorAll('[data-slot]')]
    .map(({ dataset, value }) => [dataset.slot, value.trim()])
    .filter(([, text]) => text !== '');
}

/** The element that holds a slot's text: a heading where the element has one. */
const slotTag = (slot) => (slot === 'heading' ? 'h2' : slot.endsWith('-heading') ? 'span' : 'p');

function apply() {
  const wanted = new Map(attributes());
  // What the page says in the element's language is the page's own choice.
  if (!wanted.has('lang')) wanted.set('lang', document.documentElement.lang);
  const known = [
    'lang',
    'theme',
    'model',
    'board',
    'scheme',
    'context',
    'effort',
    'prompt',
    'steps',
    'locked',
  ];
  const all = [...known, 'no-network', 'address', 'hub', 'firmware', 'asset-base', 'worker-url'];
  for (const name of all) {
    const value = wanted.get(name);
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.removeAttribute('style');
  for (const [name, value] of properties()) element.style.setProperty(name, value);
  for (const old of element.querySelectorAll('[slot]')) old.remove();
  for (const [slot, text] of slots()) {
    const child = document.createElement(slotTag(slot));
    child.slot = slot;
    child.textContent = text;
    element.append(child);
  }
  document.getElementById('html').textContent = snippet();
  document.getElementById('kit').textContent = kit();
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Script, colours and tag. */
function snippet() {
  const from = {
    own: '<script type="module" src="/esp32-llm-converter/define.js"></script>',
    cdn: `<script type="module" src="https://cdn.example/esp32-llm-converter@${VERSION}/dist/define.js" crossorigin></script>`,
    bundle: '<script src="esp32-llm-converter.bundle.js"></script>',
  }[document.getElementById('from').value];
  const looks = properties().map(([name, value]) => `    ${name}: ${value};\n`);
  const style =
    looks.length === 0 ? '' : `<style>\n  esp32-llm-converter {\n${looks.join('')}  }\n</style>\n`;
  const given = attributes().map(([name, value]) =>
    value === true ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  );
  const inside = slots().map(([slot, text]) => {
    const tag = slotTag(slot);
    return `  <${tag} slot="${slot}">${escaped(text)}</${tag}>\n`;
  });
  const body = inside.length === 0 ? '' : `\n${inside.join('')}`;
  return `${from}\n${style}<esp32-llm-converter${given.join('')}>${body}</esp32-llm-converter>`;
}

/** A word of a command line. */
const quoted = (text) => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What of it a kit takes; the model of a kit is a folder. */
function kit() {
  const given = new Map(attributes());
  const options = ['board', 'scheme', 'context', 'prompt', 'lang', 'firmware'].flatMap((name) =>
    given.has(name) ? [`--${name}`, quoted(given.get(name))] : [],
  );
  return ['esp32-llm-converter kit MODEL-FOLDER -o kit', ...options].join(' ');
}

const said = document.getElementById('said');
for (const button of document.querySelectorAll('[data-copy]'))
  button.addEventListener('click', async () => {
    const code = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(code.textContent);
      say('play-copied', 'Copied.');
    } catch {
      getSelection().selectAllChildren(code);
      say('play-by-hand', 'This page may not use the clipboard: it is selected, copy it yourself.');
    }
  });

async function say(key, english) {
  const { lang } = document.documentElement;
  const words = lang === 'en' ? {} : (await import(`./words-${lang}.js`)).words;
  said.textContent = '';
  // The same sentence twice is read out twice.
  setTimeout(() => {
    said.textContent = words[key] ?? english;
  });
}

document.getElementById('again').addEventListener('click', () => {
  element.reset();
});
document.getElementById('from').addEventListener('change', apply);
document.addEventListener('demo-language', apply);
form.addEventListener('input', (event) => {
  // A colour that is chosen is meant.
  if (event.target.type === 'color')
    form.querySelector(`[data-colour="${event.target.name}"]`).checked = true;
  apply();
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
});
apply();
