/** What is said in English of the drawing of a board. */
export const enDrawing = {
  picture: 'The board with what lies in its memories; arrow keys go from part to part',
  hint: 'Point at a part, tap it, or go there with the arrow keys to see what it is.',
  layer: (layer: number) => `Layer ${layer}`,
  rest: 'Tokenizer and description',
  cache: 'Key/value cache',
  scratch: 'Working memory',
  block: (what: string, memory: string, bytes: string) => `${what} in ${memory}: ${bytes}`,
  memory: (name: string, used: string, capacity: string) => `${name}: ${used} of ${capacity}`,
  missing: (name: string, used: string) => `${name}: ${used}, and the board has none`,
  over: (bytes: string) => `${bytes} too much`,
  copied:
    'The flash keeps the whole package; what stands in SRAM and PSRAM is copied from there when the board starts.',
  table: 'The same as a table',
  columns: { memory: 'Memory', part: 'Part', bytes: 'Size', tensors: 'Tensors' },
  usb: 'USB',
};
