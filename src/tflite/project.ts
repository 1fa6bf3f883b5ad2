/** What lies beside a `.tflite` file: what an application needs to turn text into tokens, run the graph and pick the next one. */
import type { Sampling } from '../shared/sampling.js';
import type { Arena } from './arena.js';
import { operatorsOf } from './graph.js';
import { OPERATORS, YOUNGEST_OPERATOR } from './operators.js';
import { readme } from './readme.js';
import type { StepGraph } from './step-graph.js';

/** A file of the folder. */
export interface ProjectFile {
  /** With `/` between parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The model, as far as the folder speaks of it. */
export interface ProjectModel {
  /** As people call it. */
  readonly name: string;
  /** Name of the `.tflite` file, which lies beside the folder. */
  readonly file: string;
  readonly step: StepGraph;
  readonly arena: Arena;
  readonly sampling: Sampling;
  /** Ids that end a generation. */
  readonly stopIds: readonly number[];
  /** Content of the package's sections TOKN and CHAT; `null` without. */
  readonly tokenizer: Uint8Array | null;
  readonly chat: Uint8Array | null;
}

/** Sources in C and C++ by their names: the engine's tokenizer and sampler, and the example. */
export type EngineFiles = Readonly<Record<string, string>>;

/** The folder's files, in the order of their names. */
export function projectFiles(model: ProjectModel, engine: EngineFiles): ProjectFile[] {
  const texts: Record<string, string> = {
    'README.md': readme(model),
    'model_data.S': dataSource(model),
    'model_facts.h': factsHeader(model),
    'model_resolver.h': resolverHeader(model),
    ...(model.tokenizer === null ? {} : engine),
  };
  const { tokenizer, chat } = model;
  const encoder = new TextEncoder();
  const files = Object.entries(texts).map(([path, text]) => ({ path, bytes: encoder.encode(text) }));
  if (tokenizer !== null) files.push({ path: 'tokenizer.bin', bytes: Uint8Array.from(tokenizer) });
  if (tokenizer !== null && chat !== null) files.push({ path: 'chat.bin', bytes: Uint8Array.from(chat) });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function resolverHeader({ name, step: { graph } }: ProjectModel): string {
  const operators = operatorsOf(graph);
  return `// The ${operators.length} operators of ${oneLine(name)}; ${YOUNGEST_OPERATOR.name} is in TensorFlow Lite Micro since ${YOUNGEST_OPERATOR.since}.
#pragma once

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

using S3lmTflmResolver = tflite::MicroMutableOpResolver<${operators.length}>;

inline TfLiteStatus s3lm_tflm_add_operators(S3lmTflmResolver &resolver) {
${operators.map((operator) => `    TF_LITE_ENSURE_STATUS(resolver.${OPERATORS[operator].add}());`).join('\n')}
    return kTfLiteOk;
}
`;
}

function factsHeader({ name, step, arena, sampling, stopIds, tokenizer, chat }: ProjectModel): string {
  const { graph, context, cacheBytes } = step;
  const logits = graph.tensors[graph.outputs[0] ?? -1]?.shape.at(-1) ?? 0;
  const float = (value: number): string => `${Number.isInteger(value) ? value.toFixed(1) : String(value)}f`;
  const settings = [
    String(sampling.doSample),
    float(sampling.temperature),
    String(sampling.topK),
    float(sampling.topP),
    float(sampling.minP),
    float(sampling.repetitionPenalty),
  ];
  return `/* Facts of ${oneLine(name)} as a TensorFlow Lite graph: one step takes a token and its position (int32 [1] each, counted
 * from 0) and gives the logits of the next token (float [1, S3LM_TFLM_VOCAB]). */
#ifndef S3LM_MODEL_FACTS_H
#define S3LM_MODEL_FACTS_H

#include <stdint.h>

#define S3LM_TFLM_VOCAB ${logits}u
/* Longest text in tokens; the position of a step is below it. */
#define S3LM_TFLM_CONTEXT ${context}u
/* Enough with pointers of 64 bits: ${arena.shared} for what nodes hand on, ${arena.variables} for variables, ${arena.kept} for the interpreter, of which
 * chips with pointers of 32 bits need about half. interpreter.arena_used_bytes() says what was used. */
#define S3LM_TFLM_ARENA_BYTES ${arena.bytes}u
/* For MicroResourceVariables::Create. */
#define S3LM_TFLM_VARIABLES ${graph.variables}
/* Inputs behind the first two, each handed on from the output behind the first with its number. */
#define S3LM_TFLM_CACHE_TENSORS ${graph.inputs.length - 2}
#define S3LM_TFLM_CACHE_BYTES ${cacheBytes}u
/* Ids that end an answer. */
#define S3LM_TFLM_STOP_IDS ${stopIds.length === 0 ? '0xFFFFFFFFu' : stopIds.map((id) => `${id}u`).join(', ')}
/* s3lm_pick_sampling: do_sample, temperature, top_k, top_p, min_p, repetition_penalty. */
#define S3LM_TFLM_SAMPLING {${settings.join(', ')}}
#define S3LM_TFLM_HAS_CHAT ${tokenizer !== null && chat !== null ? 1 : 0}

/* Of model_data.S, at multiples of 16. */
#ifdef __cplusplus
extern "C" {
#endif
extern const uint8_t s3lm_tflm_model[], s3lm_tflm_model_end[];
${tokenizer === null ? '' : 'extern const uint8_t s3lm_tflm_tokenizer[], s3lm_tflm_tokenizer_end[];\n'}${tokenizer === null || chat === null ? '' : 'extern const uint8_t s3lm_tflm_chat[], s3lm_tflm_chat_end[];\n'}#ifdef __cplusplus
}
#endif

#endif
`;
}

/** For the assemblers of GCC and clang, on chips and on Linux. */
function dataSource({ file, tokenizer, chat }: ProjectModel): string {
  const block = (name: string, path: string): string => `
    .global ${name}, ${name}_end
    .balign 16
${name}:
    .incbin "${path.replace(/["\\]/g, '\\$&')}"
${name}_end:
    .byte 0
`;
  return `/* The files as read-only data. The assembler is run in this folder, or is told of it: -I FOLDER. */
    .section .rodata
${block('s3lm_tflm_model', `../${file}`)}${tokenizer === null ? '' : block('s3lm_tflm_tokenizer', 'tokenizer.bin')}${tokenizer === null || chat === null ? '' : block('s3lm_tflm_chat', 'chat.bin')}#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
`;
}

/** A name inside a comment. */
export function oneLine(name: string): string {
  return name.replace(/[^\x20-\x7e]|\*\/|\\/g, ' ').trim() || 'a model';
}
