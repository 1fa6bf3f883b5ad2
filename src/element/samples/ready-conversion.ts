/**
 * The finished conversion of a sample: what a person gets who wants to talk to it at once. It is the very conversion that the
 * settings give, so it is taken for no others; and where it cannot be had, the sample is converted.
 */
import { sha256Of, toHex } from '../../image/digest.js';
import { fetchAsset } from '../../worker/fetch-asset.js';
import type { ConvertResult, ConvertSettings, Inspection, ReadyAddresses } from '../../worker/jobs.js';

export interface ReadyConversion {
  readonly inspection: Inspection;
  readonly result: ConvertResult;
}

/** The file that the build writes beside the package. */
interface Facts {
  readonly settings: ConvertSettings;
  readonly sha256: string;
  readonly inspection: Inspection;
  readonly result: Omit<ConvertResult, 'package' | 'files'>;
}

/** Each is fetched once for a page. */
const fetched = new Map<string, Promise<{ readonly facts: Facts; readonly bytes: Uint8Array }>>();

/**
 * @returns `null` where it was made with other settings, or could not be had whole
 * @throws the signal's reason
 */
export async function readyConversion(
  addresses: ReadyAddresses,
  settings: ConvertSettings,
  signal?: AbortSignal,
): Promise<ReadyConversion | null> {
  const { facts: address } = addresses;
  try {
    const loading = fetched.get(address) ?? load(addresses);
    fetched.set(address, loading);
    const { facts, bytes } = await loading;
    signal?.throwIfAborted();
    if (canonical(facts.settings) !== canonical(settings)) return null;
    const { inspection, result } = facts;
    // Whoever gets a package may transfer it away.
    return { inspection, result: { ...result, package: bytes.slice(), files: [] } };
  } catch {
    fetched.delete(address);
    signal?.throwIfAborted();
    return null;
  }
}

async function load(
  addresses: ReadyAddresses,
): Promise<{ readonly facts: Facts; readonly bytes: Uint8Array }> {
  const [about, content] = await Promise.all([get(addresses.facts), get(addresses.package)]);
  const facts = (await about.json()) as Facts;
  const bytes = new Uint8Array(await content.arrayBuffer());
  if (toHex(sha256Of(bytes)) !== facts.sha256)
    throw new Error('The package is another one than is described.');
  return { facts, bytes };
}

async function get(url: string): Promise<Response> {
  const response = await fetchAsset(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** The same text for settings that give the same plan: without what is not said, in the order of the names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
