/** The words of the list of known models in Simplified Chinese. */
import type { GalleryStrings } from '../gallery.js';

export const zhHansGallery: GalleryStrings = {
  heading: 'Hugging Face Hub 上的小模型',
  text: '在您打开某个模型之前不会加载任何内容。大小和速度由规划器在本页面中针对您选择的开发板算出。',
  close: '关闭',
  board: '开发板',
  columns: {
    model: '模型',
    fit: '在此开发板上',
    boards: '放得下的模组',
    use: '用途',
    size: '参数量',
    licence: '许可证',
  },
  uses: {
    stories: '简单英语故事',
    text: '续写英语文本',
    bilingual: '中英文对话',
    many: '多语言对话',
  },
  noLicence: '未说明',
  open: (name) => `打开 ${name}`,
  fit: (weights, size, rate) => `${weights}，${size}，${rate} 词元/秒`,
  context: (tokens) => `上下文 ${tokens} 个词元`,
  cut: (tokens) => `词表缩减到 ${tokens} 个词元：`,
  unfit: '放不下',
  noBoard: '无',
  planning: '…',
  unplanned: '无法加载规划器，因此没有数值。请检查网络连接，然后重新打开此列表。',
};
