/** Declares a property of an element: what Lit's decorator does with TypeScript's, without what it does for the standard's. */
import type { LitElement, PropertyDeclaration } from 'lit';

export function property(options?: PropertyDeclaration): (prototype: LitElement, name: string) => void {
  return (prototype, name) => (prototype.constructor as typeof LitElement).createProperty(name, options);
}

/** A switch, which some frameworks write as `true` and `false`. */
export const flag = (value: string | null): boolean => (value ?? 'false') !== 'false';
