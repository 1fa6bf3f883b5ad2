// Makes the ESP-IDF component and Arduino library `esp32-llm`: a folder to be named in an application, and a ZIP that the
// Arduino IDE takes.
//
//   node scripts/pack-component.mjs [FOLDER]      build/component/ when nothing is said
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { COMPONENT_NAME, componentArchive, writeComponent } from './lib/component.mjs';
import { ROOT } from './lib/run.mjs';

const target = path.resolve(process.argv[2] ?? path.join(ROOT, 'build/component'));
const folder = path.join(target, COMPONENT_NAME);
const files = await writeComponent(folder);
const archive = path.join(target, `${COMPONENT_NAME}.zip`);
await writeFile(archive, await componentArchive(files));
console.log(`${path.relative(process.cwd(), folder)}/: a component for ESP-IDF`);
console.log(`${path.relative(process.cwd(), archive)}: a library for Arduino`);
console.log(
  `For a component registry: compote component pack --name ${COMPONENT_NAME} in the folder (idf-component-manager).`,
);
