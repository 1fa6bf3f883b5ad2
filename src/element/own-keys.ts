/** Keys that a person types into the element's fields are no shortcuts of the page. */

/** What else a page does with keys in fields: closes its dialogs, keeps the focus inside them. */
const PAGES = /^(Escape|Tab|F\d+)$/;

/**
 * Keeps keys without Ctrl, Alt or Meta inside. From outside a key seems to be pressed on the element itself, so pages with
 * shortcuts of one key do not see that it goes into a field. What listens in the capture phase hears of it all the same.
 */
export function keepKeys(root: Node): void {
  for (const type of ['keydown', 'keypress', 'keyup'])
    root.addEventListener(type, (event) => {
      const { target, key, ctrlKey, altKey, metaKey } = event as KeyboardEvent;
      // Fields in slots are the page's own.
      if (ctrlKey || altKey || metaKey || PAGES.test(key) || !root.contains(target as Node)) return;
      if ((target as Element).matches('input,select,textarea')) event.stopPropagation();
    });
}
