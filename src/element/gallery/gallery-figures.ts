/** The figures of the list, planned in the page one model after the other, so that the list can be read and closed meanwhile. */
import type { DecoderModel } from '../../model/decoder.js';
import { BOARD_KINDS, boardKind } from './board-kinds.js';
import type * as planner from './gallery-plans.js';
import type { KnownPlans } from './gallery-plans.js';
import { KNOWN_MODELS, type KnownModel } from './known-models.js';

/** What loads when the list is opened. */
type Planner = typeof planner;

export class GalleryFigures {
  /** Of the board that is chosen; those that are still to come are missing. */
  readonly plans = new Map<KnownModel, KnownPlans>();
  /** Modules that a model fits, whole or cut. */
  readonly kinds = new Map<KnownModel, readonly string[]>();
  /** The planner could not be loaded. */
  failed = false;
  readonly #changed: () => void;
  readonly #models = new Map<KnownModel, DecoderModel>();
  /** Counts boards that were chosen, and the end. */
  #turn = 0;

  /** @param changed called after every figure */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Something is still to come. */
  get busy(): boolean {
    return !this.failed && Math.min(this.plans.size, this.kinds.size) < KNOWN_MODELS.length;
  }

  /** Plans all models for a board, then for the kinds of modules; what was planned before for another board is forgotten. */
  async plan(board: string): Promise<void> {
    const turn = ++this.#turn;
    this.plans.clear();
    try {
      const loaded = await import('./gallery-plans.js');
      for (const known of KNOWN_MODELS) {
        const model = await this.#model(known, loaded);
        if (turn !== this.#turn) return;
        this.plans.set(known, loaded.planKnown(model, board, known.added));
        await this.#shown();
      }
      for (const known of KNOWN_MODELS) {
        if (turn !== this.#turn) return;
        if (this.kinds.has(known)) continue;
        const model = await this.#model(known, loaded);
        this.kinds.set(known, kindsOf(model, known, loaded));
        await this.#shown();
      }
    } catch {
      if (turn !== this.#turn) return;
      this.failed = true;
      this.#changed();
    }
  }

  /** Nothing more is planned. */
  end(): void {
    this.#turn++;
  }

  async #model(known: KnownModel, { modelOfConfig }: Planner): Promise<DecoderModel> {
    const model = this.#models.get(known) ?? (await modelOfConfig(known.config));
    this.#models.set(known, model);
    return model;
  }

  /** Lets the page draw and hear. */
  async #shown(): Promise<void> {
    this.#changed();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function kindsOf(model: DecoderModel, { added }: KnownModel, { fitOf, planCut }: Planner): readonly string[] {
  return BOARD_KINDS.filter((id) => fitOf(model, id) !== null || planCut(model, id, added) !== null).map(
    boardKind,
  );
}
