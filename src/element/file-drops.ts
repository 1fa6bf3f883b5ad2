/** Files that are dragged onto the element: shown while they are held over it, read when they are let go. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What was dropped, taken in the event itself: the browser forgets it afterwards. */
export interface Dropped {
  /** `null` for what is no file of a disk. */
  readonly entries: readonly (FileSystemEntry | null)[];
  readonly files: readonly File[];
}

export interface FileDropsOptions {
  /** Whether files may be dropped now. */
  readonly accepts: () => boolean;
  /** Files are held over the element, or no longer are. */
  readonly onDragging: (dragging: boolean) => void;
  readonly onDrop: (dropped: Dropped) => void;
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
  readonly drop = (event: DragEvent): void => {
    this.#set(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    if (!this.#options.accepts() || event.dataTransfer === null) return;
    const { items, files } = event.dataTransfer;
    const entries = [...items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry());
    this.#options.onDrop({ entries, files: [...files] });
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
