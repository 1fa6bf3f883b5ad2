/** What is said in Spanish while a board on a cable is reached and flashed; see `en/flash.ts`. */
import type { BoardStrings } from '../strings.js';
import { esPsramKind } from './psram.js';
import { esReport } from './report.js';

const { bytes, count, seconds } = esReport.format;

export const esSerial: BoardStrings['serial'] = {
  help: {
    titles: {
      'not-chosen': '¿La placa no estaba en la lista?',
      'not-opened': 'Qué puede impedir que se abra la placa',
    },
    rights: 'En Linux hace falta el permiso de usar puertos serie. En una terminal:',
    rightsAfter:
      'Después cierra la sesión del ordenador y vuelve a entrar. En Arch Linux el grupo se llama uucp en lugar de dialout.',
    braille:
      'En Ubuntu un programa para líneas braille puede ocupar la placa. Si no tienes ninguna, en una terminal:',
    driver: (names) =>
      `Las placas con un puente USB necesitan el controlador de su fabricante, si el sistema no lo trae: ${names}. Instálalo y vuelve a conectar la placa.`,
  },
  reasons: {
    insecure: {
      title: 'Esta página no se sirve de forma segura',
      text: 'Los navegadores solo dejan acceder a las placas por https o desde localhost. Abre la página con una dirección https o sírvela desde este ordenador.',
    },
    unsupported: {
      title: 'Este navegador no puede acceder a las placas',
      text: 'No tiene Web Serial. Lo tienen Chrome, Edge y Opera en ordenadores, y Firefox en versiones recientes.',
    },
    frame: {
      title: 'La página que la contiene no lo permite',
      text: 'Este conversor está dentro de un marco. Quien hizo la página debe escribir allow="serial" en la etiqueta iframe.',
    },
    policy: {
      title: 'Esta página prohíbe el acceso a las placas',
      text: 'Su cabecera Permissions-Policy excluye serial. Quien sirve la página puede permitirlo: Permissions-Policy: serial=(self).',
    },
    worker: {
      title: 'Desde aquí no se pueden elegir placas',
      text: 'Esta parte de la página funciona sin ventana.',
    },
  },
  still: 'Todo lo demás funciona: descarga la imagen y grábala con un programa.',
  ports: {
    busy: {
      title: 'El puerto está ocupado',
      text: 'Otro programa u otra página usa la placa. Ciérralo e inténtalo de nuevo.',
    },
    claimed: {
      title: 'Esta página ya usa el puerto',
      text: 'Termina o cancela antes lo que está en marcha.',
    },
    lost: {
      title: 'La placa ya no está',
      text: 'Se desconectó o dejó el bus. Conéctala e inténtalo de nuevo.',
    },
    gone: {
      title: 'La placa no ha vuelto',
      text: 'Se desconectó, o se reinició y ahora es otro puerto. Elígela de nuevo.',
    },
    stuck: {
      title: 'La placa no admite más datos',
      text: 'Desconéctala, conéctala otra vez y vuelve a intentarlo.',
    },
    closed: { title: 'El puerto está cerrado', text: 'Conecta la placa de nuevo.' },
  },
  failed: 'No ha funcionado',
};

