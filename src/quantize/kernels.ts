/** Loads the WebAssembly kernels (`kernels/prebuilt`) and gives them the typed interface of `kernel-types.ts`. */
import { decode_vector } from '../../kernels/prebuilt/kernels.js';
import type { FloatDtype } from '../checkpoint/checkpoint.js';
import type { DecoderModel } from '../model/decoder.js';
import { call } from './call.js';
import { KernelModule, integer } from './kernel-module.js';
import type {
  Kernels,
  LogitComparator,
  OutputBlock,
  QuantizerSpec,
  ReferenceEngine,
  ReferenceOptions,
  RowQuantizer,
} from './kernel-types.js';
import { WasmLogitComparator } from './logit-comparator.js';
import { WasmReferenceEngine } from './reference-engine.js';
import { WasmOutputBlock, WasmRowQuantizer } from './row-quantizer.js';

export * from './kernel-types.js';

/**
 * Compiles (when given bytes) and instantiates the kernels. The instance is one for each JavaScript realm: a second
 * call returns kernels over the same memory. To give the memory back, end the worker.
 * @param source `kernels_bg.wasm`, as bytes or compiled
 * @throws WebAssembly.CompileError when the bytes are not that module or SIMD is not supported
 */
export async function loadKernels(source: WebAssembly.Module | BufferSource): Promise<Kernels> {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  return new WasmKernels(KernelModule.load(module));
}

class WasmKernels implements Kernels {
  readonly #module: KernelModule;

  constructor(module: KernelModule) {
    this.#module = module;
  }

  get memoryBytes(): number {
    return this.#module.memoryBytes;
  }

  crc32(bytes: Uint8Array, previous = 0): number {
    return this.#module.crc32(bytes, integer(previous, 'A CRC-32'));
  }

  decode(
    bytes: Uint8Array,
    dtype: FloatDtype,
    options: { readonly gain?: Float32Array | undefined; readonly multiplier?: number | undefined } = {},
  ): Float32Array {
    return call(() =>
      decode_vector(dtype, bytes, options.gain ?? new Float32Array(0), options.multiplier ?? 1),
    );
  }

  createOutput(
    rows: number,
    rowStride: number,
    scalesPerRow: number,
    groupScalesPerRow = 0,
    groupOffsetsPerRow = 0,
  ): OutputBlock {
    const perRow = [scalesPerRow, groupScalesPerRow, groupOffsetsPerRow] as const;
    return new WasmOutputBlock(this.#module, rows, rowStride, perRow);
  }

  createQuantizer(spec: QuantizerSpec): RowQuantizer {
    return new WasmRowQuantizer(this.#module, spec);
  }

  createReference(model: DecoderModel, options: ReferenceOptions = {}): ReferenceEngine {
    return new WasmReferenceEngine(this.#module, model, options);
  }

  createComparator(vocabSize: number): LogitComparator {
    return new WasmLogitComparator(vocabSize);
  }
}
