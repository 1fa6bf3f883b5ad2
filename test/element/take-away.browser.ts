/** What a person takes away is what the page showed and what a board would be flashed with. */
import { expect } from '@open-wc/testing';
import { unzipSync } from 'fflate';
import { samplePlan } from '../report/sample.js';
import { button, converted, make, rendered, setStage } from './board-page.js';
import { saved } from './saved.js';

setStage();

async function bytes(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

describe('what is taken away', function () {
  this.timeout(60_000);

  it('parts and manifest lie at the offsets of the image, and are its bytes', async () => {
    const element = await make();
    await converted(element);
    button(element, 'Take').click();
    await rendered(element, '.digest');
    const image = await bytes(await element.image());
    const { name, blob } = await saved(() => button(element, 'Download parts').click());
    expect(name).to.equal('home-commands-esp32-s3-n16r8-parts.zip');
    const files = unzipSync(await bytes(blob));
    const inside = Object.keys(files);
    const manifestName = inside.find((path) => path.endsWith('manifest.json'));
    expect(manifestName, inside.join()).to.be.a('string');
    const folder = (manifestName ?? '').replace(/[^/]*$/, '');
    const manifest = JSON.parse(new TextDecoder().decode(files[manifestName ?? ''])) as {
      builds: { chipFamily: string; parts: { path: string; offset: number }[] }[];
    };
    const [build] = manifest.builds;
    expect(build?.chipFamily).to.equal('ESP32-S3');
    expect(build?.parts.length).to.be.greaterThan(1);
    for (const { path, offset } of build?.parts ?? []) {
      const part = files[`${folder}${path}`];
      if (part === undefined) throw new Error(`${path} is not among ${inside.join()}`);
      expect(part.length).to.be.greaterThan(0);
      // Compared as a truth: a difference would print whole files.
      const same = part.every((byte, index) => byte === image[offset + index]);
      expect(same, `${path} at ${offset}`).to.be.true;
    }
  });

  it('the image has the digest that is shown', async () => {
    const element = await make();
    await converted(element);
    button(element, 'Take').click();
    await rendered(element, '.digest');
    const { blob } = await saved(() => button(element, 'Download image').click());
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(element.shadowRoot?.querySelector('.digest')?.textContent.trim()).to.equal(hex);
  });

  it('the report says as data and as a page what the element shows', async () => {
    const element = await make();
    await converted(element);
    const { report } = element;
    if (report === null) throw new Error('no report');
    const json = await saved(() => button(element, 'Report as JSON').click());
    const data = JSON.parse(await json.blob.text()) as { report: typeof report };
    expect(data.report).to.deep.equal(JSON.parse(JSON.stringify(report)));
    const page = await saved(() => button(element, 'Report as HTML').click());
    const document = new DOMParser().parseFromString(await page.blob.text(), 'text/html');
    expect(document.querySelector('parsererror')).to.equal(null);
    expect(document.documentElement.lang).to.equal('en');
    expect(document.querySelectorAll('table').length).to.be.greaterThan(0);
    expect(document.querySelectorAll('script, link, img[src^="http"]').length, 'it stands alone').to.equal(0);
  });

  it('says of a model that does not fit what would help', async () => {
    const element = await make();
    await converted(element, {
      plan: samplePlan({
        fits: false,
        advice: {
          problems: [{ code: 'flash', needed: 40 << 20, available: 15 << 20 }],
          remedies: [{ code: 'smaller-model' }, { code: 'context', context: 96 }],
        },
      }),
    });
    button(element, 'Change settings').click();
    await rendered(element, '.remedies');
    const text = element.shadowRoot?.querySelector('.remedies')?.textContent ?? '';
    expect(text).to.contain('smaller model').and.to.contain('96 tokens');
  });
});
