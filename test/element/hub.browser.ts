/** A model of the Hugging Face Hub, from the name that is typed to the plan: the requests that a browser would send, and nothing besides. */
import { expect, html, waitUntil } from '@open-wc/testing';
import {
  expectRead,
  find,
  has,
  HUB,
  onPage,
  PATIENCE,
  playHub,
  typed,
  workElsewhere,
  type Asked,
} from './played-hub.js';

const REPOSITORY = 'someone/home-commands';
const MIRROR = 'https://mirror.example/hub';
const ELEMENT = html`<esp32-llm-converter></esp32-llm-converter>`;

describe('a model of the Hugging Face Hub', function () {
  this.timeout(2 * PATIENCE);
  let asked: Asked[];
  let stop: () => void;

  function play(hub?: string): void {
    asked = [];
    stop = playHub(asked, (repository) => repository === REPOSITORY, hub);
  }

  beforeEach(() => {
    localStorage.clear();
  });

  afterEach(() => {
    stop();
    workElsewhere();
    localStorage.clear();
  });

  it('is read by its name, at one commit, the weights by ranges', async () => {
    play();
    const element = await onPage(ELEMENT);
    await typed(element, REPOSITORY);
    expect(element.step).to.equal('fit');
    expect(element.plan?.fits).to.be.true;
    expectRead(asked, REPOSITORY);
    await element.convert();
    expect(element.step).to.equal('compare');
  });

  it('is opened again from the list of those that were opened before', async () => {
    play();
    const element = await onPage(ELEMENT);
    await typed(element, REPOSITORY);
    element.reset();
    await waitUntil(() => has(element, '.recent button'));
    const before = asked.length;
    find<HTMLButtonElement>(element, '.recent button').click();
    await waitUntil(() => element.step === 'fit', 'the plan', { timeout: PATIENCE });
    expect(asked[before]?.url).to.equal(`${HUB}/api/models/${REPOSITORY}/revision/main`);
  });

  it('that does not exist is told, with what to do', async () => {
    play();
    const element = await onPage(ELEMENT);
    await typed(element, 'someone/nothing');
    expect(element.step).to.equal('choose');
    expect(find(element, '.failure').textContent).to.contain('someone/nothing');
    expect(asked.length).to.be.greaterThan(0);
    expect(asked.every(({ url }) => url.includes('someone/nothing'))).to.be.true;
  });

  it('is asked of the mirror that the page names, and the Hub of nothing', async () => {
    play(MIRROR);
    const element = await onPage(html`<esp32-llm-converter hub="${MIRROR}/"></esp32-llm-converter>`);
    for (const address of [
      REPOSITORY,
      `hf:${REPOSITORY}`,
      `${HUB}/${REPOSITORY}`,
      `${MIRROR}/${REPOSITORY}`,
    ]) {
      asked.length = 0;
      await typed(element, address);
      expect(element.step, address).to.equal('fit');
      expectRead(asked, REPOSITORY, MIRROR);
      element.reset();
      await waitUntil(() => has(element, '#address'));
    }
  });

  it('is not asked for where the mirror that the page names is no address', async () => {
    play(MIRROR);
    const element = await onPage(html`<esp32-llm-converter hub="mailto:someone"></esp32-llm-converter>`);
    await typed(element, REPOSITORY);
    expect(find(element, '.failure').textContent).to.contain('attribute hub');
    expect(asked).to.deep.equal([]);
  });
});
