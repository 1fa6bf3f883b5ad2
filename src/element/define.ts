/** Registers the element, unless another copy of the script has done so; does nothing where there is no page. */
import { Esp32LlmConverter } from './esp32-llm-converter.js';

export * from './esp32-llm-converter.js';

// A server that imports this has no registry.
const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements;
if (registry?.get('esp32-llm-converter') === undefined) {
  registry?.define('esp32-llm-converter', Esp32LlmConverter);
}
