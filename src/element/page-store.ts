/** The store with an element around it: where its work, its images and its words come from, and who hears of it. */
import type { ConvertResult } from '../worker/jobs.js';
import type { BoardImage } from './board-image.js';
import type { EventQueue } from './event-queue.js';
import { Esp32LlmErrorEvent } from './events/error-event.js';
import { Esp32LlmImageEvent } from './events/image-event.js';
import { Esp32LlmProgressEvent } from './events/progress-event.js';
import type { LanguageController } from './language.js';
import { notLoaded } from './missing.js';
import type { PageFiles } from './page-files.js';
import { ConverterStore, type Converter, type StoreOptions } from './store.js';

/** What stands in for the worker and the firmware in tests, `null` for nothing. */
interface StoreSeams {
  readonly converter: (() => Promise<Converter>) | null;
  readonly imageMaker: ((result: ConvertResult) => Promise<BoardImage>) | null;
}

export function pageStore(
  element: EventTarget,
  words: LanguageController,
  files: PageFiles,
  events: EventQueue,
  seams: StoreSeams,
  onChange: StoreOptions['onChange'],
): ConverterStore {
  return new ConverterStore({
    converter: async () => {
      // What fails from now on is explained in words that are not those of the first view.
      const loading = words.load().catch(() => undefined);
      try {
        if (seams.converter !== null) return await seams.converter();
        const { createConverter, assetUrls } = await import('./converter.js').catch(notLoaded);
        files.learn(assetUrls);
        return createConverter(files.urls, files.worker);
      } finally {
        await loading;
      }
    },
    image: async (result) => {
      if (seams.imageMaker !== null) return seams.imageMaker(result);
      const { makeBoardImage, assetUrls } = await import('./board-image.js').catch(notLoaded);
      files.learn(assetUrls);
      return makeBoardImage(result, (chip) => files.firmware(chip));
    },
    onImage: ({ file, sha256 }) => {
      element.dispatchEvent(new Esp32LlmImageEvent({ image: file, sha256 }));
    },
    explain: (error, doing) => words.explain(error, doing),
    onChange,
    onProgress: (progress) => {
      element.dispatchEvent(new Esp32LlmProgressEvent(progress));
    },
    onFailure: (failure) => {
      events.dispatch([new Esp32LlmErrorEvent(failure.message, failure.error)]);
    },
  });
}
