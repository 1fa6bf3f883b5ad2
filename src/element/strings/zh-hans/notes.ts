/** Notes about a model in Simplified Chinese; see `src/worker/notes.ts`. */
import type { NoteWords } from '../../../worker/notes.js';
import { zhHansReport } from './report.js';

const { count } = zhHansReport.format;

export const zhHansNotes: NoteWords = {
  'architecture-assumed': ({ architecture }) => `config.json 没有写明架构：按 ${architecture} 处理。`,
  'context-limited': ({ positions, original }) =>
    `旋转编码使用短因子，适用于 ${count(original)} 个位置中的前 ${count(positions)} 个。更长的上下文从第一个词元起就使用长因子：需要时请自行设定。`,
  'rotary-dynamic': ({ positions }) =>
    `旋转编码是动态的：到第 ${count(positions)} 个位置为止与训练时一致。更长的上下文会从第一个词元起拉伸编码：需要时请自行设定。`,
  'ids-ignored': ({ key, ids, file, vocabSize }) =>
    `${file} 中的 ${key} ${ids.join('、')} 超出了大小为 ${count(vocabSize)} 的词表，已忽略。`,
  'head-absent': () => '没有保存输出头，但未设置 tie_word_embeddings：用嵌入矩阵作输出头。',
  'head-differs': () => '保存的输出头与嵌入矩阵不同：虽然设置了 tie_word_embeddings，仍使用该输出头。',
  'buffers-recomputed': ({ count: buffers, example }) =>
    `保存的 ${count(buffers)} 个辅助张量（例如 ${example}）会重新计算，未复制。`,
  unwrapped: ({ parts }) => `读取张量名称时去掉了训练时加上的 ${parts}。`,
  'doubles-narrowed': ({ count: doubles }) => `${count(doubles)} 个双精度（F64）张量按 F32 读取。`,
  'biases-absent': ({ count: biases }) => `config.json 声明的 ${count(biases)} 个偏置没有保存：按零处理。`,
  'quantization-ignored': ({ key }) => `已忽略 config.json 中的 ${key}：权重是数值，不是编码。`,
  'adapter-ignored': ({ file }) => `已忽略 ${file}：文件夹中没有适配器的权重，按原样使用模型的权重。`,
  'adapter-merged': ({ file, tensors }) =>
    `适配器 ${file} 已合并到模型的 ${count(tensors)} 个张量中。如果权重已经合并过，请将适配器的文件移出文件夹。`,
  'generation-ignored': ({ file, key }) =>
    `${key === null ? file : `${file} 中的 ${key}`} 没有意义，已忽略。`,
  'vocabulary-cut': ({ kept, of }) =>
    `词表从 ${of} 个词元缩减到 ${kept} 个：没有自己词元的词会分成几段来读写。`,
  'tokenizer-absent': ({ sentencePiece }) =>
    '文件夹里没有 tokenizer.json：模型包只接受词元编号，不接受文字。' +
    (sentencePiece
      ? '里面有 tokenizer.model：用 transformers 的 AutoTokenizer.from_pretrained("文件夹").save_pretrained("文件夹") 可以由它生成 tokenizer.json。'
      : ''),
  'tokenizer-wanted': ({ isGpt2 }) =>
    isGpt2
      ? '该模型用 GPT-2 的分词器训练：请把 openai-community/gpt2 的 tokenizer.json 放到它旁边。'
      : '如果该模型按字符训练，请把训练数据的 meta.pkl 放到它旁边；否则放入它的 tokenizer.json。',
  'tokenizer-other': ({ token, id, ids }) =>
    `${token} 在分词器中的编号是 ${id}，而模型使用 ${ids.join('、')}：请确认分词器属于该模型。`,
  'calibration-cut': ({ tokens }) => cutText('校准', tokens),
  'evaluation-cut': ({ tokens }) => cutText('评估', tokens),
  'tokenizer-larger': ({ ids, rows }) =>
    `分词器有 ${count(ids)} 个编号，嵌入矩阵只有 ${count(rows)} 行：多出的编号无法使用。`,
  'tokenizer-setting': ({ setting }) => `分词器的 ${setting} 设置用于训练，未采用。`,
  'chat-absent': () => '该模型没有聊天模板：它会续写文字。',
  'chat-unused': ({ reason }) => `未使用聊天模板，模型会续写文字。原因（英文）：${reason}。`,
  'chat-no-begin': () =>
    '聊天模板不写起始词元，因此对话与 transformers 一样不以它开头。如果回答没有意义，请选择“加起始词元”。',
  'chat-date': ({ date }) => `聊天模板会写当天的日期；这里始终是 ${date}。`,
  'chat-one-turn': ({ reason }) =>
    `聊天模板不允许第二轮对话，所以每个问题都会开始新的对话。原因（英文）：${reason}。`,
  'chat-no-system': ({ reason }) => `聊天模板不允许自定义系统提示。原因（英文）：${reason}。`,
  'file-used': ({ file }) => `模型文件夹中的 ${file} 会放进模型包。`,
  'file-ignored': ({ file, problem }) => `模型文件夹中的 ${file} 未使用。原因（英文）：${problem}`,
  'on-page': () =>
    '该页面不允许使用 worker，所以由页面自己完成工作，可能会卡顿。请在 Content-Security-Policy 中加入 worker-src blob:，或用属性 worker-url 指定一份 worker.js。',
};

function cutText(purpose: string, tokens: number): string {
  return `${purpose}文本在 ${count(tokens)} 个词元后截断（约需一分钟），其余部分不使用。`;
}
