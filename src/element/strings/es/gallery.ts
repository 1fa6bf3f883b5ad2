/** The words of the list of known models in Spanish. */
import type { GalleryStrings } from '../gallery.js';

export const esGallery: GalleryStrings = {
  heading: 'Modelos pequeños del Hugging Face Hub',
  text: 'No se carga nada antes de que abras uno. Las velocidades son las que espera el planificador en placas con estas memorias.',
  close: 'Cerrar',
  columns: { model: 'Modelo', size: 'Parámetros', use: 'Para', licence: 'Licencia' },
  uses: {
    stories: 'cuentos en inglés sencillo',
    text: 'continuar textos en inglés',
    chat: 'conversar en chino e inglés',
  },
  noLicence: 'no indicada',
  open: (name) => `Abrir ${name}`,
  speed: (rate) => `${rate} tokens/s`,
  cut: (tokens) => `reducido a ${tokens} tokens`,
  unfit: 'no cabe',
};
