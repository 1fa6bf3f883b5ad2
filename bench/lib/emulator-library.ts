/** What the emulator's benchmark needs of the library, bundled for Node. */
export { makeEmulatorCore } from '../../src/device/emulator-core.js';
export { EmulatorBench } from './emulator-loop.js';
