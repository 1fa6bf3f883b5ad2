/** What the element does about each thing that a person can ask for. */
import type { Actions } from './actions.js';
import type { ModelController } from './model-controller.js';
import type { Page } from './page.js';
import type { ViewsController } from './views-controller.js';

/** Who does something about it. */
export interface Doers extends Pick<Page, 'element' | 'store'> {
  readonly models: ModelController;
  readonly views: ViewsController;
}

type Requests = {
  readonly [Name in keyof Actions]: (doers: Doers, ...given: Parameters<Actions[Name]>) => unknown;
};

/** Whole by its type: an action without its line here is an error. What fails is shown by the state. */
const REQUESTS: Requests = {
  pickFolder: (doers) => doers.models.pick('folder'),
  pickFiles: (doers) => doers.models.pick('file'),
  useSample: (doers) => doers.models.load(null, 'sample'),
  open: (doers, typed) => doers.models.open(typed),
  talk: (doers) => doers.store.talk(),
  show: ({ models, store }, step) => {
    // A model that is on its way is no longer waited for.
    if (step === 'choose') models.take();
    store.go(step);
  },
  dismiss: (doers) => doers.store.go('choose'),
  change: (doers, settings) => doers.store.change(settings),
  convert: (doers) => doers.element.convert(),
  cancel: (doers) => doers.element.cancel(),
  adjust: (doers) => doers.store.go('fit'),
  reset: (doers) => REQUESTS.show(doers, 'choose'),
  download: (doers, kind) => doers.views.downloads?.make(kind),
  makeImage: (doers) => doers.store.image().catch(() => undefined),
  copy: (doers, text) => doers.views.downloads?.copy(text),
  toggleTensor: (doers, name) => doers.views.toggleTensor(name),
};

/** The actions of one element. */
export function actionsOf(doers: Doers): Actions {
  const bound = Object.entries(REQUESTS).map(([name, request]) => [
    name,
    // Name and arguments belong together by the type of the table.
    (...given: unknown[]): void => void (request as (...all: unknown[]) => unknown)(doers, ...given),
  ]);
  return Object.fromEntries(bound) as Actions;
}
