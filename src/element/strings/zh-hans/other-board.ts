/** 镜像放不进某块开发板时用简体中文说的话。 */
import type { OtherBoardStrings } from '../other-board.js';

export const zhHansOtherBoard: OtherBoardStrings = {
  board: (name, exact) =>
    exact ? `这块开发板与 ${name} 相同。` : `在已知的开发板中，${name} 与这块最接近。`,
  same: (scheme) => `用同样的设置，模型就能放进这块开发板：${scheme}。`,
  changed: (scheme) => `用之前的设置，模型放不进这块开发板；这样就可以：${scheme}。`,
  none: '无论怎样转换，这个模型都放不进这块开发板。请换一块开发板，或换一个模型。',
  convert: '为这块开发板转换',
  models: '查看能放下的模型',
};
