/** Which addresses the page's content policy keeps from being fetched: browsers say so in an event beside the failure. */

/** The part of `SecurityPolicyViolationEvent` that is needed; workers get it as pages do. */
interface Violation {
  readonly effectiveDirective: string;
  /** The address, or its origin alone. */
  readonly blockedURI: string;
}

/** What pages and workers have and Node has not. */
interface Scope {
  addEventListener?(type: 'securitypolicyviolation', listener: (violation: Violation) => void): void;
}

/** The event is a task of its own, which may come after the failure. */
const LATE_MS = 20;

let forbidden: Set<string> | null = null;

/** Hears of refusals from now on; call it before a request that may be refused. */
export function watchPolicy(): void {
  const scope = globalThis as Scope;
  if (forbidden !== null || scope.addEventListener === undefined) return;
  const found = (forbidden = new Set());
  scope.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    if (effectiveDirective === 'connect-src') found.add(blockedURI);
  });
}

/** Whether it was the policy that made a request fail just now, and not the line. */
export async function isForbidden(address: string): Promise<boolean> {
  if (forbidden === null) return false;
  await new Promise((resolve) => setTimeout(resolve, LATE_MS));
  const url = new URL(address, (globalThis as { location?: { href: string } }).location?.href);
  url.hash = '';
  return forbidden.has(url.href) || forbidden.has(url.origin);
}
