/** Files that are dragged onto the element: shown while they are held over it, read when they are let go. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { NamedFile } from '../source/file-list-folder.js';
import { droppedFiles } from './dropped-files.js';

export interface FileDropsOptions {
  /** Whether files may be dropped now. */
  readonly accepts: () => boolean;
  /** Files are held over the element, or no longer are. */
  readonly onDragging: (dragging: boolean) => void;
  readonly onFiles: (files: NamedFile[]) => Promise<void>;
  /** What was dropped cannot be read. */
  readonly onFailure: (error: unknown) => Promise<void>;
}

/**
 * Where files cannot be taken they fall on nothing: a browser left to itself would leave the page for the file, and with it
 * a conversion or a board that is being flashed.
 */
export class FileDrops implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: FileDropsOptions;
  #dragging = false;

  constructor(host: ReactiveControllerHost & HTMLElement, options: FileDropsOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#set(false);
  }

  /** Files are held over the element. */
  get dragging(): boolean {
    return this.#dragging;
  }

  /** For `dragenter` and `dragover`. */
  readonly over = (event: DragEvent): void => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (this.#options.accepts()) this.#set(true);
    else if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none';
  };

  /** For `dragleave`. */
  readonly leave = ({ relatedTarget }: DragEvent): void => {
    if (relatedTarget instanceof Node && this.#host.shadowRoot?.contains(relatedTarget) === true) return;
    this.#set(false);
  };

  /** For `drop`. */
  readonly drop = async (event: DragEvent): Promise<void> => {
    this.#set(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (!this.#options.accepts() || event.dataTransfer === null) return;
    try {
      await this.#options.onFiles(await droppedFiles(event.dataTransfer));
    } catch (error) {
      await this.#options.onFailure(error);
    }
  };

  #set(dragging: boolean): void {
    if (dragging === this.#dragging) return;
    this.#dragging = dragging;
    this.#options.onDragging(dragging);
    this.#host.requestUpdate();
  }
}

/** Dragged text and links are the page's. */
function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
