/** The course: each lesson's settled element, and that what its answers claim is what that element shows. Needs `npm run build`. */
import { expect, waitUntil } from '@open-wc/testing';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import type { MemoryName } from '../../src/plan/plan.js';
import { formatBytes, formatCount, formatPercent } from '../../src/shared/format.js';
import { LANGUAGES, type Language } from '../../src/shared/languages.js';

/** The first conversion on a slow machine compiles and loads everything. */
const PATIENCE = 120_000;

let frame: HTMLIFrameElement;

async function openPage(name: string, width = 1000): Promise<Document> {
  frame = document.createElement('iframe');
  frame.title = name;
  frame.width = String(width);
  frame.height = '900';
  frame.src = `/demo/${name}.html`;
  document.body.append(frame);
  await waitUntil(
    () => frame.contentDocument?.querySelector('.about a[href*=LICENSE]'),
    `${name} did not come up`,
    { timeout: PATIENCE },
  );
  return frame.contentDocument as Document;
}

async function openLesson(number: number): Promise<Esp32LlmConverter> {
  const page = await openPage(`course-${number}`);
  const element = page.querySelector('esp32-llm-converter') as Esp32LlmConverter;
  await waitUntil(() => element.plan !== null && element.plan !== undefined, 'nothing was planned', {
    timeout: PATIENCE,
  });
  return element;
}

const root = (element: Esp32LlmConverter): ShadowRoot => element.shadowRoot as ShadowRoot;

async function seen<T extends Element = HTMLElement>(
  element: Esp32LlmConverter,
  selector: string,
): Promise<T> {
  await waitUntil(
    () => {
      const failure = root(element).querySelector('.failure');
      if (failure) throw new Error(failure.textContent);
      return root(element).querySelector(selector) !== null;
    },
    `no ${selector} in ${element.step}`,
    { timeout: PATIENCE },
  );
  return root(element).querySelector(selector) as T;
}

/** Says something to the engine in the page; gives the tokens of the answer. */
async function say(element: Esp32LlmConverter, prompt: string): Promise<number> {
  const before = root(element).querySelectorAll('.turns li').length;
  const box = await seen<HTMLTextAreaElement>(element, '#board-prompt');
  box.value = prompt;
  box.dispatchEvent(new Event('input'));
  await element.updateComplete;
  (await seen(element, '.talk form [type="submit"]')).click();
  const line = (): string => root(element).querySelectorAll('.turns li')[before]?.textContent ?? '';
  const isIdle = (): boolean => root(element).querySelector('.talk form .primary') !== null;
  await waitUntil(() => isIdle() && line().includes('tokens'), 'no answer', { timeout: PATIENCE });
  return Number(/(\d+) tokens/.exec(line())?.[1]);
}

/** What a lesson answers in a language. */
async function answers(number: number, language: Language): Promise<string> {
  const page = frame.contentDocument as Document;
  const select = page.querySelector('#page-language') as HTMLSelectElement;
  select.value = language;
  select.dispatchEvent(new Event('change'));
  await waitUntil(() => page.documentElement.lang === language, language, { timeout: PATIENCE });
  expect(page.querySelector(`[data-t="course-${number}-title"]`)).not.to.equal(null);
  return [...page.querySelectorAll('.questions')].map(({ textContent }) => textContent).join('\n');
}

/** Holds that figures stand in the answers of every language, as that language writes them. */
async function expectClaims(
  number: number,
  claims: (language: Language) => readonly string[],
): Promise<void> {
  for (const language of LANGUAGES) {
    const told = await answers(number, language);
    for (const claim of claims(language)) expect(told, `${language}: ${claim}`).to.include(claim);
  }
}

/** What axe finds in the page of the frame; the element inside has tests of its own. */
async function faults(): Promise<string[]> {
  const page = frame.contentDocument as Document;
  const script = page.createElement('script');
  script.src = '/node_modules/axe-core/axe.min.js';
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
    page.head.append(script);
  });
  const { axe } = frame.contentWindow as unknown as {
    readonly axe: {
      run(
        context: object,
      ): Promise<{ readonly violations: readonly { readonly id: string; readonly help: string }[] }>;
    };
  };
  const { violations } = await axe.run({ include: ['main'], exclude: ['esp32-llm-converter'] });
  return violations.map(({ id, help }) => `${id}: ${help}`);
}

const used = (element: Esp32LlmConverter, memory: MemoryName): number => {
  const use = element.plan?.memories.find((one) => one.memory === memory);
  return (use?.weights ?? 0) + (use?.cache ?? 0) + (use?.scratch ?? 0);
};

