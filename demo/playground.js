// Lists the element's events, and writes the form into its attributes.
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
const html = document.getElementById('html');

function apply() {
  for (const { name, type, value, checked } of form.elements) {
    // A box stands for an attribute without a value.
    if (type === 'checkbox') element.toggleAttribute(name, checked);
    else if (value === '') element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
  const given = [...element.attributes]
    .map(({ name, value }) => (value === '' ? ` ${name}` : ` ${name}="${value}"`))
    .join('');
  html.textContent = `<esp32-llm-converter${given}></esp32-llm-converter>`;
}

form.addEventListener('input', apply);
form.addEventListener('submit', (event) => {
  event.preventDefault();
});
apply();
