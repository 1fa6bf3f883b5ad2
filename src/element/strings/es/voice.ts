/** Español: hablar con un modelo. */
import type { VoiceStrings } from '../voice.js';

export const esVoice: VoiceStrings = {
  asking: 'Se pregunta al navegador qué reconoce en este ordenador.',
  speak: 'Mantén pulsado y habla',
  held: 'Escuchando. Suelta para enviar',
  kept: 'Escuchando. Pulsa para enviar',
  ending: 'Reconociendo',
  stays: (language) =>
    `El navegador reconoce la voz (${language}) en este ordenador; lo que dices no sale de él.`,
  hint: 'Mantén pulsado el botón, la barra espaciadora o Intro mientras hablas y suelta para enviar. Un toque escucha hasta la siguiente pulsación. Escape lo deshace.',
  downloadText: (language) =>
    `El navegador puede reconocer la voz (${language}) en este ordenador cuando haya descargado de su fabricante lo que necesita. Entonces lo que dices se queda aquí.`,
  download: (language) => `Descargar el reconocimiento de voz (${language})`,
  downloading: 'Descargando',
  notDownloaded: 'El navegador no pudo descargarlo. Comprueba la conexión y pulsa otra vez, o escribe.',
  refused: {
    absent: () => 'Este navegador no reconoce la voz. Escribe, o usa un Chrome actual en un ordenador.',
    remote: () =>
      'Este navegador no promete reconocer la voz en este ordenador: puede enviar el sonido fuera. No se pide el micrófono. Escribe, o actualiza el navegador.',
    language: (language) =>
      `Este navegador no reconoce la voz (${language}) en este ordenador; enviaría el sonido fuera. No se pide el micrófono. Escribe.`,
    forbidden: () =>
      'Esta página no puede reconocer la voz. En un marco, la página que lo contiene debe permitirlo: allow="microphone; on-device-speech-recognition".',
  },
  problems: {
    nothing: 'No se oyó nada. Habla más cerca del micrófono e inténtalo de nuevo.',
    denied: 'El micrófono no está permitido. Permítelo junto a la dirección de la página y pulsa otra vez.',
    noMicrophone: 'No hay micrófono. Conecta uno, o elígelo en los ajustes del ordenador.',
    gone: 'El navegador ya no puede reconocer este idioma en este ordenador, y no se pide nada más. Escribe.',
    other: (code) => `El navegador dejó de escuchar: ${code}. Pulsa otra vez, o escribe.`,
  },
  aloud: 'Leer las respuestas en voz alta',
  aloudText: 'Con una voz de este ordenador. El texto sigue donde está.',
  noVoice: (language) =>
    `Ninguna voz de este ordenador habla este idioma (${language}); otras enviarían el texto fuera. Instala una en los ajustes del ordenador.`,
};
