/** The terms of the page in Spanish. */
import type { TermStrings } from '../terms.js';

export const esTerms: TermStrings = {
  token: [
    'Token',
    'un trozo de texto que el modelo lee y escribe como una unidad: una palabra corta, parte de una palabra, un signo.',
  ],
  vocabulary: [
    'Vocabulario',
    'todos los tokens que conoce un modelo; recortarlo lo hace mucho más pequeño, y los textos ocupan más tokens.',
  ],
  parameter: ['Parámetro', 'uno de los números que el modelo ha aprendido.'],
  tensor: ['Tensor', 'un bloque de parámetros con una forma, como una matriz de 288 filas y 128 columnas.'],
  layer: [
    'Capa',
    'uno de los pasos iguales por los que pasa un texto hasta el siguiente token; cada uno tiene atención y una red hacia delante.',
  ],
  head: [
    'Cabeza',
    'dos cosas con un mismo nombre: una parte de la atención que busca un tipo de relación, y la última matriz, que da a cada token del vocabulario su puntuación.',
  ],
  context: [
    'Contexto',
    'cuántos tokens puede tener delante el modelo a la vez, contando la pregunta y la respuesta.',
  ],
  cache: [
    'Caché',
    'lo que la atención guarda de cada token leído, para no leer ninguno dos veces; crece con el contexto.',
  ],
  template: [
    'Plantilla de chat',
    'el marco que el modelo aprendió a esperar alrededor de una pregunta, con marcas de quién habla.',
  ],
  quantization: [
    'Cuantización',
    'escribir los números con menos bits, para que ocupen menos y se lean más deprisa; cada número se mueve un poco.',
  ],
  int8: [
    'INT8, INT4',
    'números enteros de 8 bits (−127 a 127) y de 4 bits (0 a 15) que representan a los reales mediante una escala.',
  ],
  scale: [
    'Escala',
    'el número por el que se multiplica un código entero para obtener el real: 0,02 × 57 = 1,14.',
  ],
  channel: ['Canal', 'aquí, una fila de una matriz: los parámetros que juntos dan un número del resultado.'],
  group: ['Grupo', 'una serie de 16, 32, 64 o 128 parámetros vecinos de una fila, que comparten una escala.'],
  activations: [
    'Activaciones',
    'los números que recorren el modelo mientras trabaja; los parámetros se quedan como están.',
  ],
  calibration: [
    'Calibración',
    'pasar un texto por el original para ver cómo de grandes se hacen sus activaciones.',
  ],
  effort: [
    'Esfuerzo',
    'cuánto trabajo se dedica a los códigos: Rápido redondea cada fila por su cuenta, Bueno deja que los números siguientes compensen lo que perdieron los anteriores, Óptimo además los entrena para que sigan al original.',
  ],
  probability: ['Probabilidad', 'cómo de probable cree el modelo que un token sea el siguiente, de 0 a 1.'],
  perplexity: [
    'Perplejidad',
    'entre cuántos tokens duda el modelo de media; cuanto menos, mejor, y aquí lo que cuenta es la razón entre después y antes.',
  ],
  kl: [
    'Divergencia KL',
    'cuánto se han movido las probabilidades respecto al original, de media en todas las posiciones de un texto; 0 es idéntico.',
  ],
  agreement: [
    'Coincidencia',
    'en cuántas de cien posiciones ambos modelos dan por más probable el mismo token.',
  ],
  sqnr: [
    'SQNR',
    'la relación entre señal y ruido de cuantización, en decibelios: cuánto mayores son los números que lo que les hizo el redondeo; 6 dB son un bit, más o menos.',
  ],
  percentile: [
    'Percentil',
    'el valor por debajo del cual queda esa parte de las posiciones; enseña los malos momentos que una media esconde.',
  ],
  error: [
    '±',
    'el error típico: con otro texto igual de largo, lo más probable es que la cifra quede a menos del doble de eso.',
  ],
  temperature: [
    'Temperatura',
    'cómo de atrevida es la elección: 0 toma siempre lo más probable, 1 sigue las probabilidades, más es más alocado.',
  ],
  topK: ['Top-k', 'solo se puede elegir entre los k tokens más probables.'],
  topP: ['Top-p', 'solo se puede elegir entre los tokens más probables que juntos suman la probabilidad p.'],
  seed: [
    'Semilla',
    'el número con que empieza el azar: con la misma semilla, pregunta y ajustes sale el mismo texto.',
  ],
  module: [
    'Módulo',
    'chip, flash, cristal y a menudo PSRAM bajo una tapa de metal; su nombre dice cuánto: N16R8 son 16 MB de flash y 8 MB de PSRAM.',
  ],
  flash: [
    'Flash',
    'la memoria que conserva su contenido sin corriente; grande y lenta de leer; ahí están la imagen y el modelo.',
  ],
  sram: [
    'SRAM',
    'la memoria de dentro del chip, unos 512 KB, la mayor parte para el modelo: la más rápida y la más pequeña.',
  ],
  psram: [
    'PSRAM',
    'un chip de memoria al lado, de 2 a 16 MB, varias veces más lento; quad u octal dice cuántos hilos tiene.',
  ],
  core: ['Núcleo', 'una parte del chip que ejecuta un programa; dos trabajan a la vez.'],
  image: ['Imagen', 'firmware, tabla y modelo en un solo archivo, tal como están en la flash.'],
  package: ['Paquete', 'el modelo solo, en la forma que lee la placa (.s3lm).'],
  partitions: ['Tabla de particiones', 'la lista, en la flash, de qué hay y dónde.'],
  buttons: [
    'BOOT, RESET',
    'los dos botones de una placa: RESET la reinicia; BOOT, pulsado mientras arranca, hace que espere un programa nuevo.',
  ],
  port: [
    'Puerto serie',
    'cómo ve el ordenador a la placa en su cable USB: una línea por la que va texto en los dos sentidos.',
  ],
  console: ['Consola', 'el texto que la placa dice y entiende por su puerto serie.'],
  emulator: ['Emulador', 'un programa que se comporta como el chip, para probar la imagen sin placa.'],
  bound: [
    'Cota',
    'los tokens por segundo que permitiría solo leer las memorias; ningún programa puede ser más rápido.',
  ],
  rate: ['Tokens por segundo', 'lo rápido que llega la respuesta; una persona lee seis o siete.'],
};
