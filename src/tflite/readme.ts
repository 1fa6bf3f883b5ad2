/** The text that goes with a `.tflite` file. */
import { operatorsOf } from './graph.js';
import { YOUNGEST_OPERATOR } from './operators.js';
import type { ProjectModel } from './project.js';

/** Markdown. */
export function readme({ name, file, step, arena, tokenizer }: ProjectModel): string {
  const { graph, context, cacheBytes } = step;
  const hasVariables = graph.variables > 0;
  const operators = operatorsOf(graph);
  return `# ${name.replace(/[\r\n]+/g, ' ')} for TensorFlow Lite Micro

\`../${file}\` is one step of the model: inputs \`token\` and \`position\` (int32 [1] each), output \`logits\` of the next token.
A text begins at position 0 and has at most ${context} tokens. ${
    hasVariables
      ? `Keys and values are kept in ${graph.variables} variables of the interpreter (${cacheBytes} bytes).`
      : `Keys and values are the ${graph.inputs.length - 2} other inputs, zeros at position 0; each comes back as an output, which is the input of the next step (${cacheBytes} bytes).`
  }

- **Arena**: ${arena.bytes} bytes are enough (\`S3LM_TFLM_ARENA_BYTES\`), counted for pointers of 64 bits; chips need somewhat less.
- **Operators**: ${operators.length}, all in \`model_resolver.h\`: ${operators.join(', ')}.
  ${YOUNGEST_OPERATOR.name} came to TensorFlow Lite Micro in ${YOUNGEST_OPERATOR.since}: an older copy says "Didn't find op for builtin opcode".
- \`model_facts.h\`: sizes, ids that end an answer, sampling; \`model_data.S\`: the files as data of the program.
${
  tokenizer === null
    ? '- The model came without a tokenizer: what turns text into tokens is yours to write.\n'
    : `- \`tokenizer.h\`, \`chat.h\`, \`pick.h\`: text to tokens, tokens to text, and the next token out of the logits, in C11 without libc.
- \`example.cpp\`: all of it together.

With TensorFlow Lite Micro built as libtensorflow-microlite.a, in this folder:

    cc -std=gnu11 -O2 -ffp-contract=off -c *.c
    cc -c model_data.S
    c++ -std=c++17 -O2 -fno-exceptions -fno-rtti -DTF_LITE_STATIC_MEMORY -I TFLM -I TFLM_DEPENDENCIES/flatbuffers/include -I TFLM_DEPENDENCIES/gemmlowp -I TFLM_DEPENDENCIES/ruy example.cpp *.o libtensorflow-microlite.a -o example

In an ESP-IDF component (espressif/esp-tflite-micro): all .c, .cpp and .S files as SRCS, and "." among INCLUDE_DIRS.
`
}`;
}
