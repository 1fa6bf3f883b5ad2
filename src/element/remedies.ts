/** What a remedy for a model that does not fit sets, so that a press does what the sentence says. */
import type { PlanRemedy } from '../plan/advice.js';
import { BOARDS, packageFlashBytes, type Board } from '../plan/boards.js';
import type { PlanJson } from '../plan/plan.js';
import { findLanguage } from '../shared/languages.js';
import type { Actions } from './actions.js';
import type { Lock } from './preset.js';
import { actOrSay } from './say-after.js';
import { lockOf } from './settings.js';
import type { Settings } from './state.js';
import type { Strings } from './strings/strings.js';
import { withCut } from './vocabulary-setting.js';

/** A button: its words, and what it sets; `null` leads to the choice of another model. */
export interface RemedyButton {
  readonly text: string;
  readonly settings: Partial<Settings> | null;
  /** Id of the board for which models that fit are shown. */
  readonly models?: string;
}

/** The button of a remedy, `null` where nothing in this page does it, or the page has settled it. */
export function remedyButton(
  remedy: PlanRemedy,
  plan: PlanJson,
  locked: ReadonlySet<Lock>,
  strings: Strings,
): RemedyButton | null {
  const { acts, tokens, back } = strings.fit;
  const button = ((): RemedyButton | null => {
    switch (remedy.code) {
      case 'context':
        return { text: acts.use(tokens(remedy.context)), settings: { context: remedy.context } };
      case 'int8-cache':
        return { text: acts.int8Cache, settings: { cache: 'int8' } };
      case 'int8-weights':
        return { text: acts.int8Weights, settings: { weights: 'int8', granularity: 'auto' } };
      case 'channel-scales':
        return { text: acts.channelScales, settings: { granularity: 'channel', encodings: undefined } };
      case 'psram':
      case 'more-flash': {
        const board = boardThatHolds(plan);
        if (board === null) return null;
        return { text: acts.use(shortName(board)), settings: { board: board.id, encodings: undefined } };
      }
      case 'narrower-model':
      case 'smaller-model':
        if (locked.has('model')) return null;
        if (locked.has('network')) return { text: back, settings: null };
        return { text: acts.models, settings: null, models: plan.board };
      case 'shorter-context':
        return null;
    }
  })();
  const isOpen = Object.keys(button?.settings ?? {}).every((name) => !locked.has(lockOf(name)));
  return isOpen ? button : null;
}

/** Does what a button says. @param control the button; what could not be loaded is said after it */
export function takeRemedy(
  { settings, models }: RemedyButton,
  control: HTMLElement,
  strings: Strings,
  actions: Actions,
): void {
  if (models !== undefined) openModels(models, control, strings, actions);
  else if (settings === null) actions.reset();
  else actions.change(settings);
}

/** Shows models that fit a board; the step stays where the list cannot be had. */
export function openModels(board: string, control: HTMLElement, strings: Strings, actions: Actions): void {
  void actOrSay(control, strings, async () => {
    const { loadWords } = await import('./gallery/gallery-dialog.js');
    await loadWords(findLanguage(strings.language));
    actions.open(`?${board}`);
  });
}

/** What goes first: the first remedy that a press does, or the cut of the vocabulary that is enough. */
export function firstRemedy(
  plan: PlanJson,
  locked: ReadonlySet<Lock>,
  strings: Strings,
): RemedyButton | null {
  const buttons = plan.advice.remedies.map((remedy) => remedyButton(remedy, plan, locked, strings));
  const settings = buttons.find((button) => button !== null && button.settings !== null);
  return settings ?? cutButton(plan, locked, strings) ?? buttons.find((button) => button !== null) ?? null;
}

/** The button of the cut that makes the model fit, `null` where there is none. */
export function cutButton(
  { cut }: PlanJson,
  locked: ReadonlySet<Lock>,
  { fit, report }: Strings,
): RemedyButton | null {
  if (cut === null || !cut.fits || locked.has('scheme')) return null;
  const { tokens } = cut;
  return { text: fit.fewer.cut(report.format.count(tokens)), settings: withCut({ tokens }) };
}

/** The smallest module that has what this board has, and room for what is too much for it; of the same chip if there is one. */
function boardThatHolds({ board: id, advice: { problems } }: PlanJson): Board | null {
  const now = BOARDS.find((board) => board.id === id);
  if (now === undefined) return null;
  const needs = { package: 0, psram: now.psramBytes };
  for (const problem of problems) {
    if (problem.code === 'flash') needs.package = problem.needed;
    else if (problem.code === 'cache') needs.psram = problem.needed;
  }
  const holds = (board: Board): boolean =>
    board.refused === null &&
    board.flashBytes >= now.flashBytes &&
    packageFlashBytes(board) >= needs.package &&
    board.psramBytes >= needs.psram;
  return BOARDS.find((board) => board.chip === now.chip && holds(board)) ?? BOARDS.find(holds) ?? null;
}

/** A board without what its name says in brackets of its memories. */
function shortName({ name }: Board): string {
  return name.replace(/ \(.*\)$/, '');
}
