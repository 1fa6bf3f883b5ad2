/** What the element vouches for on pages that demand Trusted Types: its own templates, and the addresses of its workers. */

/** The part of `window.trustedTypes` that is needed; TypeScript's DOM library does not have it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScriptURL(url: string): string },
  ): { createHTML(text: string): unknown; createScriptURL(url: string): unknown };
}

/**
 * The one policy, by the name that a page lists in its `trusted-types` directive. rollup.config.mjs hands it to Lit too: the
 * policy that Lit makes for itself has the name of every other Lit on the page, and a name may be taken but once.
 */
export const policy = makePolicy();

function makePolicy(): ReturnType<TrustedTypes['createPolicy']> | undefined {
  const asIs = (text: string): string => text;
  try {
    return (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('esp32-llm-converter', {
      createHTML: asIs,
      createScriptURL: asIs,
    });
  } catch {
    // The page allows no policy of this name, or the script was loaded twice; then the browser decides about the bare text.
    return undefined;
  }
}
