/** What the board's benchmark bundles for Node: images, the emulated board and its console. */
export { ConsoleClient } from '../../src/device/console-client.js';
export { encodeFrame } from '../../src/device/console-codec.js';
export { generatePayload, idBytes, promptPieces } from '../../src/device/console-messages.js';
export { EmulatorDevice } from '../../src/device/emulator.js';
export { makeEmulatorCore } from '../../src/device/emulator-core.js';
export { inlineLink } from '../../src/device/emulator-link.js';
export { firmwareFromElf } from '../../src/image/firmware.js';
export { assembleFlashImage } from '../../src/image/flash-image.js';
export { convert } from '../../src/pipeline/convert.js';
export { makeImage } from '../../src/pipeline/image.js';
export { findBoard, readRates } from '../../src/plan/boards.js';
export { MESSAGE } from '../../src/schema/console.js';
export { nodeFolder } from '../../src/source/node-folder.js';
