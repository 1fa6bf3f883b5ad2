/** What is said in Simplified Chinese of the models that come with the element. */
import { formatBytes, formatShortCount } from '../../../shared/format.js';
import type { CardStrings } from '../cards.js';

export const zhHansCards: CardStrings = {
  language: 'zh-Hans',
  heading: '从一个现成的模型开始',
  text: '它马上就在这里的模拟板上运行。',
  talk: '现在就和它对话',
  ask: '也可以问它：',
  find: '查找我的开发板',
  own: (name) => `您的开发板：${name}`,
  models: '放得下的模型',
  convert: '自己一步一步转换',
  noSerial:
    '此浏览器无法通过 USB 连接开发板；电脑上的 Chrome 和 Edge 可以。其余功能在这里都可用：在模拟开发板上试用，下载镜像。',
  insecure: '只有 https 页面才能通过 USB 连接开发板。其余功能在这里都可用：在模拟开发板上试用，下载镜像。',
  parameters: '参数',
  size: '在芯片上的大小',
  boards: '装得下它的板',
  boardsValue: (fits, boards) => (fits === boards ? `全部 ${boards} 种` : `${boards} 种中的 ${fits} 种`),
  speaks: '语言',
  term: (name) => `“${name}”是什么意思？`,
  count: (value) => formatShortCount(value, 'zh-Hans'),
  bytes: (value) => formatBytes(value, 'zh-Hans'),
};
