/** The words of the list of known models in Simplified Chinese. */
import type { GalleryStrings } from '../gallery.js';

export const zhHansGallery: GalleryStrings = {
  heading: 'Hugging Face Hub 上的小模型',
  text: '在您打开某个模型之前不会加载任何内容。速度是规划器对具有这些存储器的开发板的预计值。',
  close: '关闭',
  columns: { model: '模型', size: '参数量', use: '用途', licence: '许可证' },
  uses: { stories: '简单英语故事', text: '续写英语文本', chat: '中英文对话' },
  noLicence: '未说明',
  open: (name) => `打开 ${name}`,
  speed: (rate) => `${rate} 词元/秒`,
  cut: (tokens) => `缩减到 ${tokens} 个词元`,
  unfit: '放不下',
};
