/** Original and converted model read the same ids, and every pair of predictions is compared. */
import type { TwinEngine } from '../device/twin-types.js';
import type { LogitComparator, ReferenceEngine } from '../quantize/kernel-types.js';
import { throwIfAborted } from '../shared/errors.js';
import type { Breather } from './breather.js';

/** The two models, and who compares them. */
export interface Lockstep {
  readonly reference: ReferenceEngine;
  readonly twin: TwinEngine;
  readonly comparator: LogitComparator;
  readonly breather: Breather;
}

/** Logits held at once for each model. */
const CHUNK_LOGITS = 1 << 21;

/**
 * Reads one sequence from its beginning.
 * @param onRead told of tokens as they are done
 * @returns the KL divergence after each id, nats
 * @throws the signal's reason
 */
export async function readTogether(
  { reference, twin, comparator, breather }: Lockstep,
  sequence: readonly number[],
  signal: AbortSignal | undefined,
  onRead: (tokens: number) => void,
): Promise<number[]> {
  const divergences: number[] = [];
  const chunk = Math.max(1, Math.floor(CHUNK_LOGITS / reference.vocabSize));
  comparator.beginSequence();
  reference.reset();
  twin.reset();
  for (let begin = 0; begin < sequence.length; begin += chunk) {
    throwIfAborted(signal);
    const ids = sequence.slice(begin, begin + chunk);
    const targets = ids.map((_, offset) => sequence[begin + offset + 1] ?? -1);
    divergences.push(...comparator.add(reference.forward(ids, 'all'), twin.forward(ids, 'all'), targets));
    onRead(ids.length);
    await breather.breathe();
  }
  return divergences;
}
