/** What is said in Spanish of links to a step; see `en/address.ts`. */
import type { AddressStrings } from '../address.js';

export const esAddress: AddressStrings = {
  ask: (name, from) => `Este enlace quiere cargar ${name} desde ${from}`,
  askText: 'Todavía no se ha cargado nada. Sigue solo si confías en quien te dio el enlace.',
  load: 'Cargarlo',
  refuse: 'Ahora no',
  problem: 'Este enlace no se puede seguir',
  problems: {
    model: 'No nombra ningún modelo.',
    board: 'Nombra una placa que aquí no se conoce.',
    scheme: 'Sus ajustes no son posibles.',
    effort: 'Pide un esfuerzo que no existe.',
    context: 'Su contexto no es posible.',
    prompt: 'Su texto inicial no es posible.',
    step: 'Nombra un paso que aquí no se conoce.',
    version: 'Lo hizo otra versión de esta página.',
    length: 'Es demasiado largo.',
    text: 'Su texto está dañado.',
    files: 'Su modelo venía de una carpeta del ordenador. Vuelve a elegir esa carpeta.',
    settled: 'Esta página ya tiene decidido qué modelo usa.',
  },
  dismiss: 'Cerrar',
  copy: { link: 'Copiar enlace', tag: 'Copiar etiqueta HTML' },
  copied: { link: 'Enlace copiado', tag: 'Etiqueta copiada' },
  byHand: 'Esta página no puede usar el portapapeles. Cópialo a mano:',
  notWhole: 'No lo lleva todo: un modelo de tu carpeta y algunos ajustes se quedan aquí.',
};
