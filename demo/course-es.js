// The words of the course in Spanish, by their `data-t`.
export const course = {
  'lesson-do': 'Haz esto y observa',
  'lesson-ask': 'Preguntas',
  'lesson-answer': 'Respuesta',
  'lesson-next': 'La lección siguiente',
  'lesson-all': 'Las cinco lecciones',
  'lesson-print': 'Imprimir como hoja de trabajo',
  'lesson-privacy': 'Nada sale de esta clase.',
  'course-title': 'Un curso: un modelo de lenguaje en tu mesa',
  'course-lead':
    'Cinco lecciones cortas para estudiantes a partir de 14 años, de unos 20 minutos cada una. En todas está en la página lo de verdad: un modelo de lenguaje de 0,9 millones de números y un chip que lo ejecuta, emulado hasta el último registro. Los ajustes que la lección no necesita están fijados, para que todos vean lo mismo.',
  'course-teacher': 'Para docentes: todas las preguntas con sus respuestas, y cómo usar las lecciones',
  'course-1-title': '1. Qué es un token',
  'course-1-lead':
    'Un modelo de lenguaje no ve letras. Lee y escribe trozos, llamados tokens, de una lista con la que fue hecho.',
  'course-1-do-1': 'Elige «Este ordenador» como quien responde, para no esperar. Pulsa Enviar.',
  'course-1-do-2':
    'Bajo la respuesta está cuántos tokens costó. Abre «Tal como lo escribió el modelo» e intenta dividir ese texto en otros tantos trozos.',
  'course-1-do-3': 'Pregunta «what is the capital of Norway?». ¿Cuántos tokens ahora?',
  'course-1-do-4': 'Pulsa el «?» junto a las palabras que no conozcas.',
  'course-1-q-1': '¿Qué trozos pueden ser los 14 tokens de la primera respuesta?',
  'course-1-a-1':
    '{" · do · ":" · on · "," · dev · ":" · lamp · "," · room · ":" · kitchen · "}, que son 13, y uno que nunca se muestra: el fin de la respuesta. Los signos entre dos palabras son un solo trozo, porque el modelo los vio muy a menudo.',
  'course-1-q-2': '¿Por qué «lamp» es un token y «unfathomable» son cinco?',
  'course-1-a-2':
    'La lista tiene sitio para 1024 trozos. Lo que era frecuente en los textos con los que se hizo tiene un trozo propio; lo demás se compone: un · f · ath · om · able.',
  'course-1-q-3': 'La respuesta sobre Noruega tiene 6 tokens. ¿Qué gana el chip con pocos tokens?',
  'course-1-a-3':
    'Tiempo: por cada token se leen una vez todos los números del modelo. La mitad de tokens es la mitad de espera.',
  'course-2-title': '2. Qué es un modelo',
  'course-2-lead':
    'Ni reglas ni diccionario: un modelo son números en tablas y una manera fija de calcular con ellos.',
  'course-2-do-1':
    'El modelo se lee al abrir la página. Abre «El modelo» y apunta: parámetros, capas, vocabulario.',
  'course-2-do-2':
    'Abre «En la placa: qué capa está dónde». Señala los trozos, o recórrelos con las flechas: cada uno nombra sus tablas.',
  'course-2-do-3': 'Busca una capa repartida entre dos memorias.',
  'course-2-q-1': '¿Cuántos números tiene el modelo?',
  'course-2-a-1': '931.200. Los grandes asistentes tienen cien mil veces más, o más aún.',
  'course-2-q-2': 'Cada uno se publicó con 16 bits. ¿Cuántos bytes son?',
  'course-2-a-2':
    '16 bits son 2 bytes: 931.200 × 2 = 1.862.400 bytes, que la página cuenta como 1,78 MB (1 MB son 1.048.576 bytes).',
  'course-2-q-3': '¿Para qué son las 5 capas?',
  'course-2-a-3':
    'El texto pasa por todas, una tras otra, en cada token. Cada una mira lo que había antes (atención) y luego recalcula lo que tiene. Las tablas de cada una tienen otros números, aprendidos de ejemplos.',
  'course-3-title': '3. Cuánto cuesta la cuantización',
  'course-3-lead':
    'Los números con menos bits ocupan menos y se leen más rápido. A cambio cada uno se mueve un poco: al valor más cercano que dicen esos pocos bits.',
  'course-3-do-1': 'Pulsa Convertir. Apunta el tamaño y la divergencia KL.',
  'course-3-do-2': 'Pulsa Cambiar los ajustes, elige INT4 y una escala para 32 pesos y convierte otra vez.',
  'course-3-do-3': 'Marca las dos filas en «Conversiones» y lee sus textos uno al lado del otro.',
  'course-3-do-4':
    'Abre «Lo que el redondeo hizo con números sueltos» en ambas y mira las líneas: ¿qué pueden decir 4 bits?',
  'course-3-q-1': '¿Cuánto más pequeño es INT4?',
  'course-3-a-1':
    '602 KB en lugar de 1014 KB. No es la mitad: también ocupan sitio las escalas y las palabras del vocabulario.',
  'course-3-q-2': '¿En cuántos de cada cien lugares los dos modelos dan por más probable el mismo token?',
  'course-3-a-2':
    'Con INT8 en el 99,5 %, con INT4 en el 96,1 %. Su divergencia del original es más de cincuenta veces mayor y, aun así, la mayoría de los textos son iguales.',
  'course-3-q-3': '¿Por qué una escala sirve a un grupo y no a toda la tabla?',
  'course-3-a-3':
    'Los pasos entre valores son tan anchos como pide el número mayor. Un número grande en un grupo solo ensancha los pasos de sus vecinos.',
  'course-4-title': '4. En qué se va la memoria',
  'course-4-lead':
    'Un chip tiene poca memoria rápida y más memoria lenta. De dónde están los números depende lo rápido que llega la respuesta.',
  'course-4-do-1': 'Mira las barras: ¿cómo de llenas están SRAM, PSRAM y flash?',
  'course-4-do-2': 'Apunta cuántos tokens por segundo se esperan y el límite que permiten las memorias.',
  'course-4-do-3': 'Elige la placa ESP32-S3 N4, que no tiene PSRAM. ¿Qué se mueve adónde?',
  'course-4-q-1': '¿Qué hay en la SRAM?',
  'course-4-a-1':
    '383 KB de 383 KB: un tercio del modelo y el sitio en el que calcula. Es la más rápida, así que se llena primero.',
  'course-4-q-2': 'Sin PSRAM, el chip lee el resto de la flash. ¿Qué velocidad tiene entonces?',
  'course-4-a-2':
    'Unos 33 tokens por segundo en lugar de 94: algo más de un tercio. Cada número se sigue leyendo para cada token, pero de un sitio más lento.',
  'course-4-q-3': '¿Qué crece cuando crece el contexto?',
  'course-4-a-3': 'La caché: lo que la atención guarda de cada token para no leer ninguno dos veces.',
  'course-5-title': '5. Haz que una lámpara obedezca',
  'course-5-lead':
    'El modelo responde con una orden que una máquina entiende. Unas pocas reglas la convierten en un acto.',
  'course-5-do-1': 'Pulsa Encender la placa y luego Enviar. ¿Qué parte de la casa dibujada cambia?',
  'course-5-do-2': 'Abre «Tal como lo escribió el modelo»: busca el verbo, la cosa y el lugar.',
  'course-5-do-3': 'Envía «turn off the light in the kitchen» y dilo luego de tres maneras tuyas.',
  'course-5-do-4': 'Pregunta algo que una casa no sabe.',
  'course-5-q-1': '¿Qué necesitaría de la respuesta una lámpara de verdad?',
  'course-5-a-1':
    'Que do es on, dev es lamp y room es kitchen. Una regla dice qué pin del chip es; el pin pasa a 3,3 V y un transistor o un relé enciende la lámpara.',
  'course-5-q-2': '¿Qué dice el modelo a una pregunta sobre Noruega, y por qué es mejor que adivinar?',
  'course-5-a-2': '{"do":"unknown"}: no se acciona nada. Una máquina que adivina haría algo que nadie pidió.',
  'course-5-q-3': 'Busca una frase que entienda mal. ¿Qué ayudaría?',
  'course-5-a-3':
    'Más ejemplos de ese tipo al enseñarle; o reglas que pregunten antes de hacer algo peligroso. Nunca consulta nada: solo puede hacer lo que contienen sus números.',
  'teacher-title': 'La página del docente',
  'teacher-lead':
    'Cinco lecciones de unos 20 minutos, o dos de 45: la una y la dos con la tres, y luego la cuatro y la cinco. Sin cuentas, sin red, sin programar; lo que escriben los estudiantes se queda en su navegador.',
  'teacher-prepare': 'Preparación',
  'teacher-prepare-1':
    'Abre cada lección una vez en un ordenador de la clase: así sabes que allí funciona todo lo que necesita.',
  'teacher-prepare-2':
    'Imprime las lecciones como hojas de trabajo: sin las respuestas y con líneas para escribir.',
  'teacher-prepare-3':
    'La lección cinco sigue con una placa real, una lámpara en un pin y un kit para clase, si los tienes.',
  'teacher-answers': 'Todas las preguntas con sus respuestas',
  'teacher-print': 'Imprimir esta página',
  'teacher-missing':
    'No se pudieron cargar las lecciones. Abre esta página desde el servidor que las tiene y vuelve a cargarla.',
};
