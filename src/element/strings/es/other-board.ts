/** Lo que se dice en español de una placa en la que no cabe la imagen. */
import type { OtherBoardStrings } from '../other-board.js';

export const esOtherBoard: OtherBoardStrings = {
  board: (name, exact) =>
    exact
      ? `Esta placa es como la ${name}.`
      : `De las placas conocidas, la ${name} es la más parecida a esta.`,
  same: (scheme) => `El modelo cabe en ella con los mismos ajustes: ${scheme}.`,
  changed: (scheme) => `Con los ajustes de antes el modelo no cabe en ella. Así sí: ${scheme}.`,
  none: 'Este modelo no cabe en esta placa, se convierta como se convierta. Usa otra placa u otro modelo.',
  convert: 'Convertir para esta placa',
  models: 'Ver modelos que caben',
};
