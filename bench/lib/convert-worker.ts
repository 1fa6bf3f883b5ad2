/** The worker of the conversion benchmark's page: the pipeline on picked files, its package dropped or kept. */
import { convert } from '../../src/pipeline/convert.js';
import type { Runtime } from '../../src/pipeline/types.js';
import { MemorySink, type PackageSink } from '../../src/package/writer.js';
import { fileListFolder, type NamedFile } from '../../src/source/file-list-folder.js';

/** Where the package goes: counted and dropped, in one array, or handed to the browser as a Blob. */
export type SinkKind = 'drop' | 'memory' | 'blob';

type Request = { readonly files: readonly NamedFile[] } & (
  | { readonly type: 'load' }
  | { readonly type: 'convert'; readonly sink: SinkKind }
  | { readonly type: 'read'; readonly blockBytes: number }
);

let runtime: Runtime | null = null;

addEventListener('message', (event: MessageEvent<Request>) => {
  answer(event.data).then(
    (result) => {
      postMessage(result);
    },
    (error: unknown) => {
      postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});

async function answer(request: Request): Promise<object> {
  switch (request.type) {
    case 'load':
      runtime = { kernels: await compile('kernels.wasm'), twin: await compile('twin.wasm') };
      return {};
    case 'convert':
      return convertFiles(request.files, request.sink);
    case 'read':
      return readFiles(request.files, request.blockBytes);
  }
}

async function convertFiles(files: readonly NamedFile[], kind: SinkKind): Promise<object> {
  if (runtime === null) throw new Error('the modules are not loaded');
  const sink = createSink(kind);
  const begin = performance.now();
  const { packageBytes } = await convert(fileListFolder(files), { report: false, sink }, runtime);
  const seconds = (performance.now() - begin) / 1000;
  if (sink instanceof BlobSink && sink.take().size !== packageBytes)
    throw new Error('the Blob is incomplete');
  return { seconds, packageBytes };
}

/** The limit: the same files read in order, and nothing done with them. */
async function readFiles(files: readonly NamedFile[], blockBytes: number): Promise<object> {
  let bytes = 0;
  const begin = performance.now();
  for (const { file } of files) {
    for (let at = 0; at < file.size; at += blockBytes) {
      bytes += (await file.slice(at, at + blockBytes).arrayBuffer()).byteLength;
    }
  }
  return { seconds: (performance.now() - begin) / 1000, bytes };
}

async function compile(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await (await fetch(name)).arrayBuffer());
}

function createSink(kind: SinkKind): PackageSink {
  switch (kind) {
    case 'drop':
      return new DroppingSink();
    case 'memory':
      return new MemorySink();
    case 'blob':
      return new BlobSink();
  }
}

class DroppingSink implements PackageSink {
  begin(): Promise<void> {
    return Promise.resolve();
  }

  append(): Promise<void> {
    return Promise.resolve();
  }

  prepend(): Promise<void> {
    return Promise.resolve();
  }
}

/** Bytes collected before they go to the browser's blob store, which may keep them on disk. */
const BLOB_PART_BYTES = 4 * 1024 * 1024;

class BlobSink implements PackageSink {
  private readonly parts: Blob[] = [];
  private waiting = new Uint8Array(BLOB_PART_BYTES);
  private used = 0;
  private head = new Blob();

  begin(): Promise<void> {
    return Promise.resolve();
  }

  append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + this.waiting.length - this.used);
      this.waiting.set(piece, this.used);
      this.used += piece.length;
      done += piece.length;
      if (this.used === this.waiting.length) this.flush();
    }
    return Promise.resolve();
  }

  prepend(head: Uint8Array): Promise<void> {
    this.head = new Blob([new Uint8Array(head)]);
    return Promise.resolve();
  }

  take(): Blob {
    this.flush();
    return new Blob([this.head, ...this.parts]);
  }

  private flush(): void {
    if (this.used > 0) this.parts.push(new Blob([this.waiting.subarray(0, this.used)]));
    this.used = 0;
  }
}
