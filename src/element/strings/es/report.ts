/** The report and the plan's advice in Spanish. */
import { planFormats } from '../../../plan/words.js';
import { CACHE_LABELS, groupSize, isQuantized, weightsLabel } from '../../../plan/scheme.js';
import { formatters } from '../../../shared/format.js';
import type { ReportWords } from '../../../report/words.js';

const format = formatters('es', 'exacto');

const GRANULARITIES: Readonly<Record<string, string>> = {
  tensor: 'por tensor',
  channel: 'por canal',
  mixed: 'por matriz',
};
const ACTIVATIONS = {
  int8: 'activaciones INT8 dinámicas',
  'int8:32': 'activaciones INT8 en grupos de 32',
  'int8:64': 'activaciones INT8 en grupos de 64',
  int16: 'activaciones de 16 bits',
  mixed: 'activaciones INT8 y de 16 bits',
  static: 'activaciones INT8 estáticas',
} as const;

export const esReport: ReportWords = {
  language: 'es',
  format,
  verdicts: {
    undecided: {
      title: 'Muy poco texto para juzgar',
      meaning:
        'Las cifras de abajo proceden de muy pocas palabras para decir lo bueno que es el modelo pequeño. Da un texto más largo.',
    },
    indistinguishable: {
      title: 'Indistinguible',
      meaning:
        'Ambos modelos valoran igual las palabras siguientes: para distinguirlos por lo que escriben hacen falta miles de palabras.',
    },
    negligible: {
      title: 'Pérdida insignificante',
      meaning:
        'Ambos modelos valoran casi igual las palabras siguientes. Donde dos son más o menos igual de probables, puede salir la otra.',
    },
    small: {
      title: 'Pérdida pequeña',
      meaning: 'Algunas palabras salen distintas; el sentido se mantiene casi siempre.',
    },
    moderate: { title: 'Pérdida moderada', meaning: 'El texto cambia de forma apreciable.' },
    large: { title: 'Pérdida grande', meaning: 'El modelo es visiblemente peor que el original.' },
    severe: {
      title: 'Pérdida grave',
      meaning: 'El modelo convertido ya no se comporta como el original.',
    },
  },
  reasons: {
    kl: 'Lo decide la divergencia KL.',
    top1: 'Lo decide la proporción de primeras opciones iguales.',
    ratio: 'Lo decide la perplejidad.',
    texts: 'Las cifras son aún mejores, pero uno de los textos de abajo difiere.',
    length: 'El texto es demasiado corto para mayor seguridad; con uno más largo el veredicto puede mejorar.',
  },
  limits: (kl, top1, ratio) =>
    `Límites de este veredicto: divergencia KL de hasta ${kl}, misma primera opción en al menos el ${top1}, perplejidad hasta un ${ratio} mayor. Cada cifra cumple su límite con una confianza del 95 %.`,
  alternatives: {
    title: 'Qué ayudaría',
    changes: {
      channel: 'Una escala por canal',
      'group:32': 'Grupos de 32',
      auto: 'Activaciones escaladas durante la ejecución',
      int16: 'Activaciones de 16 bits',
      'cache:k16v8': 'Una caché con claves de 16 bits',
      'cache:int16': 'Una caché de 16 bits',
    },
    line: (change, loss, size, speed) => `${change}: un ${loss} menos de pérdida, ${size}, ${speed}.`,
    size: (change, larger) =>
      change === null ? 'el mismo tamaño' : `un ${change} más ${larger ? 'grande' : 'pequeño'}`,
    speed: (change, faster) =>
      change === null ? 'igual de rápido' : `un ${change} más ${faster ? 'rápido' : 'lento'}`,
  },
  vocabulary: {
    title: 'Qué cuesta el vocabulario reducido',
    texts: {
      evaluation: 'En el texto del informe',
      kept: 'En el texto para el que se redujo',
      written: 'En lo que escribe el original',
    },
    kept: (tokens, of) => `Quedan ${tokens} de ${of} tokens.`,
    length: (text, before, after, apart) =>
      `${text}, ${before} tokens por carácter pasan a ser ${after}; el ${apart} de las palabras se parte.`,
    examples: (words) => `Las más frecuentes: ${words}.`,
    bits: (text, whole, cut, converted) =>
      `${text}, un byte le cuesta al original ${whole} bits, con estos tokens ${cut} y al modelo convertido ${converted}; cuantos menos, mejor.`,
    lost: (share) => `El original da el ${share} de su probabilidad a tokens que quedan fuera.`,
    divergence:
      'Todas las cifras de divergencia, perplejidad y primera opción se calculan sobre los tokens que quedan, en texto partido en ellos: las probabilidades del original sin las de los demás, escaladas para que sumen 1.',
  },
  meanings: {
    perplexity:
      'La perplejidad dice entre cuántas palabras duda el modelo, de media. Cuanto menor, mejor; la razón debe quedar cerca de 1.',
    kl: 'Cuánto se apartan las predicciones de las del original en cada posición (divergencia de Kullback-Leibler, nats). 0 es idéntico.',
    probabilityShift: 'Cuánto cambió la probabilidad de la palabra que realmente sigue.',
    sqnr: 'SQNR es la relación señal-ruido de los pesos. 6 dB equivalen a un bit, más o menos; cuanto mayor, mejor.',
  },
  labels: {
    kl: 'Divergencia KL media',
    klNote: 'nats, 0 es idéntico',
    perplexity: 'Perplejidad',
    ratio: (ratio) => `razón ${ratio}`,
    top1: 'Misma primera opción',
    positions: (positions) => `de ${positions} posiciones`,
    size: 'Tamaño',
    bits: (bits) => `${bits} bits por peso`,
    mean: 'Media',
    median: 'Mediana',
    rank: (share) => `${share} por debajo`,
    largest: 'Máximo',
    rootMeanSquare: 'Media cuadrática',
    points: (points) => `${points} puntos`,
  },
  memories: { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' },
  uses: {
    weights: (bytes) => `pesos ${bytes}`,
    cache: (bytes) => `caché ${bytes}`,
    scratch: (bytes) => `trabajo ${bytes}`,
    separator: ', ',
    of: (used, capacity) => `${used} de ${capacity}`,
  },
  scheme: (scheme) => {
    const cache = `caché ${CACHE_LABELS[scheme.cache]}`;
    const label = weightsLabel(scheme);
    if (!isQuantized(scheme)) return `Pesos y activaciones ${label}, ${cache}`;
    const group = groupSize(scheme.granularity);
    const per = group > 0 ? `en grupos de ${group}` : (GRANULARITIES[scheme.granularity] ?? '');
    return `${label} ${per}, ${ACTIVATIONS[scheme.activations]}, ${cache}`;
  },
  plan: {
    ...planFormats('es'),
    problems: {
      scratch: (needed, available, excess) =>
        `La memoria de trabajo necesita ${needed} de SRAM y hay ${available}: faltan ${excess}.`,
      cache: (needed, available, excess, context) =>
        `La caché de claves y valores para ${format.count(context)} tokens necesita ${needed} y hay ${available}: faltan ${excess}.`,
      flash: (needed, available, excess) =>
        `El paquete necesita ${needed} de flash y hay ${available}: faltan ${excess}.`,
    },
    remedies: {
      context: (context) => `Un contexto de ${format.count(context)} tokens cabe.`,
      'narrower-model': 'Usa un modelo con un vocabulario o una capa densa más pequeños.',
      'int8-cache': 'Una caché INT8 es la que menos ocupa.',
      psram: 'En una placa con PSRAM cabe un contexto más largo.',
      'shorter-context': 'Un contexto más corto reduce lo suficiente las tablas de posiciones.',
      'int8-weights': 'Los pesos INT8 ocupan la cuarta parte.',
      'channel-scales': 'Una escala por canal en lugar de grupos ahorra lo suficiente.',
      'more-flash': 'En una placa con 16 MB de flash cabe más.',
      'smaller-model':
        'Usa un modelo más pequeño: en este chip caben unos 14 millones de parámetros en INT8.',
    },
    speed: {
      expected: (half, start, full) =>
        `Unos ${half.expected} de los ${half.bound} tokens/s que permiten las memorias con medio contexto, ${start.expected} de ${start.bound} al principio, ${full.expected} de ${full.bound} con el contexto lleno.`,
      bound: (half, start, full) =>
        `Las memorias permiten ${half} tokens/s con medio contexto, ${start} al principio y ${full} con el contexto lleno.`,
      table: {
        title: 'Tokens por segundo',
        places: { start: 'Vacío', half: 'A medias', full: 'Lleno' },
        context: 'Contexto',
        expected: 'Esperado',
        measured: 'Medido',
        bound: 'Como mucho',
        at: (tokens) => `${tokens} tokens`,
        guessed: (at, share) => `${at}, ${share} adivinados`,
      },
      pace: (half) => `Unos ${half.expected} de ${half.bound} tokens/s con medio contexto`,
      paceBound: (half) => `Como mucho ${half} tokens/s con medio contexto`,
    },
    cut: {
      fits: (tokens, of, bytes, whole, rate) =>
        `Reducido a ${tokens} de sus ${of} tokens, ocupa ${bytes} en vez de ${whole} y se esperan unos ${rate} tokens/s.`,
      none: (tokens, of, bytes, whole) =>
        `Incluso reducido a ${tokens} de sus ${of} tokens, ocupa ${bytes} (${whole} con todos).`,
    },
    choice: {
      finest: 'Todos los pesos llevan las escalas más finas: aquí apenas cuestan velocidad.',
      room: 'Las escalas son tan finas como caben.',
      faster: (rate) =>
        `Las escalas son tan finas como se puede sin perder mucha velocidad: con otras más finas serían ${rate} tokens por segundo.`,
      names8:
        'La incrustación y la cabeza conservan 8 bits: son las que más pierden con 4, y aquí cuestan poca velocidad.',
      names4: (rate) =>
        `La incrustación y la cabeza también llevan 4 bits: con 8 serían ${rate} tokens por segundo.`,
      'names4-room': 'La incrustación y la cabeza también llevan 4 bits: con 8 no caben.',
      fits: (needed, available) =>
        `En INT8 el paquete necesitaría ${needed} de flash y hay ${available}: cada matriz lleva los bits que caben.`,
      int4: (rate) => `Con pesos INT4 serían ${rate} tokens por segundo.`,
      none: (needed, available) =>
        `Incluso con los pesos más pequeños el paquete necesita ${needed} de flash y hay ${available}.`,
    },
  },
  origins: {
    given: 'el texto proporcionado',
    'written by the original model': 'un texto que escribió el propio modelo original',
  },
  layers: {
    heading: '¿Qué capa perdió más?',
    text: 'Cuánto se movieron los pesos de cada capa, en relación con su tamaño. La capa que sobresale es la que más sufre con números pequeños.',
    column: 'Capa',
    error: 'Error relativo',
    layer: (layer) => `Capa ${layer}`,
    others: 'Embedding y salida',
    alike: (least, most) => `Todas las capas se movieron más o menos igual: de ${least} a ${most}.`,
    worst: (layer, most, least) => `${layer} se movió más, ${most}; la que menos, ${least}.`,
  },
  spread: {
    question: '¿Cómo se reparten sus pesos?',
    peak: (share) => `${share} en la barra más llena`,
    outside: (share) => `el ${share} queda más lejos`,
    key: { before: 'antes', after: 'después' },
  },
  file: {
    model: 'Modelo',
    title: (name) => `${name}: antes y después`,
    subtitle: 'Antes y después de la conversión',
    settings: (scheme, context, board) => `${scheme} · contexto ${context} · ${board}`,
    kl: (positions) => `Divergencia KL en ${positions} posiciones`,
    shift: 'Probabilidad del siguiente token verdadero',
    memoryOf: (board) => `Memoria de ${board}`,
    fits: 'Cabe.',
    fitsNot: 'No cabe.',
    memoryColumns: { memory: 'Memoria', used: 'Usado', for: 'Para' },
    textsAfter: (prompt) => `Lo que ambos escriben tras «${prompt}»`,
    same: 'Ambos textos son iguales.',
    marked: 'Marcado desde la primera diferencia. Cada palabra es la más probable.',
    original: 'Original',
    converted: 'Convertido',
    endsHere: '(termina aquí)',
    tensors: 'Tensores',
    inputs: {
      title: 'Entradas de las matrices',
      text: 'Señal frente a ruido de redondeo de los vectores que multiplica cada matriz, con cada tipo de código; destaca el que se usa. Después, lo que cuesta allí INT8 por sí solo y cuánto más tardarían 16 bits por token, según la predicción.',
      kl: 'KL, solo INT8',
      micros: 'µs más con 16 bits',
    },
    charts: 'Los gráficos muestran cómo se reparten los pesos: relleno antes, línea después.',
    columns: {
      name: 'Nombre',
      shape: 'Forma',
      dtype: 'Tipo',
      before: 'Antes',
      after: 'Después',
      sqnr: 'SQNR',
      largest: 'Máximo',
      weights: 'Pesos',
    },
    histogram: 'Histograma de los pesos',
    range: 'Intervalo',
    measured: (origin, sequences, positions) =>
      `Medido con ${origin}: ${sequences} secuencias, ${positions} posiciones.`,
  },
};
