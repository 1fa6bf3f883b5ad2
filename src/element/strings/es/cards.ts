/** What is said in Spanish of the models that come with the element. */
import { formatBytes, formatShortCount } from '../../../shared/format.js';
import type { CardStrings } from '../cards.js';

export const esCards: CardStrings = {
  language: 'es',
  heading: 'Empieza con un modelo ya preparado',
  text: 'Funciona aquí al momento, en una placa emulada.',
  talk: 'Hablar con él ahora',
  ask: 'O pregúntale esto:',
  find: 'Buscar mi placa',
  own: (name) => `Tu placa: ${name}`,
  models: 'Modelos que caben en ella',
  convert: 'Convertirlo tú, paso a paso',
  noSerial:
    'Este navegador no llega a las placas por USB; Chrome y Edge en un ordenador sí. Todo lo demás funciona aquí: probar en una placa emulada y descargar la imagen.',
  insecure:
    'Solo las páginas con https llegan a las placas por USB. Todo lo demás funciona aquí: probar en una placa emulada y descargar la imagen.',
  parameters: 'Parámetros',
  size: 'Tamaño en el chip',
  boards: 'Placas en las que cabe',
  boardsValue: (fits, boards) => (fits === boards ? `las ${boards}` : `${fits} de ${boards}`),
  speaks: 'Habla',
  term: (name) => `¿Qué significa «${name}»?`,
  count: (value) => formatShortCount(value, 'es'),
  bytes: (value) => formatBytes(value, 'es'),
};
