/** Why a model does not fit a board and what would help, as facts that every language can say. */

/** What does not fit; sizes in bytes. */
export type PlanProblem =
  /** Working memory is larger than SRAM. */
  | { readonly code: 'scratch'; readonly needed: number; readonly available: number }
  /** The key/value cache is larger than any fast memory. */
  | { readonly code: 'cache'; readonly context: number; readonly needed: number; readonly available: number }
  /** The package is larger than the flash. */
  | { readonly code: 'flash'; readonly needed: number; readonly available: number };

/** What would help. */
export type PlanRemedy =
  /** The longest context that fits, tokens. */
  | { readonly code: 'context'; readonly context: number }
  | {
      readonly code:
        | 'narrower-model'
        | 'int8-cache'
        | 'psram'
        | 'shorter-context'
        | 'int8-weights'
        | 'channel-scales'
        | 'more-flash'
        | 'smaller-model';
    };

/** All that a plan has to say about what does not fit. */
export interface PlanAdvice {
  readonly problems: readonly PlanProblem[];
  /** Empty when all fits. */
  readonly remedies: readonly PlanRemedy[];
}
