/** What boards need of the page around the element: its ports, addresses and prompt, and that it is not left too early. */
import { DEFAULT_CHIP } from '../../chips/index.js';
import type { SerialScope } from '../../device/serial-support.js';
import type { Page } from '../page.js';
import type { PageFiles } from '../page-files.js';
import { attributeText } from '../preset-words.js';
import type { BoardSeams } from './board-seams.js';

/** Lets the browser ask before a page is left, while a board is half written. */
export function pageGuard(): (on: boolean) => void {
  let isOn = false;
  const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
  return (on) => {
    if (on === isOn) return;
    isOn = on;
    if (on) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  };
}

/** Starts the page's emulator, whose worker lies beside the page's own one. @throws UsageError for what is no address */
export function emulatorStart(files: PageFiles): NonNullable<BoardSeams['start']> {
  return async (image, options, ...more) => {
    const { startEmulator } = await import('../../worker/emulator-start.js');
    // Where files lie is known when there is an image; boards may be there before.
    const { urls, worker } = files;
    const beside = worker && new URL('emulator-worker.js', worker).href;
    const { id } = options.board.chip ?? DEFAULT_CHIP;
    const urlsOf = { emulator: urls.emulatorOf[id] ?? urls.emulator, worker: beside };
    return startEmulator(urlsOf, image, options, ...more);
  };
}

/** The page itself, as far as ports are concerned. */
export function pageScope(): SerialScope {
  const page = globalThis as unknown as Omit<SerialScope, 'framed'>;
  return {
    isSecureContext: page.isSecureContext ?? false,
    navigator: page.navigator,
    framed: window.self !== window.top,
  };
}

/** The page's own prompt. What cannot be one is told when a model is loaded. */
export function promptOf({ element }: Page): string {
  try {
    return attributeText('prompt', element.prompt) ?? '';
  } catch {
    return '';
  }
}
