/** Los tamaños posibles, en español. */
import type { FrontierStrings } from '../frontier.js';

export const esFrontier: FrontierStrings = {
  intro:
    'Unos pesos más pequeños son más rápidos y se alejan más del original. Aquí se mide cuánto pierde cada matriz con cada codificación, se mezclan y se compara cada mezcla con el original.',
  start: 'Medir',
  again: 'Medir de nuevo',
  cancel: 'Cancelar',
  measuring: 'Midiendo lo que pierde cada matriz',
  failed: 'No se pudieron medir los tamaños',
  stale: 'Medido con otros ajustes.',
  chart: 'Pérdida según el tamaño; las flechas van de una mezcla a la siguiente',
  size: 'Tamaño de los pesos',
  loss: 'Divergencia KL, nats',
  speed: 'Tokens por segundo',
  bits: 'Bits por peso',
  expected: 'Esperada',
  chosen: 'Elegido',
  usual: 'automático',
  fitsNot: 'no cabe',
  point: (size, rate, loss) => `${size}, ${rate} tokens por segundo, ${loss} nats`,
  table: 'Lo mismo como tabla',
  choose: (size) => `Usar ${size}`,
  text: (tokens) => `Comparado en ${tokens} tokens escritos por el propio original.`,
};
