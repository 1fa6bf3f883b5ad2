/** The lesson of a class kit in Spanish. */
import type { LessonWords } from './lesson-words.js';

export const esLesson: LessonWords = {
  title: (model) => `Clase: ${model} en un chip`,
  subtitle: (board) => `Para el profesorado · ${board}`,
  worksheet: (model) => `Hoja de trabajo: ${model}`,
  names: 'Nombres',
  board: 'Placa',
  address: 'Página de la clase',
  code: 'Código QR de la página de la clase',
  ask: 'Pregúntale, por ejemplo:',
  aims: 'Lo que sabrán hacer después',
  aim: [
    {
      part: 'talk',
      text: 'decir que un modelo de lenguaje es un conjunto de números que da a cada continuación posible de un texto su probabilidad',
    },
    { part: 'fit', text: 'decir por qué su tamaño decide en qué chip puede funcionar' },
    {
      part: 'compare',
      text: 'explicar qué le hace la cuantización a un número y cómo se mide lo que cuesta',
    },
    { part: 'try', text: 'distinguir lo que un modelo pequeño sabe de lo que nunca se le enseñó' },
    { part: 'flash', text: 'poner un programa en un chip y mostrar que no necesita red' },
  ],
  prepare: 'Qué preparar',
  preparations: [
    'Graba tú una placa antes, en un ordenador de la clase y con una cuenta de estudiante.',
    'Por pareja: un ordenador con Chrome o Edge, una placa y un cable USB que lleve datos.',
    'Imprime por pareja: la hoja de ayuda (help.html) y la hoja de trabajo (worksheet.html).',
    '¿Sin placas? Deja fuera la última parte: todo lo anterior funciona en la página.',
  ],
  plan: 'Plan',
  columns: { minutes: 'Minutos', what: 'Qué', why: 'Para qué' },
  rows: [
    {
      part: 'talk',
      minutes: 5,
      what: '¿De dónde viene la respuesta de un chatbot? Enseña una placa: responderá sin red.',
      why: 'La pregunta',
    },
    {
      part: 'fit',
      minutes: 5,
      what: 'Todos abren la página de la clase, pulsan el botón con el nombre del modelo y miran Ajustar.',
      why: 'Un modelo son números, y los números ocupan sitio',
    },
    {
      part: 'compare',
      minutes: 8,
      what: 'Convertir y después Comparar: ¿cuántos bits antes y cuántos después? ¿Dónde se separan los dos textos?',
      why: 'Cuantizar y medir',
    },
    {
      part: 'try',
      minutes: 7,
      what: 'Probar: enciende la placa de la página; pregunta lo que sabe y lo que no puede saber.',
      why: 'Un modelo sabe lo que se le enseñó',
    },
    {
      part: 'flash',
      minutes: 12,
      what: 'Grabar, pareja a pareja, y después Conversar con el chip de verdad. Desconecta la red.',
      why: 'Funciona ahí',
    },
    {
      part: 'talk',
      minutes: 8,
      what: 'La hoja de trabajo, juntos; la última pregunta es abierta.',
      why: 'Lo que queda',
    },
  ],
  total: (minutes) => `${minutes} minutos en total.`,
  answers: 'Hoja de trabajo, con respuestas',
  questions: [
    {
      part: 'fit',
      text: '¿Cuántos parámetros tiene el modelo? ¿Qué memoria de la placa se llena más y qué hay en ella?',
      lines: 2,
      answer: () =>
        'Ajustar dice ambas cosas, en los datos del modelo y junto a las barras. La memoria más rápida se llena primero, porque todos los números se leen para cada trozo de texto.',
    },
    {
      part: 'compare',
      text: '¿Cuánto ocupa el modelo antes y después de convertirlo? ¿Cómo puede ser, si no falta ningún número?',
      lines: 2,
      answer: ({ before, after }) =>
        `Sus archivos ocupan ${before}; lo que lee la placa, ${after}. Cada número se escribe con menos bits: como un número entero y una escala que comparten varios.`,
    },
    {
      part: 'compare',
      text: 'Una escala es 0,02. ¿Qué número entero representa 1,13? ¿Con qué número calcula entonces el chip y cuánto es el error?',
      lines: 2,
      answer: () =>
        '1,13 / 0,02 = 56,5, así que 56 o 57; el chip tiene 1,12 o 1,14; el error es 0,01, medio paso como máximo.',
    },
    {
      part: 'compare',
      text: 'Compara los dos textos. ¿En qué palabra se separan, si lo hacen? ¿Qué dice la divergencia KL?',
      lines: 2,
      answer: () =>
        'Como lo muestra la página. La divergencia KL dice cuánto se alejaron las probabilidades de las del original; 0 es nada. Los textos pueden ser iguales aunque no sea 0.',
    },
    {
      part: 'try',
      text: 'Haz dos veces la misma pregunta. ¿La respuesta es la misma? Pon la temperatura en 1 y pregunta otra vez, con dos semillas.',
      lines: 2,
      answer: () =>
        'Con temperatura 0 se toma siempre el trozo más probable: la misma respuesta. Con 1 decide el azar, y la semilla es donde empieza el azar.',
    },
    {
      part: 'try',
      text: 'Pregunta algo que el modelo no pueda saber. ¿Qué hace? ¿Qué sería mejor?',
      lines: 2,
      answer: () =>
        'Responde lo más probable según sus textos, o dice que no lo sabe, si se le enseñó. Un modelo no consulta nada.',
    },
    {
      part: 'flash',
      text: '¿Cuántos tokens por segundo escribe el chip y cuántos se preveían? ¿Por qué es más rápido un ordenador?',
      lines: 2,
      answer: () =>
        'Compara la cifra bajo la respuesta con la prevista. Para cada trozo se leen todos los números una vez, y las memorias del chip leen más despacio que las de un ordenador.',
    },
    {
      part: 'flash',
      text: 'Desconecta la red o lleva la placa a un cargador. ¿Sigue funcionando? ¿Dónde se calcula, entonces, la respuesta?',
      lines: 1,
      answer: () => 'Sigue. En el chip, con los números de su flash; no se envía nada a ningún sitio.',
    },
    {
      part: 'talk',
      text: '¿Para qué te fiarías de un modelo así y para qué no?',
      lines: 3,
      answer: () =>
        'Abierta. Vale la pena decir: tareas pequeñas y conocidas, privacidad, sin red; no datos, ni decisiones sobre personas; y alguien eligió los textos de los que aprendió.',
    },
  ],
  glossary: 'Palabras',
  terms: [
    ['modelo de lenguaje', 'números que dan a cada continuación posible de un texto su probabilidad'],
    [
      'token',
      'un trozo de texto que se lee y se escribe como uno: una palabra corta, parte de una palabra, un signo',
    ],
    ['parámetro', 'uno de los números que el modelo ha aprendido'],
    ['cuantización', 'escribir números con menos bits; cada uno se mueve un poco'],
    ['escala', 'el número por el que se multiplica un entero para dar el verdadero'],
    ['divergencia KL', 'cuánto se alejaron las probabilidades de las del original; 0 es nada'],
    ['contexto', 'cuántos tokens puede tener el modelo delante a la vez'],
    ['flash, PSRAM, SRAM', 'las memorias de la placa, de la grande y lenta a la pequeña y rápida'],
    ['firmware', 'el programa de la placa, que calcula con el modelo'],
    ['temperatura', 'lo atrevida que es la elección del siguiente token; 0 toma el más probable'],
  ],
  boards: 'Placas',
  boardsText: 'Quién tiene cuál y si respondió.',
  course: 'Cinco lecciones',
  courseText:
    'Un curso sobre este modelo, para más de una clase: tokens, modelos, cuantización, memoria, una lámpara que obedece; unos 20 minutos cada una. Está en este kit.',
  courseLinks: ['Las lecciones, que se imprimen como hojas de trabajo', 'Todas sus preguntas con respuestas'],
  questionsToAsk: 'Preguntas para hacerle',
};
