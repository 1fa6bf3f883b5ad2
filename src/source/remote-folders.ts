/** The folders that are read over a line, together: most of what they are made of is the same. */
export { httpFolder } from './http-folder.js';
export { hubFolder } from './hub-folder.js';
