/** The parts of an element, each with what it alone decides. */
import type { Actions } from './actions.js';
import { BoardsController } from './boards-controller.js';
import { LiveRegion } from './live-region.js';
import { ModelController } from './model-controller.js';
import type { Page } from './page.js';
import { actionsOf } from './requests.js';
import { ViewsController } from './views-controller.js';

export interface Parts {
  readonly actions: Actions;
  readonly boards: BoardsController;
  readonly live: LiveRegion;
  readonly models: ModelController;
  readonly views: ViewsController;
}

/** @param onDragging files are held over the element, or no longer are */
export function makeParts(page: Page, onDragging: (dragging: boolean) => void): Parts {
  const models = new ModelController(page, onDragging);
  const live = new LiveRegion(page);
  const views = new ViewsController(page, models, live);
  const { element, store } = page;
  const actions = actionsOf({ element, store, models, views });
  const boards = new BoardsController(page, live, views, actions);
  return { actions, boards, live, models, views };
}
