/** What a class kit says in Spanish. */
import { esLesson } from './lesson-es.js';
import type { KitWords } from './words.js';

export const esKit: KitWords = {
  language: 'es',
  page: {
    title: (model, chip) => `${model} en un ${chip}`,
    lead: (model, board) =>
      `Convierte ${model} en algo que ${board} pueda ejecutar, mira lo que cuestan los números pequeños, pruébalo y grábalo en una placa. No se sube nada.`,
    sheet: 'Hoja de ayuda para imprimir',
    worksheet: 'Hoja de trabajo',
    notReady: 'Aún no escucha ninguna placa: enciende una en el paso Probar o conecta una.',
    noScript: 'Esta página necesita JavaScript.',
    fromDisk:
      'Esta página se abrió desde un disco. Aquí funcionan convertir, comparar, probar y descargar. Si el navegador no ofrece tu placa, sirve esta carpeta como explica README.txt o graba con la orden de la hoja de ayuda.',
  },
  sheet: {
    title: (model) => `${model} en tu placa`,
    subtitle: (board) => `Hoja de ayuda · ${board}`,
    need: 'Necesitas',
    needs: [
      'la placa y un cable USB que lleve datos (muchos solo cargan)',
      'un ordenador con Chrome, Edge u otro navegador que tenga Web Serial',
      'la dirección de la página de la clase, o esta carpeta en una memoria USB',
    ],
    wiring: 'Conexión',
    wires: [
      'Un cable, del ordenador a la placa. Ninguno más.',
      '¿Dos conectores? Ambos sirven; si uno no funciona, usa el otro.',
      'Sin concentrador USB, si se puede evitar.',
    ],
    drawing: 'Una placa con su conector USB a la izquierda, el botón BOOT arriba y el botón RESET abajo',
    where: 'Dónde está el modelo',
    memory: (name, used, capacity) => `${name}: ${used} de ${capacity}`,
    steps: 'Pasos',
    opened: 'Abre la página de la clase. Lee el modelo por sí sola.',
    step: (prompt) => [
      'Abre la página de la clase y pulsa el botón con el nombre del modelo.',
      'Mira Ajustar: las barras muestran cuánto se llena cada memoria. Pulsa Convertir.',
      'Comparar: ¿qué cambió y dónde se separan los dos textos?',
      prompt === null
        ? 'Probar: pulsa Encender la placa y conversa con ella.'
        : `Probar: pulsa Encender la placa y pregúntale: «${prompt}»`,
      'Grabar: conecta la placa, elígela en la lista, pulsa Grabar esta placa y espera a que esté comprobada.',
      'Conversar: la respuesta viene ahora del chip. Compara su velocidad con la prevista.',
    ],
    buttons: 'Si la placa no responde: BOOT y RESET',
    press: [
      'Mantén pulsado BOOT.',
      'Pulsa RESET una vez.',
      'Suelta BOOT.',
      'Conecta de nuevo. Después pulsa RESET una vez.',
    ],
    trouble: 'Cuando algo va mal',
    troubles: [
      ['La lista de placas está vacía', 'Otro cable, otro conector; después BOOT y RESET como arriba.'],
      [
        '«En uso» o «no se puede abrir»',
        'Cierra otras pestañas y programas que usen la placa, como un monitor serie.',
      ],
      ['Se detiene al grabar', 'Empieza de nuevo: lo que ya está bien no se escribe dos veces.'],
      ['La placa no dice nada', 'Pulsa RESET. Si sigue igual, graba otra vez.'],
      ['Falta flash o PSRAM', 'No es la placa indicada arriba. Pide la correcta.'],
      ['Este navegador no tiene Web Serial', 'Usa Chrome o Edge, o la terminal de abajo.'],
    ],
    terminal: 'Desde una terminal',
    terminalText: 'Con esptool (pip install esptool), en la carpeta del kit:',
  },
  lesson: esLesson,
  readMe: ({
    model,
    board,
    image,
    modelFolder,
    firmware,
    version,
    hasCourse,
  }) => `Kit para la clase: ${model} para ${board}
hecho con esp32-llm-converter ${version}

index.html   la página de la clase: placa, números y modelo están decididos
help.html    una página para imprimir y repartir
worksheet.html   preguntas para imprimir, con líneas para escribir
lesson.html  para el profesorado: objetivos, plan con minutos, qué preparar, respuestas, palabras, quién tiene qué placa
${hasCourse ? 'course.html  cinco lecciones, cada una una página para trabajar e imprimir; course-teacher.html tiene todas las respuestas\n' : ''}${modelFolder}   el modelo, tal como se publicó
${firmware === null ? '' : `${firmware}   el firmware que la página pone delante del modelo\n`}${image}   lo que arranca una placa, listo para grabar en la dirección 0

En un servidor: copia esta carpeta a cualquier servidor web estático. Web Serial, con lo que se graban las placas,
necesita https o localhost.
En un ordenador: "python3 -m http.server 8000" en esta carpeta, y abre después http://localhost:8000/
Desde una memoria USB: abre index.html. No se pide nada de ningún sitio. Los navegadores tratan los archivos con más
cautela que las páginas de un servidor: si el tuyo no deja que la página llegue a la placa, usa una de las dos formas
anteriores.

Nada en esta carpeta hace peticiones a otro ordenador.
`,
};
