/**
 * Whether boards can be reached from here, and if not, which of the reasons it is: each has another remedy. That the
 * browser has the interface says little: in a frame without permission it is there and refuses every call.
 */
import type { SystemHints } from './port-help.js';
import type { SerialLike } from './serial-types.js';

export type SerialSupport =
  | { readonly status: 'available'; readonly serial: SerialLike }
  /** The page is not served over HTTPS or from localhost; the browser hides the interface. */
  | { readonly status: 'insecure' }
  /** The browser has no Web Serial. */
  | { readonly status: 'unsupported' }
  /** In a frame whose embedder did not write `allow="serial"`. */
  | { readonly status: 'frame' }
  /** The page's own `Permissions-Policy` header forbids it. */
  | { readonly status: 'policy' }
  /** A worker can use ports that were chosen, and cannot ask for one. */
  | { readonly status: 'worker'; readonly serial: SerialLike };

/** What the probe looks at; `globalThis` of a page or worker has all of it. */
export interface SerialScope {
  readonly isSecureContext?: boolean;
  readonly navigator?: ({ readonly serial?: SerialLike } & SystemHints) | undefined;
  /** Whether the page is inside a frame (`self !== top`). */
  readonly framed: boolean;
}

/** Finds out by asking for the ports that were allowed before, which needs no gesture and shows nothing. */
export async function probeSerialSupport(scope: SerialScope): Promise<SerialSupport> {
  const serial = scope.navigator?.serial;
  if (serial === undefined) return { status: scope.isSecureContext === false ? 'insecure' : 'unsupported' };
  try {
    await serial.getPorts();
  } catch (error) {
    if (error instanceof Error && error.name === 'SecurityError')
      return { status: scope.framed ? 'frame' : 'policy' };
    return { status: 'unsupported' };
  }
  return { status: typeof serial.requestPort === 'function' ? 'available' : 'worker', serial };
}