export const esFlash: BoardStrings['flash'] = {
  heading: (name) => `Graba ${name} en una placa`,
  port: 'puerto serie',
  selftest: 'Probar esta placa',
  intro: (chip) =>
    `Conecta un ${chip} por USB y elígelo. Primero se examina; no se escribe nada hasta que lo digas.`,
  connect: 'Conectar una placa',
  connectAgain: 'Elegir otra placa',
  making: 'Preparando la imagen…',
  what: 'Qué se graba',
  parts: 'Partes de la imagen',
  partColumns: { name: 'Parte', offset: 'En', bytes: 'Tamaño' },
  partNames: {
    firmware: 'Firmware',
    'partition-table': 'Tabla de particiones',
    model: 'Modelo',
  },
  total: 'En total',
  looking: 'Examinando la placa',
  phases: {
    connecting: 'Conectando',
    identifying: 'Averiguando qué placa es',
    comparing: 'Preguntando qué tiene ya',
    writing: 'Escribiendo',
    verifying: 'Comprobando lo escrito',
    restarting: 'Reiniciando la placa',
  },
  found: 'Lo encontrado',
  foundColumns: { what: 'Qué', found: 'Esta placa', needed: 'Necesario' },
  facts: {
    chip: 'Chip',
    revision: 'Revisión',
    flash: 'Flash',
    psram: 'PSRAM en el chip',
    connection: 'Conexión',
    mac: 'Dirección (MAC)',
  },
  revision: (major, minor) => `v${major}.${minor}`,
  revisionNeeded: (major, minor) => `v${major}.${minor} o posterior`,
  atLeast: (size) => (size === 0 ? 'ninguna' : `al menos ${bytes(size)}`),
  exactly: (size) => `al menos ${bytes(size)}`,
  bytes: (size) => bytes(size),
  noPsram: 'ninguna de la que informe',
  psramFound: (size, kind) => `${bytes(size)}, ${esPsramKind(kind)}`,
  unknown: 'no responde',
  any: 'cualquiera',
  good: 'sirve',
  bad: 'no sirve',
  connections: {
    'usb-serial-jtag': 'USB del chip',
    'usb-otg': 'USB del chip (OTG)',
    'uart-bridge': 'puente USB-serie',
  },
  ready: 'Esta placa se puede grabar.',
  warning:
    'El programa de la placa se sustituye. Las partes que ya tiene no se vuelven a escribir, y sus ajustes se conservan.',
  slow: 'Usar una velocidad menor (115.200 baudios), para cables largos y adaptadores que pierden datos.',
  accept: 'Mi placa tiene PSRAM junto al chip: continuar.',
  several: '¿Vas a grabar varias placas?',
  label: 'Nombre de esta placa',
  labelHint:
    'Para la lista de abajo; por ejemplo, mesa-01: la placa siguiente continúa la cuenta. Puede quedar vacío.',
  flash: 'Grabar esta placa',
  cancel: 'Cancelar',
  amount: (done, total) => `${bytes(done)} de ${bytes(total)}`,
  unchanged: (size) => `${bytes(size)} ya estaban`,
  rate: (perSecond) => `${bytes(perSecond)} por segundo`,
  left: (left) => `quedan unos ${seconds(left)}`,
  keep: 'Deja la placa conectada. Cancelar es seguro: lo escrito se conserva y el resto sigue la próxima vez.',
  done: 'Grabada y comprobada',
  doneText: (written, total, milliseconds) =>
    written === 0
      ? `La placa ya tenía los ${bytes(total)}; no hubo que escribir nada.`
      : `${bytes(written)} de ${bytes(total)} escritos en ${seconds(milliseconds / 1000)} y comprobados por la propia placa con su resumen.`,
  started: {
    running: 'La placa se ha reiniciado y habla.',
    failing:
      'La placa habla, pero dice que no puede arrancar. Sus palabras están en la consola de la conversación.',
    silent: 'La placa no ha dicho nada desde entonces. Pulsa su botón RESET.',
    loader: 'El chip está otra vez en su cargador. Pulsa su botón RESET.',
  },
  talk: 'Conversar con ella',
  next: 'Siguiente placa',
  failed: 'La placa no se grabó',
  again: 'Reintentar',
  otherWay: 'Sin esta página',
  otherWayText: 'Lo mismo con esptool de Espressif, en una terminal:',
  toImage: 'Descargar la imagen',
  unfit: 'El modelo no cabe en la placa para la que se planificó, así que no hay imagen que grabar.',
  help: '¿No aparece la placa?',
  helpText: [
    'Usa un cable USB que lleve datos; muchos solo cargan.',
    'Placas con dos conectores: ambos sirven; prueba el otro.',
    'Si aún no aparece: lleva el chip a su cargador a mano.',
  ],
  advice: {
    'hold-boot': 'Mantén pulsado el botón BOOT.',
    'press-reset': 'Pulsa y suelta el botón RESET, que algunas placas llaman EN.',
    'release-boot': 'Suelta BOOT.',
    'plug-in-holding-boot': 'Sin botón RESET: desconecta la placa, mantén BOOT, conéctala y suelta BOOT.',
    'choose-port-again':
      'Elige la placa de nuevo: tras un reinicio, el navegador puede verla como otro puerto.',
    retry: 'Inténtalo de nuevo.',
    'other-socket': 'Si la placa tiene un segundo conector, marcado UART o COM, usa ese.',
    'close-programs':
      'Cierra otros programas y páginas que usen la placa: terminales, Arduino, otras pestañas.',
    'plug-again': 'Desconecta la placa y conéctala otra vez.',
    'data-cable': 'Usa un cable USB corto que lleve datos, sin concentrador.',
    'lower-baud': 'Usa una velocidad menor: cuando se haya encontrado la placa, hay una casilla para ello.',
    'other-port': 'Usa otro puerto USB del ordenador.',
    'other-board': 'Usa otra placa.',
    'choose-board': 'Vuelve atrás y convierte el modelo para esta placa.',
    'flash-again': 'Graba de nuevo: lo escrito se conserva.',
  },
  pictures: {
    'hold-boot': 'Dibujo: una placa con el botón BOOT pulsado',
    'press-reset': 'Dibujo: una placa cuyo botón RESET se pulsa y se suelta',
    'release-boot': 'Dibujo: una placa cuyo botón BOOT se suelta',
    'plug-in-holding-boot': 'Dibujo: una placa que se conecta con BOOT pulsado',
  },
  errors: {
    'port-busy': {
      title: 'El puerto está ocupado',
      text: () => 'Otro programa u otra página usa la placa.',
    },
    'port-lost': {
      title: 'La placa ya no está',
      text: () => 'Se desconectó o dejó el bus durante el trabajo. Lo escrito se conserva.',
    },
    'no-loader': {
      title: 'El chip no entró en su cargador',
      text: () =>
        'Ejecuta otra cosa, o la placa no tiene conectadas las líneas que lo reinician. Con los botones se hace a mano.',
    },
    'board-changed': {
      title: 'Responde otra placa',
      text: (found, needed) => `${found} en lugar de ${needed}. Conecta una sola placa cada vez.`,
    },
    'wrong-chip': {
      title: 'Es otro chip',
      text: (found, needed) =>
        `La placa tiene ${found === '' ? 'un chip desconocido' : `un ${found}`}; ${needed === '' ? 'no se hacen imágenes para él' : `la imagen es para el ${needed}`}. No se escribió nada.`,
    },
    'chip-revision': {
      title: 'El chip es demasiado antiguo',
      text: (found, needed) =>
        `Es la revisión v${found}; la imagen necesita v${needed}. No se escribió nada.`,
    },
    'secure-download': {
      title: 'El chip está bloqueado',
      text: () => 'Solo acepta programas de quien grabó sus claves. Eso no se puede deshacer.',
    },
    'secure-boot': {
      title: 'El chip está bloqueado',
      text: () => 'Solo arranca programas firmados con una clave que lleva grabada. No se escribió nada.',
    },
    'flash-encrypted': {
      title: 'El chip cifra su flash',
      text: () => 'Solo las herramientas de su fabricante pueden escribir en ella. No se escribió nada.',
    },
    'flash-octal': {
      title: 'Este tipo de flash no es compatible',
      text: () =>
        'La placa tiene flash octal, que el firmware no maneja. Sirven los módulos con flash cuádruple, como el N16R8.',
    },
    'flash-unknown': {
      title: 'La flash no responde',
      text: (pins) =>
        `Quita lo que esté conectado a ${pins === '' ? 'los pines de la flash' : `GPIO ${pins}`} y vuelve a conectar la placa. No se escribió nada.`,
    },
    'flash-too-small': {
      title: 'La flash es demasiado pequeña',
      text: (found, needed) => `Esta placa tiene ${found}; la imagen es para ${needed}. No se escribió nada.`,
    },
    'psram-too-small': {
      title: 'La PSRAM es demasiado pequeña',
      text: (found, needed) =>
        `El modelo necesita ${needed}; el chip ${found === '' ? 'no informa de ninguna' : `informa de ${found}`}. Algunas placas tienen PSRAM junto al chip, que este no conoce.`,
    },
    line: {
      title: 'La línea tiene interferencias',
      text: () => 'Una y otra vez se pierden o cambian bytes por el camino. Lo escrito se conserva.',
    },
    verify: {
      title: 'La placa contiene otra cosa',
      text: () =>
        'Todo se escribió sin errores y, aun así, el resumen es distinto. La flash puede estar gastada.',
    },
  },
  tally: 'Placas hasta ahora',
  tallyText: (flashed, failed, silent) =>
    [
      `${count(flashed)} ${flashed === 1 ? 'grabada' : 'grabadas'}`,
      ...(silent === 0 ? [] : [`${count(silent)} de ellas en silencio`]),
      ...(failed === 0 ? [] : [`${count(failed)} con fallo`]),
    ].join(', '),
  pace: (milliseconds) => `${seconds(milliseconds / 1000)} por placa`,
  saveTally: 'Guardar la lista (CSV)',
  tallyColumns: {
    number: 'Intento',
    label: 'Nombre',
    mac: 'Dirección (MAC)',
    outcome: 'Resultado',
  },
  outcomes: {
    flashed: 'grabada',
    same: 'ya lo tenía',
    silent: 'grabada, en silencio',
    cancelled: 'cancelada',
  },
};
