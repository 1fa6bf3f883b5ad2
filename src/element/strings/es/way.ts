/** What leads from step to step in Spanish; see `en/way.ts`. */
import type { WayStrings } from '../way.js';

export const esWay: WayStrings = {
  to: {
    fit: 'Cambiar los ajustes',
    compare: 'Comparar con el original',
    try: 'Probarlo',
    take: 'Descargarlo',
    flash: 'Grabar una placa',
    chat: 'Hablar con la placa',
  },
  converted: {
    heading: (name) => `${name} está convertido`,
    settings: 'Números',
    board: 'Placa',
    context: 'Contexto',
    package: 'En el chip',
  },
};
