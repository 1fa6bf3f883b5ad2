/** Styles of a part of the element that is loaded when it is asked for. */
import { adoptStyles, type CSSResult, type LitElement } from 'lit';
import type { Page } from './page.js';

/** Puts them behind those that are there, which stay, whatever is added later; the same ones a second time change nothing. */
export function addStyles({ element }: Page, styles: readonly CSSResult[]): void {
  const { elementStyles } = element.constructor as typeof LitElement;
  for (const style of styles) if (!elementStyles.includes(style)) elementStyles.push(style);
  const { shadowRoot } = element;
  if (shadowRoot === null) return;
  const sheets = [...shadowRoot.adoptedStyleSheets];
  adoptStyles(shadowRoot, [...elementStyles]);
  shadowRoot.adoptedStyleSheets = [...new Set([...sheets, ...shadowRoot.adoptedStyleSheets])];
}
