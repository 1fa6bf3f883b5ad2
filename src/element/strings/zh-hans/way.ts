/** What leads from step to step in Simplified Chinese; see `en/way.ts`. */
import type { WayStrings } from '../way.js';

export const zhHansWay: WayStrings = {
  to: {
    fit: '更改设置',
    compare: '与原模型比较',
    try: '试一试',
    take: '下载带走',
    flash: '烧录开发板',
    chat: '与开发板对话',
  },
  converted: {
    heading: (name) => `${name} 已转换`,
    settings: '数值格式',
    board: '开发板',
    context: '上下文',
    package: '芯片上',
  },
};
