/** Lo que se dice en español de lo que el redondeo hizo con números sueltos. */
import type { RoundingStrings } from '../rounding.js';

export const esRounding: RoundingStrings = {
  question: '¿Cuánto mueve el redondeo a un número?',
  tensor: 'Tensor',
  row: 'Fila',
  looking: 'Leyendo los números',
  failed: 'No se pudieron leer los números',
  look: 'Mostrar los números de esta conversión',
  again: 'Reintentar',
  answer: (count, most, share, step) =>
    `Los primeros ${count} números de la fila. El que más se movió lo hizo en ${most}, un ${share} del mayor de los que se ven. Los códigos vecinos distan ${step}.`,
  steps: (least, most) => `de ${least} a ${most}`,
  before: 'antes',
  after: 'después',
  codes: 'lo que pueden decir los códigos',
  fine: 'Hay más códigos que líneas se podrían dibujar.',
  values: 'Los números antes y después',
  moves: 'Cuánto se movió cada uno, en pasos de un código al siguiente',
  place: 'Lugar en la fila',
  table: 'Lo mismo en una tabla',
  columns: { place: 'Lugar', before: 'Antes', after: 'Después', moved: 'Movido, en pasos' },
};
