/** The words of the list of known models in Spanish. */
import type { GalleryStrings } from '../gallery.js';

export const esGallery: GalleryStrings = {
  heading: 'Modelos pequeños del Hugging Face Hub',
  text: 'No se carga nada antes de que abras uno. Los tamaños y las velocidades son del planificador, que los calcula en esta página para la placa que elijas.',
  close: 'Cerrar',
  board: 'Placa',
  columns: {
    model: 'Modelo',
    fit: 'En esta placa',
    boards: 'Módulos en los que cabe',
    use: 'Para',
    size: 'Parámetros',
    licence: 'Licencia',
  },
  uses: {
    stories: 'cuentos en inglés sencillo',
    text: 'continuar textos en inglés',
    bilingual: 'conversar en chino e inglés',
    many: 'conversar en muchos idiomas',
  },
  noLicence: 'no indicada',
  open: (name) => `Abrir ${name}`,
  fit: (weights, size, rate) => `${weights}, ${size}, ${rate} tokens/s`,
  context: (tokens) => `contexto de ${tokens} tokens`,
  cut: (tokens) => `Vocabulario reducido a ${tokens} tokens:`,
  unfit: 'no cabe',
  noBoard: 'ninguno',
  planning: '…',
  unplanned:
    'No se pudo cargar el planificador, así que no hay cifras. Comprueba la conexión y vuelve a abrir la lista.',
};
