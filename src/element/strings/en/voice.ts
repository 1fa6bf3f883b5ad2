/** English: speaking with a model. */
export const enVoice = {
  asking: 'The browser is asked what it recognises on this computer.',
  speak: 'Hold and speak',
  held: 'Listening. Let go to send',
  kept: 'Listening. Press to send',
  ending: 'Recognising',
  stays: (language: string) =>
    `The browser recognises speech (${language}) on this computer; what you say does not leave it.`,
  hint: 'Hold the button, the space bar or Enter while you speak and let go to send. A tap listens until the next press. Escape takes it back.',
  downloadText: (language: string) =>
    `The browser can recognise speech (${language}) on this computer once it has downloaded what that needs from its maker. What you say stays here then.`,
  download: (language: string) => `Download speech recognition (${language})`,
  downloading: 'Downloading',
  notDownloaded: 'The browser could not download it. Check the connection and press again, or write instead.',
  refused: {
    absent: () => 'This browser recognises no speech. Write instead, or use a current Chrome on a computer.',
    remote: () =>
      'This browser does not promise to recognise speech on this computer: it may send the sound away. No microphone is asked for. Write instead, or update the browser.',
    language: (language: string) =>
      `This browser does not recognise speech (${language}) on this computer; it would send the sound away. No microphone is asked for. Write instead.`,
    forbidden: () =>
      'This page may not recognise speech. In a frame, the page around has to allow it: allow="microphone; on-device-speech-recognition".',
  },
  problems: {
    nothing: 'Nothing was heard. Speak closer to the microphone and try again.',
    denied: 'The microphone is not allowed. Allow it beside the address of the page and press again.',
    noMicrophone: 'There is no microphone. Plug one in, or choose one in the settings of the computer.',
    gone: 'The browser can no longer recognise this language on this computer, and asks for nothing else. Write instead.',
    other: (code: string) => `The browser stopped listening: ${code}. Press again, or write instead.`,
  },
  aloud: 'Read answers aloud',
  aloudText: 'With a voice of this computer. The text stays where it is.',
  noVoice: (language: string) =>
    `No voice of this computer speaks this language (${language}); others would send the text away. Install one in the settings of the computer.`,
};
