/** What the package of a planned model says beside its weights. */
import type { PackageParts } from '../package/writer.js';
import { describeScheme } from '../plan/scheme.js';
import { showableLine } from '../shared/safe-text.js';
import { VERSION } from '../shared/version.js';
import { stopIds } from './open-model.js';
import type { PlannedModel } from './plan-model.js';

/** All but what is measured while it is converted. */
export function partsOf({ opened, plan }: PlannedModel): Omit<PackageParts, 'activationScales'> {
  const { model, tokenizer, chat, licence, added } = opened;
  return {
    model,
    plan,
    tokenizer: tokenizer?.section ?? null,
    chat: chat?.section ?? null,
    actions: added?.actions,
    grammar: added?.grammar,
    stopIds: stopIds(opened),
    metadata: {
      // A board writes them to whatever terminal listens.
      name: showableLine(opened.input.name),
      family: model.family,
      architecture: model.architecture,
      parameters: String(model.parameters),
      scheme: describeScheme(plan.scheme),
      board: plan.board.id,
      tool: `esp32-llm-converter ${VERSION}`,
      ...(licence === null ? {} : { licence: showableLine(licence) }),
    },
  };
}
