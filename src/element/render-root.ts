/** What is done once with the root that the element is drawn into. */
import type { LitElement } from 'lit';
import { keepKeys } from './own-keys.js';

export function prepareRoot<Root extends Node>(element: LitElement, root: Root): Root {
  keepKeys(root);
  if (!CSS.supports('color', 'light-dark(red,red)')) {
    // Without them the element has those of the page.
    import('./plain-colours.js').then(
      ({ usePlainColours }) => usePlainColours(element),
      () => undefined,
    );
  }
  return root;
}
