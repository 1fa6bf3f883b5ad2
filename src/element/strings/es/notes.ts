/** Notes about a model in Spanish; see `src/worker/notes.ts`. */
import type { NoteWords } from '../../../worker/notes.js';
import { esReport } from './report.js';

const { count } = esReport.format;

export const esNotes: NoteWords = {
  'architecture-assumed': ({ architecture }) =>
    `config.json no nombra ninguna arquitectura: se supone ${architecture}.`,
  'context-limited': ({ positions, original }) =>
    `Los factores rotatorios son los cortos, que valen para ${count(positions)} de ${count(original)} posiciones. Un contexto más largo tiene los largos desde su primer token: pídalo donde lo necesite.`,
  'rotary-dynamic': ({ positions }) =>
    `La incrustación rotatoria es dinámica: vale tal como se entrenó hasta la posición ${count(positions)}. Un contexto más largo la estira desde el primer token: pídalo donde lo necesite.`,
  'ids-ignored': ({ key, ids, file, vocabSize }) =>
    `${key} ${ids.join(', ')} de ${file} está fuera del vocabulario de ${count(vocabSize)} y no se tiene en cuenta.`,
  'head-absent': () =>
    'No hay ninguna cabeza guardada aunque tie_word_embeddings no está puesto: se usa la incrustación como cabeza.',
  'head-differs': () =>
    'Hay una cabeza guardada distinta de la incrustación: se usa esa cabeza, aunque tie_word_embeddings está puesto.',
  'buffers-recomputed': ({ count: buffers, example }) =>
    `${count(buffers)} ${buffers === 1 ? 'tabla auxiliar guardada se calcula' : 'tablas auxiliares guardadas se calculan'} de nuevo y no se ${buffers === 1 ? 'copia' : 'copian'}, por ejemplo ${example}.`,
  unwrapped: ({ parts }) => `Los nombres de los tensores se leen sin ${parts}, que añadió el entrenamiento.`,
  'doubles-narrowed': ({ count: doubles }) =>
    `${count(doubles)} ${doubles === 1 ? 'tensor' : 'tensores'} de doble precisión (F64) se ${doubles === 1 ? 'lee' : 'leen'} como F32.`,
  'biases-absent': ({ count: biases }) =>
    `${count(biases)} ${biases === 1 ? 'sesgo que anuncia config.json no está guardado: se toma' : 'sesgos que anuncia config.json no están guardados: se toman'} como cero.`,
  'quantization-ignored': ({ key }) =>
    `${key} de config.json no se tiene en cuenta: los pesos son números, no códigos.`,
  'adapter-ignored': ({ file }) =>
    `${file} no se tiene en cuenta: la carpeta no tiene los pesos de ningún adaptador y los del modelo se toman como están.`,
  'adapter-merged': ({ file, tensors }) =>
    `El adaptador ${file} se fusiona con ${count(tensors)} ${tensors === 1 ? 'tensor' : 'tensores'} del modelo. Si los pesos ya lo contienen, saca sus archivos de la carpeta.`,
  'generation-ignored': ({ file, key }) =>
    `${key === null ? file : `${key} de ${file}`} no tiene sentido y no se tiene en cuenta.`,
  'vocabulary-cut': ({ kept, of }) =>
    `El vocabulario se reduce a ${kept} de ${of} tokens: las palabras sin un token propio se leen y escriben por partes.`,
  'tokenizer-absent': ({ sentencePiece }) =>
    'La carpeta no tiene tokenizer.json: el paquete recibe números de token, no texto.' +
    (sentencePiece
      ? ' Tiene un tokenizer.model: AutoTokenizer.from_pretrained("CARPETA").save_pretrained("CARPETA") de transformers hace con él un tokenizer.json.'
      : ''),
  'tokenizer-wanted': ({ isGpt2 }) =>
    isGpt2
      ? 'El modelo se entrenó con el tokenizador de GPT-2: pon junto a él el tokenizer.json de openai-community/gpt2.'
      : 'Si el modelo se entrenó con caracteres, pon junto a él el meta.pkl de sus datos de entrenamiento; si no, su tokenizer.json.',
  'tokenizer-other': ({ token, id, ids }) =>
    `${token} tiene el número ${id} en el tokenizador, pero el modelo usa ${ids.join(', ')} en su lugar: comprueba que el tokenizador es de este modelo.`,
  'calibration-cut': ({ tokens }) => cutText('calibración', tokens),
  'evaluation-cut': ({ tokens }) => cutText('evaluación', tokens),
  'tokenizer-larger': ({ ids, rows }) =>
    `El tokenizador tiene ${count(ids)} números y la incrustación ${count(rows)} filas: los números que sobran no se pueden usar.`,
  'tokenizer-setting': ({ setting }) =>
    `El ajuste ${setting} del tokenizador se deja fuera: sirve para el entrenamiento.`,
  'chat-absent': () => 'El modelo no tiene plantilla de chat: continúa el texto.',
  'chat-unused': ({ reason }) =>
    `La plantilla de chat no se usa y el modelo continúa el texto. Motivo, en inglés: ${reason}.`,
  'chat-no-begin': () =>
    'La plantilla de chat no escribe ningún token de inicio, así que los chats empiezan sin él, como en transformers. Si las respuestas no tienen sentido, elige «Con el token de inicio».',
  'chat-date': ({ date }) => `La plantilla de chat escribe la fecha de hoy; aquí es siempre ${date}.`,
  'chat-one-turn': ({ reason }) =>
    `La plantilla de chat no permite un segundo turno, así que cada pregunta empieza una conversación nueva. Motivo, en inglés: ${reason}.`,
  'chat-no-system': ({ reason }) =>
    `La plantilla de chat no permite un texto de sistema propio. Motivo, en inglés: ${reason}.`,
  'file-used': ({ file }) => `${file} de la carpeta del modelo va dentro del paquete.`,
  'file-ignored': ({ file, problem }) =>
    `${file} de la carpeta del modelo no se usa. Motivo, en inglés: ${problem}`,
  'on-page': () =>
    'La página no permite ningún worker, así que hace ella misma el trabajo y puede ir a tirones. Añade «worker-src blob:» a su Content-Security-Policy, o nombra una copia de worker.js con el atributo worker-url.',
};

function cutText(purpose: string, tokens: number): string {
  return `El texto de ${purpose} se corta tras ${count(tokens)} tokens, que tardan cerca de un minuto; el resto no se usa.`;
}
