/** `inspect` for a flash or application image, from this tool or another. */
import type { ApplicationImage } from '../image/application-reader.js';
import { describeImage, type ImageDescription, type PartitionContent } from '../image/describe.js';
import { subtypeName, typeName } from '../image/partition-types.js';
import { showableLine } from '../shared/safe-text.js';
import type { ByteSource } from '../source/byte-source.js';
import { packageLines } from './inspect-package.js';
import { packageJson } from './package-json.js';
import { formatBytes } from '../shared/format.js';
import { table, type Terminal } from './terminal.js';

/**
 * Shows what an image holds.
 * @returns whether all of it is sound
 * @throws FormatError when what the board starts from is broken
 */
export async function inspectImage(
  file: ByteSource,
  request: { readonly target: string; readonly json: boolean },
  terminal: Terminal,
): Promise<boolean> {
  const found = await describeImage(file, { verify: true, signal: terminal.signal });
  const sound = found.partitions.every(({ content }) => content.kind !== 'damaged');
  terminal.stdout.write(
    request.json ? `${json(request.target, found, sound)}\n` : text(request.target, found),
  );
  return sound;
}

function json(target: string, found: ImageDescription, sound: boolean): string {
  const partitions = found.partitions.map(({ content, ...partition }) => ({
    ...partition,
    content: contentJson(content),
  }));
  const model = found.model === null ? null : packageJson(found.model);
  const { bootOffset: _, ...rest } = found;
  const shown = { ...rest, boot: withoutChip(found.boot), partitions, model };
  return JSON.stringify({ kind: 'image', file: target, sound, ...shown });
}

function contentJson(content: PartitionContent): object {
  switch (content.kind) {
    case 'damaged':
      return { kind: content.kind, problem: content.problem.message };
    case 'application':
      return { kind: content.kind, image: withoutChip(content.image) };
    case 'package':
      return { kind: content.kind, package: packageJson(content.package) };
    default:
      return content;
  }
}

/** A chip is all that is known about it, of which an image says nothing. */
function withoutChip({ chip: _, ...image }: ApplicationImage): Omit<ApplicationImage, 'chip'> {
  return image;
}

function text(target: string, found: ImageDescription): string {
  const { boot } = found;
  const { settings } = boot;
  const lines = [
    `${target}: ${boot.chip.name} image, ${formatBytes(found.bytes)}, checksum good, ${boot.digest === null ? 'no SHA-256' : 'SHA-256 good'}`,
    `  starts at ${address(boot.entry)}; flash ${settings.mode} at ${settings.megahertz} MHz, ${formatBytes(settings.flashBytes)}`,
    ...(boot.description === null
      ? []
      : [
          `  ${showableLine(`${boot.description.project} ${boot.description.version}, ESP-IDF ${boot.description.idfVersion}`)}`,
        ]),
    '',
    ...table(
      ['segment', 'address', 'bytes', 'file offset'],
      [
        ...boot.segments,
        ...(boot.mapped === null ? [] : [{ kind: 'flash, mapped by the program', ...boot.mapped }]),
      ].map((segment) => [
        segment.kind,
        address(segment.address),
        String(segment.length),
        address(segment.offset),
      ]),
    ),
    '',
    ...(found.table === null
      ? ['No partition table: an application by itself.']
      : table(
          ['partition', 'type', 'offset', 'bytes', 'holds'],
          found.partitions.map((partition) => [
            partition.name,
            `${typeName(partition.type)} ${subtypeName(partition.type, partition.subtype)}`,
            address(partition.offset),
            String(partition.size),
            describeContent(partition.content, found.bootOffset),
          ]),
        )),
    '',
    ...(found.model === null
      ? []
      : [
          `The model partition holds package ${found.model.version.join('.')}, ${formatBytes(found.model.totalLength)}, all checksums good:`,
          ...packageLines(found.model),
          '',
        ]),
  ];
  return lines.join('\n');
}

function describeContent(content: PartitionContent, bootOffset: number): string {
  switch (content.kind) {
    case 'absent':
      return 'nothing: the image ends before it';
    case 'erased':
      return 'nothing: erased';
    case 'boot':
      return `part of what starts at ${bootOffset === 0 ? '0' : address(bootOffset)}`;
    case 'application':
      return `an application that starts at ${address(content.image.entry)}`;
    case 'package': {
      const { config, metadata, totalLength } = content.package;
      return `model package ${metadata['name'] ?? ''} (${config.layers} layers, ${formatBytes(totalLength)})`;
    }
    case 'data':
      return 'data';
    case 'damaged':
      return `DAMAGED: ${content.problem.message}`;
  }
}

function address(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