describe('the course', function () {
  this.timeout(3 * PATIENCE);

  beforeEach(() => {
    localStorage.setItem('esp32-llm-converter.demo.language', 'en');
  });

  afterEach(() => {
    localStorage.removeItem('esp32-llm-converter.demo.language');
    frame.remove();
  });

  for (const name of [
    'course',
    'course-1',
    'course-2',
    'course-3',
    'course-4',
    'course-5',
    'course-teacher',
  ]) {
    it(`${name}.html is accessible, fits a phone, and leads on`, async () => {
      const page = await openPage(name, 320);
      if (name === 'course-teacher')
        await waitUntil(() => page.querySelectorAll('.questions').length === 5, 'not all lessons');
      expect(page.documentElement.scrollWidth).to.be.at.most(320);
      expect(page.querySelector('[aria-current]')?.getAttribute('href')).to.equal('course.html');
      expect(await faults(), 'axe').to.deep.equal([]);
      const links = [...page.querySelectorAll<HTMLAnchorElement>('main :is(p, h2) a')].map(
        ({ href }) => href,
      );
      expect(links).not.to.be.empty;
      for (const link of links) expect((await fetch(link)).ok, link).to.be.true;
    });
  }

  it('the teacher’s page has every question of the lessons with its answer, in every language', async () => {
    const page = await openPage('course-teacher');
    await waitUntil(() => page.querySelectorAll('.questions').length === 5, 'not all lessons', {
      timeout: PATIENCE,
    });
    const [one] = [...page.querySelectorAll<HTMLDetailsElement>('.questions details')];
    expect(page.querySelectorAll('.questions details[open]')).to.have.length(15);
    const english = one?.textContent;
    for (const language of ['es', 'zh-Hans'] as const) {
      await answers(1, language);
      expect(one?.textContent).not.to.equal(english);
      expect(page.querySelectorAll('[data-t][lang=en]')).to.have.length(0);
    }
  });

  it('1, tokens: answers have as many as is said, and the list has room for so many', async () => {
    const element = await openLesson(1);
    (await seen(element, '[value=page]')).click();
    expect(await say(element, 'turn on the light in the kitchen')).to.equal(14);
    expect(await say(element, 'what is the capital of Norway?')).to.equal(6);
    const { plan } = element;
    await expectClaims(1, (language) => ['14', '6', formatCount(plan?.vocabulary ?? 0, language)]);
  });

  it('2, a model: its numbers, bytes and layers', async () => {
    const element = await openLesson(2);
    const { plan } = element;
    const parameters = plan?.parameters ?? 0;
    const facts = (await seen(element, '.facts')).textContent;
    expect(facts).to.include(formatBytes(2 * parameters));
    expect(facts).to.match(/\b5\b/);
    await expectClaims(2, (language) => [
      formatCount(parameters, language),
      formatCount(2 * parameters, language),
      formatBytes(2 * parameters, language),
      '5',
    ]);
    // All but what the lesson is about is settled.
    expect([...root(element).querySelectorAll('.fit :is(input, select):not(:disabled)')]).to.deep.equal([]);
  });

  it('3, quantization: sizes and agreement of both ways', async () => {
    const element = await openLesson(3);
    await element.convert();
    const eight = element.report;
    const bytes = element.package?.length ?? 0;
    element.setAttribute('scheme', 'int4 group:32');
    await element.load();
    await waitUntil(() => element.step === 'fit', 'the settings', { timeout: PATIENCE });
    await element.convert();
    const four = element.report;
    const share = (report: typeof eight): number => report?.top1 ?? NaN;
    expect((four?.kl.mean ?? 0) / (eight?.kl.mean ?? 0)).to.be.greaterThan(50);
    await expectClaims(3, (language) => [
      formatBytes(bytes, language),
      formatBytes(element.package?.length ?? 0, language),
      formatPercent(share(eight), 1, language),
      formatPercent(share(four), 1, language),
    ]);
  });

  it('4, memory: what lies in SRAM, and how fast it is without PSRAM', async () => {
    const element = await openLesson(4);
    const rate = element.plan?.predictedTokensPerSecond ?? 0;
    const sram = used(element, 'sram');
    const capacity = element.plan?.memories.find(({ memory }) => memory === 'sram')?.capacity ?? 0;
    const inSram = element.plan?.memories.find(({ memory }) => memory === 'sram')?.weights ?? 0;
    expect(inSram / (element.plan?.weightBytes ?? 0)).to.be.within(0.31, 0.36);
    const select = await seen<HTMLSelectElement>(element, '#board');
    expect(select.disabled).to.be.false;
    select.value = 'esp32-s3-n4';
    select.dispatchEvent(new Event('change'));
    await waitUntil(() => element.plan?.board === 'esp32-s3-n4', 'not planned', { timeout: PATIENCE });
    const without = element.plan?.predictedTokensPerSecond ?? 0;
    expect(without / rate).to.be.within(0.33, 0.4);
    await expectClaims(4, (language) => [
      formatBytes(sram, language),
      formatBytes(capacity, language),
      String(Math.round(rate)),
      String(Math.round(without)),
    ]);
  });

  it('5, a lamp: the drawn lamp follows, and what is unknown moves nothing', async () => {
    const element = await openLesson(5);
    (await seen(element, '[value=page]')).click();
    const { value } = await seen<HTMLTextAreaElement>(element, '#board-prompt');
    expect(value).to.equal('turn on the light in the kitchen');
    await say(element, 'turn on the light in the kitchen');
    const lamp = await seen(element, 'svg.home .lamp');
    expect(lamp.classList.contains('on')).to.be.true;
    await say(element, 'turn off the light in the kitchen');
    await waitUntil(
      () => !root(element).querySelector('svg.home .lamp')?.classList.contains('on'),
      'it is on',
    );
    await say(element, 'what is the capital of Norway?');
    const raw = [...root(element).querySelectorAll('.turns details.raw')].map(
      ({ textContent }) => textContent,
    );
    expect(raw[0]).to.match(/"do":"on","dev":"lamp","room":"kitchen"/);
    expect(raw.at(-1)).to.include('{"do":"unknown"}');
    await expectClaims(5, () => ['on', 'lamp', 'kitchen', '{"do":"unknown"}']);
  });
});
