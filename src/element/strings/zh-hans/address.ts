/** What is said in Simplified Chinese of links to a step; see `en/address.ts`. */
import type { AddressStrings } from '../address.js';

export const zhHansAddress: AddressStrings = {
  ask: (name, from) => `此链接要从 ${from} 加载 ${name}`,
  askText: '目前还没有加载任何内容。请仅在信任链接来源时继续。',
  load: '加载',
  refuse: '暂不加载',
  problem: '无法打开此链接',
  problems: {
    model: '链接中没有有效的模型。',
    board: '链接中的开发板在这里未知。',
    scheme: '链接中的设置不可行。',
    effort: '链接中的力度不存在。',
    context: '链接中的上下文长度不可行。',
    prompt: '链接中的提示文本不可行。',
    step: '链接中的步骤在这里未知。',
    version: '链接由此页面的其他版本生成。',
    length: '链接过长。',
    text: '链接文本已损坏。',
    files: '链接中的模型来自本机文件夹。请重新选择该文件夹。',
    settled: '此页面已经固定了所用的模型。',
  },
  dismiss: '关闭',
  copy: { link: '复制链接', tag: '复制 HTML 标签' },
  copied: { link: '链接已复制', tag: '标签已复制' },
  byHand: '此页面不能使用剪贴板。请手动复制：',
  notWhole: '链接不包含全部内容：来自本机文件夹的模型和部分设置不会随之传递。',
};
