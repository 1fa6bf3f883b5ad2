/** The door to what failures do to the controls beside them: loaded with the first one. */
import type { LitElement } from 'lit';
import type { settleFailures } from './beside.js';

let settle: typeof settleFailures | null = null;

/** Looks for failures whenever the element was drawn. */
export function followFailures(element: LitElement): void {
  element.addController({
    hostUpdated: () => {
      const root = element.shadowRoot;
      if (root === null) return;
      if (settle !== null) settle(root);
      else if (root.querySelector('[data-for]') !== null) {
        import('./beside.js').then(
          (beside) => {
            settle = beside.settleFailures;
            settle(root);
          },
          // The failure itself stands there.
          () => undefined,
        );
      }
    },
  });
}
