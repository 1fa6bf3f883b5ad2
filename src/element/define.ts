/** Registers the element, unless another copy of the script has done so. */
import { Esp32LlmConverter } from './esp32-llm-converter.js';

export * from './esp32-llm-converter.js';

if (customElements.get('esp32-llm-converter') === undefined) {
  customElements.define('esp32-llm-converter', Esp32LlmConverter);
}
