/** The element's states for styles, as far as the browser has them. */

/**
 * Chromium before 125 wants two dashes before a state's name, and writes it so in selectors, too; Safari before 17.4 and Firefox
 * before 126 have no states.
 */
export class CustomStates {
  readonly #states: CustomStateSet | undefined;

  constructor(element: HTMLElement) {
    // Safari before 16.4 has no internals.
    this.#states = (element.attachInternals as typeof element.attachInternals | undefined)?.call(
      element,
    ).states;
  }

  set(name: string, is: boolean): void {
    const states = this.#states;
    if (!is) for (const spelling of [name, `--${name}`]) states?.delete(spelling);
    else
      try {
        states?.add(name);
      } catch {
        states?.add(`--${name}`);
      }
  }
}
