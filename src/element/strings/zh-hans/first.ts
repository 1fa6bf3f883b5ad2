/** The words of the first view in Simplified Chinese; see `en/first.ts`. */
import type { FirstStrings } from '../strings.js';

export const zhHansFirst: FirstStrings = {
  language: 'zh-Hans',
  title: '让语言模型在 ESP32 上运行',
  steps: {
    label: '步骤',
    of: (step, steps) => `第 ${step} 步，共 ${steps} 步`,
    choose: '选择',
    fit: '适配',
    convert: '转换',
    compare: '对比',
    try: '试用',
    take: '下载',
    flash: '烧录',
    chat: '对话',
  },
  choose: {
    heading: '选择模型',
    dropTitle: '将模型文件夹拖到这里',
    dropHint: 'HuggingFace 模型文件夹或其 .zip：config.json、tokenizer.json 和 *.safetensors',
    dropNow: '松开即可读取',
    pickFolder: '选择文件夹',
    pickFiles: '选择文件',
    sampleTitle: '手边没有模型？',
    sampleText: (name) => `可以试试本页面自带的 ${name}。`,
    sampleButton: (name) => `使用 ${name}`,
    ownTitle: '本页面的模型',
    address: '或使用 Hugging Face Hub 上的模型',
    addressHint: '所有者/名称，或文件夹的网址：https://…',
    known: '小模型',
    open: '打开',
    recent: '最近打开',
    talk: '与已烧录的开发板对话',
    privacy: '不会上传任何内容，全部工作都由本页面在这台电脑上完成。',
  },
  reading: {
    heading: (name) => `正在读取 ${name}`,
    text: '正在检查文件、模型架构和分词器。',
    cancel: '取消',
  },
  failures: {
    views: '页面的一部分无法加载',
    reload: '请检查网络连接，然后重新加载本页面。',
    dismiss: '关闭',
    retry: '重试',
  },
};
