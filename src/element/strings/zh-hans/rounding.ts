/** 关于舍入如何改变单个数值的简体中文说明。 */
import type { RoundingStrings } from '../rounding.js';

export const zhHansRounding: RoundingStrings = {
  question: '舍入会让一个数移动多远？',
  tensor: '张量',
  row: '行',
  looking: '正在读取数值',
  failed: '无法读取数值',
  look: '显示这次转换的数值',
  again: '重试',
  answer: (count, most, share, step) =>
    `这一行的前 ${count} 个数。移动最多的一个移动了 ${most}，相当于其中最大数值的 ${share}。相邻编码相距 ${step}。`,
  steps: (least, most) => `${least} 到 ${most}`,
  before: '之前',
  after: '之后',
  codes: '编码能表示的值',
  fine: '编码太密，画不出每一条线。',
  values: '转换前后的数值',
  moves: '每个数移动了多远，以相邻编码的间距为单位',
  place: '行中的位置',
  table: '用表格显示',
  columns: { place: '位置', before: '之前', after: '之后', moved: '移动（间距）' },
};
