/** The words of the first view in Spanish; see `en/first.ts`. */
import type { FirstStrings } from '../strings.js';

export const esFirst: FirstStrings = {
  language: 'es',
  title: 'Un modelo de lenguaje para tu ESP32',
  steps: {
    label: 'Pasos',
    of: (step, steps) => `${step} de ${steps}`,
    choose: 'Elegir',
    fit: 'Ajustar',
    convert: 'Convertir',
    compare: 'Comparar',
    try: 'Probar',
    take: 'Descargar',
    flash: 'Grabar',
    chat: 'Conversar',
  },
  choose: {
    heading: 'Elige un modelo',
    dropTitle: 'Suelta aquí la carpeta de un modelo',
    dropHint: 'Una carpeta de HuggingFace o un .zip de ella: config.json, tokenizer.json y *.safetensors',
    dropNow: 'Suéltala para leerla',
    pickFolder: 'Elegir una carpeta',
    pickFiles: 'Elegir archivos',
    sampleTitle: '¿No tienes ningún modelo?',
    sampleText: (name) => `Prueba ${name}, que viene con esta página.`,
    sampleButton: (name) => `Usar ${name}`,
    ownTitle: 'El modelo de esta página',
    address: 'O un modelo del Hugging Face Hub',
    addressHint: 'propietario/nombre, o la dirección de una carpeta: https://…',
    known: 'Modelos pequeños',
    open: 'Abrir',
    recent: 'Abiertos antes',
    talk: 'Conversar con una placa ya grabada',
    privacy: 'No se sube nada. Todo el trabajo lo hace esta página, en este ordenador.',
  },
  reading: {
    heading: (name) => `Leyendo ${name}`,
    text: 'Se comprueban los archivos, la arquitectura y el tokenizador.',
    cancel: 'Cancelar',
  },
  failures: {
    views: 'No se pudo cargar una parte de esta página',
    reload: 'Comprueba la conexión y vuelve a cargar esta página.',
    dismiss: 'Cerrar',
    retry: 'Reintentar',
  },
};
