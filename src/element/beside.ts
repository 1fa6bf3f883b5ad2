/**
 * Errors stand beside the control that they came of: views draw a failure there with the control's id in `data-for`, and this
 * does the rest, for every control in one way. The control is named invalid where it holds a value and is described by what is
 * shown; a failure that is new is brought into sight together with it, and the control gets the focus. Loaded with the first failure.
 */

import { css, type LitElement } from 'lit';

/** A field with an error beside it. */
const styles = css`
  [aria-invalid='true'] {
    border-color: var(--bad);
    box-shadow: inset 0 0 0 1px var(--bad);
  }

  [data-for] {
    scroll-margin-block: 1rem;
  }
`;

/** Failures whose control has the focus already, by what they were drawn from. */
const shown = new WeakSet<object>();

/** Controls with a failure beside them, and its element. */
const marked = new WeakMap<ShadowRoot, Map<HTMLElement, HTMLElement>>();

let count = 0;

/** Has them in this root, and in every one that is styled from now on. */
function adopt(root: ShadowRoot): void {
  const { elementStyles } = root.host.constructor as typeof LitElement;
  if (!elementStyles.includes(styles)) elementStyles.push(styles);
  const { styleSheet } = styles;
  if (styleSheet && !root.adoptedStyleSheets.includes(styleSheet))
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, styleSheet];
}

/** Brings everything in line with the failures that are drawn now. */
export function settleFailures(root: ShadowRoot): void {
  adopt(root);
  const before = marked.get(root) ?? new Map<HTMLElement, HTMLElement>();
  const now = new Map<HTMLElement, HTMLElement>();
  for (const failure of root.querySelectorAll<HTMLElement>('[data-for]')) {
    const control = root.getElementById(failure.dataset['for'] ?? '');
    if (control !== null) now.set(control, failure);
  }
  for (const [control, failure] of before) if (now.get(control) !== failure) unmark(control, failure);
  for (const [control, failure] of now) if (before.get(control) !== failure) mark(control, failure);
  marked.set(root, now);
  for (const [control, failure] of now) {
    const { of } = failure as { of?: object };
    if (of === undefined || shown.has(of)) continue;
    shown.add(of);
    if (mayTakeFocus(root)) bring(control, failure);
  }
}

function mark(control: HTMLElement, failure: HTMLElement): void {
  failure.id ||= `failure-${++count}`;
  const described = (control.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id !== '');
  control.setAttribute('aria-describedby', [...described, failure.id].join(' '));
  if (holdsValue(control)) control.setAttribute('aria-invalid', 'true');
}

function unmark(control: HTMLElement, failure: HTMLElement): void {
  const described = (control.getAttribute('aria-describedby') ?? '').split(' ');
  const left = described.filter((id) => id !== failure.id);
  if (left.length === 0) control.removeAttribute('aria-describedby');
  else control.setAttribute('aria-describedby', left.join(' '));
  control.removeAttribute('aria-invalid');
}

function holdsValue(control: HTMLElement): boolean {
  return ['INPUT', 'SELECT', 'TEXTAREA'].includes(control.tagName);
}

/** Whoever works elsewhere on the page keeps the focus, and the page its place. */
function mayTakeFocus({ host }: ShadowRoot): boolean {
  const around = host.getRootNode() as Document | ShadowRoot;
  const active = around.activeElement;
  return active === null || active === host || active === host.ownerDocument.body;
}

function bring(control: HTMLElement, failure: HTMLElement): void {
  const target = isUsable(control) ? control : failure;
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  const [first, last] = [control.getBoundingClientRect(), failure.getBoundingClientRect()];
  const top = Math.min(first.top, last.top);
  const bottom = Math.max(first.bottom, last.bottom);
  const { innerHeight } = window;
  if (top >= 0 && bottom <= innerHeight) return;
  // Both where there is room for both; else the words, from their beginning.
  failure.scrollIntoView({ block: bottom - top <= innerHeight ? 'center' : 'start' });
}

function isUsable(control: HTMLElement): boolean {
  return !(control as HTMLButtonElement).disabled;
}
