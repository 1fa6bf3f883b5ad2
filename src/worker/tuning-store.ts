/** States of tunings in the browser's own database, so that a closed tab costs little. */
import type { TuningState, TuningStore } from '../quantize/tuning-types.js';

const DATABASE = 'esp32-llm-converter';
const STATES = 'tunings';

/** Where the browser has no database, or keeps it from the page, nothing is kept. */
export function tuningStore(): TuningStore | undefined {
  if (!('indexedDB' in globalThis)) return undefined;
  return {
    get: (key) => request('readonly', (states) => states.get(key)),
    // One state at a time: who begins another tuning does not come back to the one before.
    put: async (key, state: TuningState) => {
      await request('readwrite', (states) => {
        states.clear();
        return states.put(state, key);
      });
    },
    delete: async (key) => {
      await request('readwrite', (states) => states.delete(key));
    },
  };
}

async function request<T>(
  mode: IDBTransactionMode,
  ask: (states: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STATES, mode);
      const answer = ask(transaction.objectStore(STATES));
      transaction.oncomplete = () => {
        resolve(answer.result);
      };
      transaction.onabort = () => {
        reject(transaction.error ?? new Error('The browser keeps nothing.'));
      };
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(STATES);
    };
    opening.onsuccess = () => {
      resolve(opening.result);
    };
    opening.onerror = () => {
      reject(opening.error ?? new Error('The browser opens no database.'));
    };
  });
}
