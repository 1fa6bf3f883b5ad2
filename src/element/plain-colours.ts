/** The element's colours for browsers without `light-dark()`: Chromium before 123, Firefox before 120, Safari before 17.5. */
import { adoptStyles, unsafeCSS, type LitElement } from 'lit';
import { tokens } from './styles/tokens.js';

/** @param choice 1 for light, 2 for dark */
function colours(choice: 1 | 2): string {
  const [, declarations = ''] = /:host\s*\{([^}]*)\}/.exec(tokens.cssText) ?? [];
  return declarations.replace(/light-dark\(([^(),]+),([^(),]+)\)/g, `$${choice}`);
}

const plain = unsafeCSS(`
  :host { ${colours(1)} }
  @media (prefers-color-scheme: dark) { :host(:not([theme='light'])) { ${colours(2)} } }
  :host([theme='light']) { color-scheme: light; }
  :host([theme='dark']) { ${colours(2)}; color-scheme: dark; }
`);

/** Adds them to the styles of all elements, and to those of this one. */
export function usePlainColours(element: LitElement): void {
  const { elementStyles } = element.constructor as typeof LitElement;
  if (!elementStyles.includes(plain)) elementStyles.push(plain);
  if (element.shadowRoot !== null) adoptStyles(element.shadowRoot, elementStyles);
}
