/** What is said in Simplified Chinese of the drawing of a board. */
import type { DrawingStrings } from '../drawing.js';

export const zhHansDrawing: DrawingStrings = {
  picture: '开发板及其内存中的内容；用方向键在各部分之间移动',
  hint: '指向、轻点某一部分，或用方向键移到那里，即可查看它是什么。',
  layer: (layer) => `第 ${layer} 层`,
  rest: '分词器和描述',
  cache: '键值缓存',
  scratch: '工作内存',
  block: (what, memory, bytes) => `${memory} 中的${what}：${bytes}`,
  memory: (name, used, capacity) => `${name}：${used} / ${capacity}`,
  missing: (name, used) => `${name}：需要 ${used}，而开发板没有`,
  over: (bytes) => `超出 ${bytes}`,
  copied: 'Flash 保存整个模型包；SRAM 和 PSRAM 中的内容在开发板启动时从那里复制。',
  table: '以表格显示',
  columns: { memory: '内存', part: '部分', bytes: '大小', tensors: '张量' },
  usb: 'USB',
};
