// What the demo pages share: their own words in the element's languages, and where the rest of the project is.
const LANGUAGES = { en: 'English', es: 'Español', 'zh-Hans': '中文' };

const KEY = 'esp32-llm-converter.demo.language';

/** Words of the page as it was written, by the element that has them. */
const english = new Map();

const menu = document.querySelector('nav');
const about = document.createElement('div');
about.className = 'about';
about.append(languageSelect(), await projectLinks());
menu.append(about);
await speak(wanted());

/** The language that was chosen here, else the first of the browser's that there is. */
function wanted() {
  const asked = new URLSearchParams(location.search).get('lang') ?? stored();
  const all = [asked, ...navigator.languages].filter((tag) => typeof tag === 'string');
  for (const tag of all) {
    const found = Object.keys(LANGUAGES).find(
      (known) => known.split('-')[0] === tag.split('-')[0].toLowerCase(),
    );
    if (found) return found;
  }
  return 'en';
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function languageSelect() {
  const label = document.createElement('label');
  const select = document.createElement('select');
  select.id = 'page-language';
  for (const [tag, name] of Object.entries(LANGUAGES)) select.add(new Option(name, tag));
  const name = document.createElement('span');
  name.dataset.t = 'language';
  name.textContent = 'Language';
  label.append(name, ' ', select);
  select.value = wanted();
  select.addEventListener('change', () => {
    try {
      localStorage.setItem(KEY, select.value);
    } catch {
      // Not kept, then.
    }
    void speak(select.value);
  });
  return label;
}

/** Documentation, source, licence and version, as the package says. */
async function projectLinks() {
  const list = document.createElement('ul');
  const add = (key, text, href) => {
    const item = list.appendChild(document.createElement('li'));
    const link = item.appendChild(document.createElement('a'));
    link.href = href;
    link.textContent = text;
    if (key) link.dataset.t = key;
  };
  add('docs', 'Documentation', '../docs/README.md');
  try {
    const { version, repository } = await (await fetch('../package.json')).json();
    add('source', 'Source', repository.url.replace(/^git\+|\.git$/g, ''));
    add('licence', 'MIT licence', '../LICENSE');
    add('', `${version}`, '../CHANGELOG.md');
  } catch {
    add('licence', 'MIT licence', '../LICENSE');
  }
  return list;
}

/** Says the page's own words in a language; the element takes it from the page. */
async function speak(language) {
  const words = language === 'en' ? {} : (await import(`./words-${language}.js`)).words;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('esp32-llm-converter')) element.lang = language;
  for (const element of document.querySelectorAll('[data-t]')) {
    if (!english.has(element)) english.set(element, [...element.childNodes]);
    const text = words[element.dataset.t];
    element.replaceChildren(...(text === undefined ? english.get(element) : marked(text)));
    // What nobody has put into this language stays what it is.
    if (text === undefined && language !== 'en') element.lang = 'en';
    else element.removeAttribute('lang');
  }
  document.dispatchEvent(new CustomEvent('demo-language', { detail: language }));
}

/** Text with `code` between backticks. */
function marked(text) {
  return text.split('`').map((piece, index) => {
    if (index % 2 === 0) return document.createTextNode(piece);
    const code = document.createElement('code');
    code.textContent = piece;
    return code;
  });
}
