/** What is said in Spanish of the drawing of a board. */
import type { DrawingStrings } from '../drawing.js';

export const esDrawing: DrawingStrings = {
  picture: 'La placa con lo que hay en sus memorias; las flechas llevan de una parte a otra',
  hint: 'Señala una parte, tócala o llega a ella con las flechas para ver qué es.',
  layer: (layer) => `Capa ${layer}`,
  rest: 'Tokenizador y descripción',
  cache: 'Caché de claves y valores',
  scratch: 'Memoria de trabajo',
  block: (what, memory, bytes) => `${what} en ${memory}: ${bytes}`,
  memory: (name, used, capacity) => `${name}: ${used} de ${capacity}`,
  missing: (name, used) => `${name}: ${used}, y la placa no tiene`,
  over: (bytes) => `sobran ${bytes}`,
  copied:
    'La flash guarda el paquete entero; lo que está en SRAM y PSRAM se copia desde ahí cuando arranca la placa.',
  table: 'Lo mismo en una tabla',
  columns: { memory: 'Memoria', part: 'Parte', bytes: 'Tamaño', tensors: 'Tensores' },
  usb: 'USB',
};
