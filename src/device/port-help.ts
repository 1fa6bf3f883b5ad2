/** What may keep a port from being chosen or opened, by the system and by the bridge between USB and chip: facts for a page's words. */
import { connectionOf, type SerialPortIdentity } from './serial-types.js';

export type System = 'linux' | 'windows' | 'macos' | 'other';

/** What a browser says of its system; the first is younger and not everywhere. */
export interface SystemHints {
  readonly userAgentData?: { readonly platform?: string } | undefined;
  readonly platform?: string | undefined;
}

/** The system, as far as it matters: each has other reasons. */
export function systemOf({ userAgentData, platform }: SystemHints): System {
  const said = userAgentData?.platform || platform || '';
  // Both "Win32" and "Windows"; "MacIntel" and "macOS"; "Linux x86_64" and "Linux". ChromeOS and Android need nothing of it.
  if (/^win/i.test(said)) return 'windows';
  if (/^mac/i.test(said)) return 'macos';
  return /^linux(?! a)/i.test(said) ? 'linux' : 'other';
}

/** The port that was last asked for and is not open. */
export interface PortTrouble {
  /** The person closed the browser's list, or what was chosen there could not be opened. */
  readonly kind: 'not-chosen' | 'not-opened';
  /** Names of the bridges that may be meant, with their makers: that of the chosen port, or all; none where it has none. */
  readonly bridges: readonly string[];
}

/** Bridges by USB vendor, as their drivers are called. */
const BRIDGES: Readonly<Record<number, string>> = {
  0x10c4: 'CP210x (Silicon Labs)',
  0x1a86: 'CH340, CH343 (WCH)',
  0x0403: 'VCP (FTDI)',
  0x067b: 'PL2303 (Prolific)',
};

/** @param chosen `null` where nothing was chosen */
export function portTrouble(chosen: SerialPortIdentity | null): PortTrouble {
  if (chosen === null) return { kind: 'not-chosen', bridges: Object.values(BRIDGES) };
  const bridge = connectionOf(chosen) === 'uart-bridge' ? BRIDGES[chosen.usbVendorId ?? 0] : undefined;
  return { kind: 'not-opened', bridges: bridge === undefined ? [] : [bridge] };
}
