/** A board that the image does not fit: converted for in one press, or shown the models that fit it. */
import { expect, waitUntil } from '@open-wc/testing';
import { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { makePageImage } from '../../src/worker/flash-image.js';
import type { PlanJson } from '../../src/plan/plan.js';
import { samplePlan } from '../report/sample.js';
import { Pending, sampleResult } from './fake-converter.js';
import {
  MiB,
  PATIENCE,
  button,
  make,
  part,
  rendered,
  root,
  says,
  setStage,
  shown,
  stage,
  toFound,
} from './board-page.js';

setStage();

const FOUR_MB = { flashBytes: 4 * MiB, flashIdentity: 0x16_40c8 };

const unfit = (): PlanJson =>
  samplePlan({
    fits: false,
    advice: { problems: [{ code: 'flash', needed: 9_000_000, available: 4_000_000 }], remedies: [] },
  });

describe('a board that the image does not fit', function () {
  this.timeout(60_000);

  /** Images of what is converted for the first board ask for all of its flash. */
  beforeEach(() => {
    Esp32LlmConverter.imageMaker = async (result) => {
      const { board } = result.plan;
      const read = board === 'esp32-s3-n16r8' ? { flashBytes: 16 * MiB } : {};
      const firmware = new URL('/device-runtime/prebuilt/esp32s3/firmware.elf', location.href).href;
      const made = await makePageImage(result.package, { board, firmware, read });
      const file = new Blob(made.pieces() as Uint8Array<ArrayBuffer>[]);
      return { file, bytes: file.size, sha256: null, made };
    };
  });

  afterEach(() => {
    Esp32LlmConverter.imageMaker = null;
  });

  it('is converted for in one press and can be flashed then', async () => {
    const element = await make();
    await toFound(element, FOUR_MB);
    expect(shown(element)).to.contain('The flash is too small');
    await rendered(element, '#convert-for');
    expect(shown(element)).to.contain('like the ESP32-S3 N4R8').and.to.contain('with the same settings');
    expect(shown(element)).not.to.contain('smaller model');
    await expect(element).to.be.accessible();
    const { package: bytes } = sampleResult();
    const { conversion } = stage.converter;
    stage.converter.nextPlan = async () => samplePlan({ board: 'esp32-s3-n4r8' });
    part(element, '#convert-for').click();
    await waitUntil(() => element.step === 'converting', 'it is not converted', PATIENCE);
    await waitUntil(() => stage.converter.conversion !== conversion, 'nothing is asked for', PATIENCE);
    expect(stage.converter.settings.at(-1)?.board).to.equal('esp32-s3-n4r8');
    const again = new Uint8Array(await (await fetch('/test/fixtures/console/chat.s3lm')).arrayBuffer());
    expect(again.length).not.to.equal(bytes.length);
    stage.converter.conversion.resolve(
      sampleResult({ package: again, plan: samplePlan({ board: 'esp32-s3-n4r8' }) }),
    );
    await says(element, 'This board can be flashed');
    expect(element.step).to.equal('flash');
    button(element, 'Flash this board').click();
    await says(element, 'Flashed and checked');
  });

  it('is told which settings change where the same do not fit', async () => {
    const element = await make();
    let asked = 0;
    stage.converter.nextPlan = async () => (asked++ === 0 ? unfit() : samplePlan({ board: 'esp32-s3-n4r8' }));
    await toFound(element, FOUR_MB);
    await says(element, 'With the settings of before');
  });

  it('leads to models that fit where none of this one does', async () => {
    const element = await make();
    stage.converter.nextPlan = async () => unfit();
    await toFound(element, FOUR_MB);
    await says(element, 'however it is converted');
    expect(root(element).querySelector('#convert-for')).to.equal(null);
    button(element, 'See models that fit').click();
    await rendered(element, 'dialog.gallery select');
    expect(part<HTMLSelectElement>(element, 'dialog.gallery select').value).to.equal('esp32-s3-n4r8');
    part<HTMLDialogElement>(element, 'dialog.gallery').close();
    await element.updateComplete;
    expect(element.step, 'closing it loses nothing').to.equal('flash');
  });

  it('has no such button where the page has settled the board, or permits no models elsewhere', async () => {
    const settled = await make({ locked: 'board' });
    await toFound(settled, FOUR_MB);
    await says(settled, 'The flash is too small');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(root(settled).querySelector('.other-board')).to.equal(null);
    settled.remove();
    stage.serial.ports = [];
    const alone = await make();
    alone.noNetwork = true;
    stage.converter.nextPlan = async () => unfit();
    stage.converter.inspection = new Pending();
    stage.converter.conversion = new Pending();
    await toFound(alone, FOUR_MB);
    await says(alone, 'however it is converted');
    expect(root(alone).querySelector('.other-board button')).to.equal(null);
  });

  it('asks for no name of the board where there is only one, and offers no other way while it writes', async () => {
    const element = await make();
    await toFound(element);
    await says(element, 'This board can be flashed');
    expect(part<HTMLDetailsElement>(element, '.board-name').open).to.equal(false);
    const verdict = part(element, '.notice.good').getBoundingClientRect().top;
    expect(verdict).to.be.lessThan(part(element, 'table.found').getBoundingClientRect().top);
    button(element, 'Flash this board').click();
    await rendered(element, '.flash progress');
    expect(shown(element)).not.to.contain('Without this page');
    await says(element, 'Flashed and checked');
    expect(shown(element)).to.contain('Without this page');
  });
});
