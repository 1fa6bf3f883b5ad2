/** Lo que se dice en español al buscar la placa que se tiene. */
import type { FindStrings } from '../find.js';

export const esFind: FindStrings = {
  heading: '¿Qué placa tienes?',
  close: 'Cerrar',
  look: 'Mirar mi placa',
  lookText:
    'Conéctala por USB y elige su puerto: se leen el chip, la flash y la PSRAM. No se escribe nada en ella.',
  looking: 'Mirando la placa …',
  cancel: 'Cancelar',
  again: 'Mirar otra placa',
  failed: 'No se ha podido mirar la placa',
  unreached: 'No se ha podido cargar lo que mira las placas. Comprueba la conexión e inténtalo de nuevo.',
  found: (chip, memories) => `Encontrada: ${chip}, ${memories}.`,
  like: (name, exact) =>
    exact ? `Es lo que tiene la ${name}.` : `De las placas de la lista, la ${name} es la más parecida.`,
  unlike: 'Ninguna placa de la lista tiene tan poco. Aquí no se pueden hacer imágenes para ella.',
  outside:
    'La PSRAM que está fuera del chip no se da a conocer: si la tuya la tiene, elige la placa en la lista.',
  memories: (flash, psram) =>
    psram === '' ? `${flash} de flash, sin PSRAM` : `${flash} de flash, ${psram} de PSRAM`,
  use: (name) => `Usar ${name}`,
  search: 'O búscala en la lista',
  searchHint: 'Nombre, fabricante o memoria, como «N16R8», «Feather» u «8 MB PSRAM»',
  matches: (boards) =>
    boards === 0 ? 'Ninguna placa tiene todo eso.' : boards === 1 ? '1 placa' : `${boards} placas`,
  modules: 'Módulos',
  kits: 'Placas',
  unsupported: 'no compatible',
};
