/** 简体中文：与模型说话。 */
import type { VoiceStrings } from '../voice.js';

export const zhHansVoice: VoiceStrings = {
  asking: '正在询问浏览器能在这台电脑上识别什么。',
  speak: '按住说话',
  held: '正在听，松开即发送',
  kept: '正在听，再按一次发送',
  ending: '正在识别',
  stays: (language) => `浏览器在这台电脑上识别语音（${language}），您说的话不会离开它。`,
  hint: '说话时按住按钮、空格键或回车键，松开即发送。轻点一下会一直听到下一次按下。按 Esc 撤回。',
  downloadText: (language) =>
    `浏览器从其厂商处下载所需内容后，就能在这台电脑上识别语音（${language}）。之后您说的话都留在这里。`,
  download: (language) => `下载语音识别（${language}）`,
  downloading: '正在下载',
  notDownloaded: '浏览器未能下载。请检查网络后再按一次，或改为输入文字。',
  refused: {
    absent: () => '这个浏览器不能识别语音。请输入文字，或在电脑上使用新版 Chrome。',
    remote: () =>
      '这个浏览器不保证在这台电脑上识别语音，可能会把声音发送出去，因此不会请求麦克风。请输入文字，或更新浏览器。',
    language: (language) =>
      `这个浏览器不能在这台电脑上识别语音（${language}），会把声音发送出去，因此不会请求麦克风。请输入文字。`,
    forbidden: () =>
      '此页面不得识别语音。在框架中，需由外层页面允许：allow="microphone; on-device-speech-recognition"。',
  },
  problems: {
    nothing: '没有听到声音。请靠近麦克风再试一次。',
    denied: '麦克风未被允许。请在页面地址旁允许它，然后再按一次。',
    noMicrophone: '没有麦克风。请接上一个，或在电脑设置中选择一个。',
    gone: '浏览器已不能在这台电脑上识别这种语言，也不会请求别的。请输入文字。',
    other: (code) => `浏览器停止了收听：${code}。请再按一次，或输入文字。`,
  },
  aloud: '朗读回答',
  aloudText: '使用这台电脑上的语音。文字仍留在原处。',
  noVoice: (language) =>
    `这台电脑上没有会说这种语言（${language}）的语音；其他语音会把文字发送出去。请在电脑设置中安装一个。`,
};
