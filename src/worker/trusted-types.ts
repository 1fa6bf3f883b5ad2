/** Worker addresses for pages that demand Trusted Types. */

/** The part of `window.trustedTypes` that is needed; TypeScript's DOM library does not have it. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): unknown };
}

/** Name that a page lists in its `trusted-types` directive. */
export const TRUSTED_TYPES_POLICY = 'esp32-llm-converter';

let policy: ReturnType<TrustedTypes['createPolicy']> | null | undefined;

/** The address as `Worker` wants it: as it is, or vouched for where Trusted Types are enforced. */
export function scriptUrl(url: string): string {
  if (policy === undefined) {
    const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
    try {
      policy = types?.createPolicy(TRUSTED_TYPES_POLICY, { createScriptURL: (address) => address }) ?? null;
    } catch {
      // The page allows no policy of this name, or the script was loaded twice; then the browser decides about the bare address.
      policy = null;
    }
  }
  // The constructor takes the trusted object where it takes a string.
  return policy === null ? url : (policy.createScriptURL(url) as string);
}
