/** 可选大小的文字（简体中文）。 */
import type { FrontierStrings } from '../frontier.js';

export const zhHansFrontier: FrontierStrings = {
  intro:
    '权重越小越快，也离原模型越远。这里测量每个矩阵用每种编码损失多少，把它们混合起来，再把每种混合与原模型对比。',
  start: '测量',
  again: '重新测量',
  cancel: '取消',
  measuring: '正在测量每个矩阵的损失',
  failed: '无法测量各种大小',
  stale: '是用其他设置测量的。',
  chart: '损失与大小的关系；用方向键在各种混合之间移动',
  size: '权重大小',
  loss: 'KL 散度（纳特）',
  speed: '每秒词元数',
  bits: '每个权重的位数',
  expected: '预期',
  chosen: '已选',
  usual: '自动',
  fitsNot: '放不下',
  point: (size, rate, loss) => `${size}，每秒 ${rate} 个词元，${loss} 纳特`,
  table: '用表格显示',
  choose: (size) => `选用 ${size}`,
  text: (tokens) => `在原模型自己写的 ${tokens} 个词元上对比。`,
};
