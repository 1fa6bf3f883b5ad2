/** The element in Spanish; see `en/all.ts`. */
import { prepareNumbers } from '../../../shared/format.js';
import { esPsramKind } from './psram.js';
import { esFirst } from './first.js';
import { esNotes } from './notes.js';
import { esReport } from './report.js';
import type { Strings } from '../strings.js';

prepareNumbers('es');

const { bytes, count, fixed, seconds, shortCount } = esReport.format;

export const esAll: Strings = {
  ...esFirst,
  failures: {
    ...esFirst.failures,
    read: 'No se pudo leer el modelo',
    plan: 'Estos ajustes no son posibles',
    convert: 'La conversión falló',
    image: 'No se pudo crear la imagen',
    format: 'Los archivos del modelo no están en orden',
    unsupported: 'Este modelo no es compatible',
    transport: 'No se pudo cargar un archivo',
    usage: 'Eso no es posible',
    policy: 'Esta página no lo permite',
  },
  notes: esNotes,
  report: esReport,
  help: {
    'no-config':
      'No es la carpeta de un modelo: le falta config.json. Elige la carpeta que contiene config.json y los archivos *.safetensors.',
    'several-models': 'La carpeta contiene varios modelos. Elige uno.',
    'no-weights':
      'La carpeta no tiene pesos. Elige la carpeta que contiene config.json y los archivos *.safetensors.',
    'two-models': 'La carpeta contiene más de un modelo. Deja un solo modelo en cada carpeta.',
    'missing-files': 'Faltan algunos archivos de pesos. Descárgalos en la carpeta.',
    'broken-file': 'Un archivo está cortado o no es lo que dice su nombre. Descárgalo de nuevo.',
    'lfs-pointer':
      'Git solo dejó un puntero en lugar del archivo. Ejecuta «git lfs pull» en la carpeta o descarga el archivo.',
    'mixed-up': 'Los archivos son de modelos distintos. Descárgalos todos de nuevo desde un mismo sitio.',
    'not-finite': 'Los pesos contienen valores que no son números. Usa otra copia u otro modelo.',
    family:
      'Este tipo de modelo no se convierte. Elige uno de Llama, Qwen, GPT-2, Gemma u otra familia que sí.',
    quantized: 'Los pesos ya están cuantizados. Elige el modelo original del que se hicieron.',
    multimodal: 'Este modelo también ve u oye. Elige uno que solo lea y escriba texto.',
    'encoder-decoder':
      'Este modelo pasa de un codificador a un decodificador. Elige uno que solo continúe texto.',
    encoder: 'Este modelo lee texto o imágenes y no escribe. Elige uno que continúe texto.',
    experts: 'Este modelo es una mezcla de expertos. Elige uno denso.',
    adapter:
      'Esto es un adaptador (LoRA), solo la diferencia con un modelo. Pon los archivos de ese modelo en la misma carpeta.',
    pickle:
      'El archivo de PyTorch contiene más que pesos. Guarda solo los pesos (model.state_dict()) o usa safetensors.',
    'other-format':
      'Los pesos están en otro formato. Elige el modelo original con sus archivos *.safetensors.',
    'file-changed': 'Un archivo cambió o desapareció mientras se leía. Elige la carpeta de nuevo.',
    refused: 'El servidor no entrega este modelo a cualquiera. Descarga tú la carpeta y elígela aquí.',
    absent: 'No hay nada en esta dirección. Comprueba cómo está escrita.',
    network: 'La red o el servidor no responden. Comprueba la conexión y la dirección e inténtalo de nuevo.',
    'no-ranges':
      'El servidor no puede entregar archivos grandes por partes. Descarga tú la carpeta y elígela aquí.',
    'no-files': 'No se eligió ningún archivo. Elige la carpeta que contiene config.json.',
    'too-many-files': 'Se eligieron demasiados archivos. Elige solo la carpeta que contiene config.json.',
    address:
      'No es la dirección de un modelo. Escribe propietario/nombre para el Hugging Face Hub, o https://… para una carpeta.',
    context: 'Ese contexto no es posible con este modelo. Elige uno más corto.',
    unfit: 'El modelo no cabe en la placa. Cambia los ajustes o la placa, o usa un modelo más pequeño.',
    tokenizer:
      'Este tipo de tokenizer.json no se lee. Elige otro modelo o quita el archivo para trabajar con números de token.',
    prompt: 'El texto está vacío o es demasiado largo para el contexto. Cámbialo.',
    firmware:
      'Este firmware no sirve. Usa el programa enlazado (ELF), o la aplicación o la imagen combinada de un proyecto de ESP-IDF para el chip de la placa.',
    bootloader:
      'El firmware vino sin cargador de arranque, así que ninguna placa arranca la imagen. Usa su imagen combinada (idf.py merge-bin).',
    'page-file':
      'No se pudo cargar un archivo de esta página. Comprueba la conexión e inténtalo de nuevo. Quien sirve la página debe ponerlo donde se busca.',
    'connect-src':
      'La Content-Security-Policy de esta página prohíbe esta dirección. Quien sirve la página puede permitirla con connect-src.',
    wasm: "La Content-Security-Policy de esta página prohíbe WebAssembly. Quien sirve la página puede permitirlo: script-src 'wasm-unsafe-eval'.",
    worker:
      'La Content-Security-Policy de esta página prohíbe los workers. Quien sirve la página puede permitirlos: worker-src blob:.',
    browser:
      'Este navegador no tiene WebAssembly con SIMD, con el que se hace todo el trabajo. Usa Chrome o Edge desde la versión 100, Firefox desde la 104 o Safari desde la 16.4; donde WebAssembly está desactivado, como en el modo de aislamiento, permítelo para esta página.',
    memory:
      'Parece que se agotó la memoria de este ordenador. Cierra otras pestañas o usa un modelo más pequeño e inténtalo de nuevo.',
    'board-silent':
      'La placa no responde. Reiníciala y cierra otros programas que la usen. Si no sirve, grábala de nuevo.',
    'board-line':
      'Por el camino se perdieron o dañaron mensajes. Usa un cable USB corto sin concentrador e inténtalo de nuevo.',
    emulator: 'El emulador ha terminado. Enciende la placa otra vez; si no sirve, vuelve a cargar la página.',
    format: 'Un archivo no contiene lo que debería. Descarga el modelo de nuevo o usa otro.',
    unsupported:
      'Una parte de este modelo no se convierte. Elige otro tamaño u otra familia, como Llama, Qwen o GPT-2.',
    usage: 'Lo que se pidió no es posible. Si lo pide la página, debe cambiarlo quien la hizo.',
    other: 'Esto no debería ocurrir. Vuelve a cargar la página e inténtalo de nuevo.',
  },
  term: (name) => `¿Qué significa «${name}»?`,
  fit: {
    heading: (name) => `${name} en un chip`,
    settled: 'Decidido por quien hizo esta página.',
    facts: 'El modelo',
    architecture: 'Arquitectura',
    parameters: 'Parámetros',
    shape: 'Forma',
    shapeValue: (layers, hidden) => `${count(layers)} capas, ancho ${count(hidden)}`,
    heads: 'Cabezas de atención',
    headsValue: (heads, kvHeads) =>
      heads === kvHeads
        ? count(heads)
        : `${count(heads)}, que comparten ${count(kvHeads)} para claves y valores`,
    vocabulary: 'Vocabulario',
    tokens: (tokens) => `${count(tokens)} ${tokens === 1 ? 'token' : 'tokens'}`,
    longest: 'Contexto más largo',
    file: 'Archivo',
    fileValue: (size, dtypes) => `${bytes(size)} en ${dtypes.join(', ')}`,
    speaks: 'Tipo',
    speaksChat: 'chat: responde a lo que escribes',
    speaksText: 'texto: continúa lo que escribes',
    speaksIds: 'solo números de token: la carpeta no tiene tokenizer.json',
    notes: (notes) => `${count(notes)} ${notes === 1 ? 'nota' : 'notas'} sobre este modelo`,
    settings: 'Ajustes',
    board: 'Placa',
    modules: 'Módulos',
    find: 'Buscar mi placa',
    boards: 'Placas por su nombre',
    boardMemory: (flash, psram, kind) =>
      psram === 0
        ? `${bytes(flash)} de flash, sin PSRAM`
        : `${bytes(flash)} de flash, ${bytes(psram)} de PSRAM ${esPsramKind(kind)}`,
    unsupported: 'no compatible',
    weights: 'Pesos',
    connect: 'Conectar: qué pines obedecen al modelo',
    drawing: 'En la placa: qué capa está dónde',
    frontier: 'Más pequeño o más fino: qué más podría ser',
    conversions: 'Todas las formas de guardarlo, medidas',
    weightsAuto: { name: 'Automático', text: 'INT8 donde cabe; si no, tanto como haya sitio.' },
    granularity: 'Una escala para',
    chat: 'Los chats empiezan',
    chatKinds: {
      template: { name: 'Según la plantilla', text: '' },
      begin: { name: 'Con el token de inicio', text: '' },
    },
    granularities: {
      auto: {
        name: 'Automático',
        text: 'Grupos donde el chip espera a la memoria de todos modos, una escala por fila en la memoria rápida.',
      },
      tensor: { name: 'un tensor', text: 'Por tensor: lo más pequeño y sencillo, lo que más pierde.' },
      channel: {
        name: 'un canal',
        text: 'Cada fila tiene su propia escala. Lo mejor para la mayoría de los modelos.',
      },
      'group:128': {
        name: '128 pesos',
        text: 'Grupos de 128: más cerca del original, un poco más grande.',
      },
      'group:64': { name: '64 pesos', text: 'Grupos de 64: aún más cerca, un 2 % más grande.' },
      'group:32': {
        name: '32 pesos',
        text: 'Grupos de 32: lo más cercano al original, un 3 % más grande.',
      },
      'group:16': {
        name: '16 pesos',
        text: 'Grupos de 16, para INT4: lo más cerca del original, 11 % más grande que con 32.',
      },
    },
    context: 'Contexto',
    contextText: 'Cuánto recuerda el modelo. Más largo ocupa más memoria.',
    quality: 'Tamaño y calidad',
    qualities: {
      smallest: {
        name: 'El más pequeño',
        text: 'Medio byte por peso, más o menos: el que menos ocupa y más pierde.',
      },
      balanced: {
        name: 'Equilibrado',
        text: 'La mejor calidad que cabe en esta placa sin perder mucha velocidad.',
      },
      closest: { name: 'El más fiel', text: 'El más parecido al original. Ocupa más y suele ser más lento.' },
    },
    ownQuality: { name: 'A medida', text: 'Tus propios ajustes.' },
    effort: 'Esfuerzo',
    efforts: {
      quick: { name: 'Rápido', text: 'Cada fila se redondea por sí sola.' },
      good: {
        name: 'Bueno',
        text: 'Se redondea en el orden del modelo, según lo que un texto pide de cada matriz.',
      },
      best: { name: 'Óptimo', text: 'Además se ajusta frente al original.' },
    },
    effortTime: (time) => `Tarda unos ${time} más en un ordenador corriente.`,
    exactly: 'Exactamente cómo',
    activations: 'Activaciones',
    activationKinds: {
      auto: {
        name: 'Automáticas',
        text: '16 bits donde el chip espera a la memoria de todos modos; si no, INT8.',
      },
      int8: { name: 'INT8', text: 'Lo más rápido. Una escala para todo el vector.' },
      'int8:32': { name: 'INT8/32', text: 'Una escala cada 32 números. Más lento.' },
      'int8:64': { name: 'INT8/64', text: 'Una escala cada 64 números. Más lento.' },
      int16: { name: '16 bits', text: 'Lo más exacto. Más lento desde memoria rápida.' },
      static: { name: 'Estáticas', text: 'INT8 con escalas medidas antes. Lo menos exacto.' },
    },
    cache: 'Caché de claves y valores',
    cacheKinds: {
      auto: {
        name: 'Automática',
        text: 'Claves de 16 bits si la placa tiene sitio y sigue siendo rápida; si no, INT8.',
      },
      int8: { name: 'INT8', text: 'La más pequeña.' },
      k16v8: { name: 'K16/V8', text: 'Claves de 16 bits, valores de 8. Casi exacta.' },
      int16: { name: 'INT16', text: 'Prácticamente exacta, el doble de grande.' },
      float32: { name: 'F32', text: 'Exacta, cuatro veces más grande.' },
    },
    memory: 'Memoria de la placa',
    memories: { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' },
    memoryTexts: { sram: 'en el chip, la más rápida', psram: 'junto al chip', flash: 'lo guarda todo' },
    memoryUse: (used, capacity) => `${bytes(used)} de ${bytes(capacity)}`,
    memoryNone: (used) => `${bytes(used)}, y la placa no tiene`,
    parts: { weights: 'Pesos', cache: 'Caché de claves y valores', scratch: 'Memoria de trabajo' },
    fits: 'Cabe',
    fitsNot: 'No cabe',
    planning: 'Planificando…',
    fewer: {
      title: 'Vocabulario',
      kept: (kept, of) => `${kept} de ${of} tokens`,
      text: 'Las palabras sin un token propio se leen y escriben por partes. Con menos tokens el modelo es más pequeño y más rápido.',
      tokens: 'Tokens que quedan',
      used: 'los que usa el texto',
      keep: 'Un texto cuyas palabras se conservan',
      characters: (length) =>
        length === 0 ? 'Sin texto quedan los tokens más habituales.' : `${count(length)} caracteres.`,
      file: 'O un archivo de texto',
      all: 'Conservar todos los tokens',
      cut: (tokens) => `Reducir a ${tokens} tokens`,
    },
    remedies: 'Qué ayudaría',
    convert: 'Convertir',
    acts: {
      use: (what) => `Usar ${what}`,
      int8Cache: 'Usar la caché INT8',
      int8Weights: 'Usar pesos INT8',
      models: 'Ver modelos que caben',
      channelScales: 'Usar una escala por canal',
    },
    flashUse: (use) => `${use} de flash`,
    convertAnyway: 'Convertir de todos modos',
    back: 'Otro modelo',
  },
  converting: {
    heading: (name) => `Convirtiendo ${name}`,
    starting: 'Empezando',
    stages: {
      reading: 'Cargando el original',
      calibrating: 'Midiendo activaciones',
      tuning: 'Ajustando según el original',
      quantizing: 'Cuantizando pesos',
      generating: 'El original escribe un texto para comparar',
      checking: 'Los dos modelos lo leen',
    },
    amount: (done, total, unit) =>
      unit === 'bytes'
        ? total === 0
          ? bytes(done)
          : `${bytes(done)} de ${bytes(total)}`
        : `${count(done)} de ${count(total)} tokens`,
    rate: (speed) => `${bytes(Math.round(speed))} por segundo`,
    left: (left) => `quedan unos ${seconds(left)}`,
    before: (tensors) => `${count(tensors)} ${tensors === 1 ? 'tensor' : 'tensores'} más antes de estos`,
    cancel: 'Cancelar',
  },
  result: {
    heading: (name) => `${name}, antes y después`,
    html: 'Informe en HTML',
    json: 'Informe en JSON',
    adjust: 'Cambiar los ajustes',
    again: 'Otro modelo',
    took: (time) => `Convertido y comparado en ${time < 10 ? `${fixed(time, 1)} s` : seconds(time)}.`,
    sideBySide: 'Lado a lado',
    sideBySideText:
      'Ambos modelos continúan con sus palabras más probables. Marcado desde la primera diferencia.',
    after: 'Tras',
    original: 'Original',
    converted: 'Convertido',
    same: 'Ambos escriben lo mismo.',
    endsHere: '(termina aquí)',
    divergence: 'Divergencia',
    divergenceTable: 'Divergencia KL',
    divergenceText: (positions) =>
      `Divergencia de Kullback-Leibler en ${count(positions)} posiciones, en nats. La mitad de las posiciones queda por debajo de la mediana.`,
    shift: 'Probabilidad de la palabra siguiente',
    tensors: 'Tensores',
    tensorsText:
      'SQNR es la relación señal-ruido de los pesos: 6 dB equivalen a un bit, más o menos. Abre un tensor para ver cómo se reparten sus pesos.',
    columns: {
      name: 'Tensor',
      shape: 'Forma',
      dtype: 'Tipo',
      before: 'Antes',
      after: 'Después',
      sqnr: 'SQNR',
    },
    tensorTable: 'Tensores con tamaños y relación señal-ruido',
    histogram: (name) => `Pesos de ${name}: relleno antes, línea después`,
    histogramTable: 'Las cifras del gráfico',
    histogramColumns: { range: 'Intervalo', before: 'Antes', after: 'Después' },
    memory: 'Memoria',
    notes: 'Notas',
  },
  take: {
    heading: (name) => `Descargar ${name}`,
    image: 'Imagen para la placa',
    imageText:
      'Firmware, tabla de particiones y modelo en un archivo que la placa arranca, para la dirección 0 de la flash.',
    making: 'Preparando la imagen…',
    notBootable:
      'Tu firmware vino sin cargador de arranque, así que no hay una imagen única. Graba las partes en una placa que tenga uno.',
    doesNotFit: 'El modelo no cabe en esta placa, así que no hay imagen. Cambia los ajustes o la placa.',
    retry: 'Reintentar',
    downloadImage: 'Descargar la imagen',
    parts: 'Partes y manifiesto',
    partsText: 'Lo mismo en archivos separados, con el manifiesto que lee ESP Web Tools.',
    downloadParts: 'Descargar las partes',
    package: 'Paquete del modelo',
    packageText:
      'Solo el modelo convertido: para la línea de comandos y para una placa que ya tiene el firmware.',
    download: 'Descargar el paquete',
    component: 'Su propio firmware',
    componentText:
      'Para una aplicación de ESP-IDF o Arduino que llame al modelo: biblioteca, paquete, tabla de particiones y los tres pasos para unirlos.',
    downloadComponent: 'Descargar el componente',
    tflmText:
      'El modelo como grafo para una aplicación propia que ya tiene TensorFlow Lite Micro, con tokenizador, muestreo y un ejemplo. Es más lento que el motor de este proyecto.',
    downloadTflm: 'Descargar el grafo',
    kit: 'Kit para la clase',
    kitText:
      'Una carpeta para una clase: página, modelo, imagen y una hoja de ayuda para imprimir. La placa y los ajustes son los de aquí. Funciona desde cualquier servidor web y desde una memoria USB, sin red.',
    downloadKit: 'Descargar el kit',
    packing: 'Preparando el archivo…',
    packed: 'El archivo está listo.',
    packingStopped: 'Se canceló el archivo.',
    stopPacking: 'Cancelar el archivo',
    kitPacked: (done: string, total: string) => `${done} de ${total} empaquetados`,
    bytes,
    digest: 'SHA-256 de la imagen',
    command: 'Grabarla desde una terminal',
    commandText: 'Con esptool de Espressif, en la carpeta de la imagen descargada:',
    copy: 'Copiar',
    framed: {
      blocked:
        'No se guardó nada: esta página está en un marco que no puede guardar archivos. Ábrela en su propia pestaña, o que quien hizo la página que la rodea añada allow-downloads al sandbox del marco.',
      unknown:
        '¿No hay archivo? Entonces esta página está en un marco que no puede guardar archivos. Ábrela en su propia pestaña, o que quien hizo la página que la rodea añada allow-downloads al sandbox del marco.',
    },
  },
  trial: {
    raw: 'Tal como lo escribió el modelo',
  },
  announce: {
    fit: (fits, board) => (fits ? `Cabe en ${board}.` : `No cabe en ${board}.`),
    result: (verdict) => `Listo: ${verdict}.`,
    converting: (name) => `Convirtiendo ${name}`,
    cancelled: 'Cancelado.',
    copied: 'Copiado.',
    notCopied: 'Esta página no puede usar el portapapeles. Selecciona el texto y cópialo.',
  },
  parameters: shortCount,
};
