/** The door to the drawing of a board: what is behind it is loaded when a person opens it. */
import type { TemplateResult } from 'lit';
import type { PlanJson } from '../../plan/plan.js';
import { FoldedRoom } from '../folded-room.js';
import type { Page } from '../page.js';
import type { Strings } from '../strings/strings.js';
import type { DrawingRoom } from './drawing-room.js';

const doors = new WeakMap<Page, FoldedRoom<DrawingRoom>>();

/** The drawing of the board that a plan is for, folded away. */
export function drawingDoor(page: Page, plan: PlanJson, strings: Strings): TemplateResult {
  const door =
    doors.get(page) ??
    new FoldedRoom(page, async (its, language) => {
      const { DrawingRoom } = await import('./drawing-room.js');
      return DrawingRoom.open(its, language);
    });
  doors.set(page, door);
  return door.view('drawing', strings.fit.drawing, strings, (room) => room.view(plan, strings));
}
