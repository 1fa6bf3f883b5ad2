/** 查找自己的开发板时用简体中文说的话。 */
import type { FindStrings } from '../find.js';

export const zhHansFind: FindStrings = {
  heading: '您用的是哪块开发板？',
  close: '关闭',
  look: '识别我的开发板',
  lookText: '用 USB 连接开发板并选择它的端口：会读出芯片、Flash和 PSRAM，不会写入任何内容。',
  looking: '正在识别开发板……',
  cancel: '取消',
  again: '识别另一块开发板',
  failed: '无法识别开发板',
  unreached: '识别开发板所需的部分无法加载。请检查网络连接后重试。',
  found: (chip, memories) => `已找到：${chip}，${memories}。`,
  like: (name, exact) => (exact ? `与 ${name} 的配置相同。` : `列表中与它最接近的是 ${name}。`),
  unlike: '列表中没有配置这么低的开发板，无法在这里为它制作镜像。',
  outside: '芯片之外的 PSRAM 无法自动识别：如果您的开发板有，请在列表中选择它。',
  memories: (flash, psram) => (psram === '' ? `${flash} Flash，无 PSRAM` : `${flash} Flash，${psram} PSRAM`),
  use: (name) => `使用 ${name}`,
  search: '或者在列表中查找',
  searchHint: '名称、厂商或内存，例如“N16R8”“Feather”或“8 MB PSRAM”',
  matches: (boards) => (boards === 0 ? '没有同时符合这些条件的开发板。' : `${boards} 种开发板`),
  modules: '模组',
  kits: '开发板',
  unsupported: '不支持',
};
