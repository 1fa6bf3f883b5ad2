/** What a model package holds, as lines for a terminal: alone or inside an image. */
import { pieceBytes, tensorPieces, type ModelPackage, type PackageTensor } from '../package/reader.js';
import { encodingSpec } from '../schema/encodings.js';
import type { InputKind } from '../schema/kinds.js';
import { showableLine } from '../shared/safe-text.js';
import { formatBytes } from '../shared/format.js';
import { table } from './terminal.js';

const MEMORIES = { sram: 'SRAM', psram: 'PSRAM', flash: 'flash' } as const;

/** Name and licence, shape, where the weights go, sections and tensors. */
export function packageLines(found: ModelPackage): string[] {
  const { config } = found;
  return [
    ...Object.entries(found.metadata).map(([name, value]) => `  ${showableLine(`${name}: ${value}`)}`),
    `  ${config.layers} layers, hidden size ${config.hiddenSize}, vocabulary ${config.vocabSize}, context ${config.context}`,
    `  ${config.activations} activations, ${config.cache} cache`,
    `  ${placements(found)}`,
    '',
    ...table(
      ['section', 'offset', 'bytes', 'CRC-32'],
      found.sections.map((section) => [
        section.kind,
        String(section.offset),
        String(section.length),
        section.crc.toString(16).padStart(8, '0'),
      ]),
    ),
    '',
    ...table(
      ['tensor', 'shape', 'encoding', 'input', 'bytes', 'scales', 'memory'],
      found.tensors.map((tensor) => [
        tensor.name,
        `${tensor.rows} x ${tensor.cols}`,
        encodingSpec(tensor.encoding).title,
        inputOf(tensor, found),
        String(tensor.dataLength),
        String(tensor.tables.reduce((sum, { count }) => sum + count, 0)),
        tensorPieces(tensor)
          .map(({ placement }) => placement)
          .join(' + '),
      ]),
    ),
  ];
}

/** How the vectors are quantized that a tensor is multiplied with, as `--activations` says it; nothing for the others. */
function inputOf({ role, encoding, input }: PackageTensor, { tensors }: ModelPackage): string {
  const isLookedUp = role === 'embedding' && tensors.some((other) => other.role === 'head');
  return encodingSpec(encoding).holds === 'codes' && !isLookedUp ? INPUT_WORD[input] : '';
}

const INPUT_WORD: Readonly<Record<InputKind, string>> = {
  int8: 'int8',
  int8By32: 'int8:32',
  int8By64: 'int8:64',
  int16: 'int16',
};

/** The plan that the package was made by: bytes of weights and scales for each memory. */
function placements(found: ModelPackage): string {
  const parts = (['sram', 'psram', 'flash'] as const).flatMap((memory) => {
    const there = found.tensors.flatMap(tensorPieces).filter(({ placement }) => placement === memory);
    const bytes = there.reduce((sum, piece) => sum + pieceBytes(piece), 0);
    return there.length === 0 ? [] : [`${there.length} in ${MEMORIES[memory]} (${formatBytes(bytes)})`];
  });
  return `${found.tensors.length} tensors: ${parts.join(', ')}`;
}
