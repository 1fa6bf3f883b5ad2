/** What is said in English while a board on a cable is reached and flashed. */
import { formatBytes, formatCount, formatSeconds } from '../../../shared/format.js';

export const enSerial = {
  help: {
    titles: {
      'not-chosen': 'Was the board not in the list?',
      'not-opened': 'What may keep the board from being opened',
    },
    rights: 'On Linux you need the right to use serial ports. In a terminal:',
    rightsAfter:
      'Then log out of the computer and in again. On Arch Linux the group is called uucp instead of dialout.',
    braille: 'On Ubuntu a program for braille displays may take the board. If you have none, in a terminal:',
    driver: (names: string) =>
      `Boards with a USB bridge need the driver of its maker, if the system has not brought it: ${names}. Install it, then plug the board in again.`,
  },
  reasons: {
    insecure: {
      title: 'This page is not served securely',
      text: 'Browsers let pages reach boards only over https or from localhost. Open the page by an https address, or serve it from this computer.',
    },
    unsupported: {
      title: 'This browser cannot reach boards',
      text: 'It has no Web Serial. Chrome, Edge and Opera on computers have it, and Firefox in recent versions.',
    },
    frame: {
      title: 'The surrounding page does not permit it',
      text: 'This converter is in a frame. Whoever made the page around it must write allow="serial" into the iframe tag.',
    },
    policy: {
      title: 'This page forbids access to boards',
      text: 'Its Permissions-Policy header excludes serial. Whoever serves the page can allow it: Permissions-Policy: serial=(self).',
    },
    worker: {
      title: 'Boards cannot be chosen from here',
      text: 'This part of the page runs without a window.',
    },
  },
  still: 'Everything else works: take the image away and flash it with a program.',
  ports: {
    busy: {
      title: 'The port is taken',
      text: 'Another program or page uses the board. Close it, then try again.',
    },
    claimed: {
      title: 'The port is in use by this page',
      text: 'Finish or cancel what is running first.',
    },
    lost: {
      title: 'The board is gone',
      text: 'It was unplugged or left the bus. Plug it in and try again.',
    },
    gone: {
      title: 'The board did not come back',
      text: 'It was unplugged, or it restarted and is another port now. Choose it again.',
    },
    stuck: {
      title: 'The board takes no more data',
      text: 'Unplug it, plug it in again and try once more.',
    },
    closed: { title: 'The port is closed', text: 'Connect the board again.' },
  },
  failed: 'That did not work',
};

export const enFlash = {
  heading: (name: string) => `Flash ${name} onto a board`,
  port: 'serial port',
  selftest: 'Test this board',
  intro: (chip: string) =>
    `Connect an ${chip} by USB and choose it. It is looked at first; nothing is written before you say so.`,
  connect: 'Connect a board',
  connectAgain: 'Choose another board',
  making: 'Putting the image together…',
  what: 'What is flashed',
  parts: 'Parts of the image',
  partColumns: { name: 'Part', offset: 'At', bytes: 'Size' },
  partNames: {
    firmware: 'Firmware',
    'partition-table': 'Partition table',
    model: 'Model',
  } as Readonly<Record<string, string>>,
  total: 'Together',
  looking: 'Looking at the board',
  phases: {
    connecting: 'Connecting',
    identifying: 'Finding out what board it is',
    comparing: 'Asking what it has already',
    writing: 'Writing',
    verifying: 'Checking what was written',
    restarting: 'Restarting the board',
  },
  found: 'What was found',
  foundColumns: { what: 'What', found: 'This board', needed: 'Needed' },
  facts: {
    chip: 'Chip',
    revision: 'Revision',
    flash: 'Flash',
    psram: 'PSRAM in the chip',
    connection: 'Connection',
    mac: 'Address (MAC)',
  },
  revision: (major: number, minor: number) => `v${major}.${minor}`,
  revisionNeeded: (major: number, minor: number) => `v${major}.${minor} or later`,
  atLeast: (bytes: number) => (bytes === 0 ? 'none' : `${formatBytes(bytes)} at least`),
  exactly: (bytes: number) => `${formatBytes(bytes)} at least`,
  bytes: (bytes: number) => formatBytes(bytes),
  noPsram: 'none that it reports',
  psramFound: (bytes: number, kind: string) => `${formatBytes(bytes)}, ${kind}`,
  unknown: 'does not answer',
  any: 'any',
  good: 'fits',
  bad: 'does not fit',
  connections: {
    'usb-serial-jtag': 'USB of the chip',
    'usb-otg': 'USB of the chip (OTG)',
    'uart-bridge': 'USB serial bridge',
  },
  ready: 'This board can be flashed.',
  warning:
    'The program on the board is replaced. Parts that it has already are not written again, and its settings stay.',
  slow: 'Use a lower speed (115,200 baud), for long cables and adapters that lose data.',
  accept: 'My board has PSRAM beside the chip: go on.',
  several: 'Flashing several boards?',
  label: 'Name of this board',
  labelHint: 'For the list below, e.g. desk-01; the next board counts on. May stay empty.',
  flash: 'Flash this board',
  cancel: 'Cancel',
  amount: (done: number, total: number) => `${formatBytes(done)} of ${formatBytes(total)}`,
  unchanged: (bytes: number) => `${formatBytes(bytes)} were there already`,
  rate: (bytesPerSecond: number) => `${formatBytes(bytesPerSecond)} per second`,
  left: (seconds: number) => `about ${formatSeconds(seconds)} left`,
  keep: 'Leave the board plugged in. A cancel is safe: what is written is kept, and the rest follows next time.',
  done: 'Flashed and checked',
  doneText: (written: number, total: number, milliseconds: number) =>
    written === 0
      ? `The board had all ${formatBytes(total)} of it already; nothing had to be written.`
      : `${formatBytes(written)} of ${formatBytes(total)} written in ${formatSeconds(milliseconds / 1000)} and checked by its digest.`,
  started: {
    running: 'The board has restarted and answers.',
    failing: 'The board answers, but says that it cannot start. Its words are in the conversation’s console.',
    silent: 'The board has not said anything since. Press its RESET button.',
    loader: 'The chip is in its loader again. Press its RESET button.',
  },
  talk: 'Talk to it',
  next: 'Next board',
  failed: 'The board was not flashed',
  again: 'Try again',
  otherWay: 'Without this page',
  otherWayText: 'The same with Espressif’s esptool, in a terminal:',
  toImage: 'Take the image away',
  unfit: 'The model does not fit the board that it was planned for, so there is no image to flash.',
  help: 'The board does not show up?',
  helpText: [
    'Use a USB cable that carries data; many only charge.',
    'Boards with two sockets: both work, so try the other one.',
    'Still nothing: bring the chip into its loader by hand.',
  ],
  advice: {
    'hold-boot': 'Hold the button BOOT.',
    'press-reset': 'Press and release the button RESET, which some boards call EN.',
    'release-boot': 'Release BOOT.',
    'plug-in-holding-boot': 'Without a RESET button: unplug the board, hold BOOT, plug it in, release BOOT.',
    'choose-port-again': 'Choose the board again: after a restart the browser may know it as another port.',
    retry: 'Try again.',
    'other-socket': 'If the board has a second socket, marked UART or COM, use that.',
    'close-programs': 'Close other programs and pages that use the board: terminals, Arduino, other tabs.',
    'plug-again': 'Unplug the board and plug it in again.',
    'data-cable': 'Use a short USB cable that carries data, without a hub.',
    'lower-baud': 'Use a lower speed: when the board was found, there is a box for it.',
    'other-port': 'Use another USB port of the computer.',
    'other-board': 'Use another board.',
    'choose-board': 'Go back and convert the model for this board.',
    'flash-again': 'Flash again: what is written is kept.',
  },
  pictures: {
    'hold-boot': 'Drawing: a board, the button BOOT held down',
    'press-reset': 'Drawing: a board, the button RESET pressed and released',
    'release-boot': 'Drawing: a board, the button BOOT let go',
    'plug-in-holding-boot': 'Drawing: a board plugged in while BOOT is held down',
  },
  errors: {
    'port-busy': { title: 'The port is taken', text: () => 'Another program or page uses the board.' },
    'port-lost': {
      title: 'The board is gone',
      text: () => 'It was unplugged or left the bus while it was worked on. What is written is kept.',
    },
    'no-loader': {
      title: 'The chip did not enter its loader',
      text: () =>
        'It runs something else, or the board does not wire the lines that restart it. The buttons do it by hand.',
    },
    'board-changed': {
      title: 'Another board answers',
      text: (found: string, needed: string) => `${found} instead of ${needed}. Plug in one board at a time.`,
    },
    'wrong-chip': {
      title: 'This is another chip',
      text: (found: string, needed: string) =>
        `The board has ${found === '' ? 'an unknown chip' : `an ${found}`}; ${needed === '' ? 'images are not made for it' : `the image is for the ${needed}`}. Nothing was written.`,
    },
    'chip-revision': {
      title: 'The chip is too old',
      text: (found: string, needed: string) =>
        `It is revision v${found}; the image needs v${needed}. Nothing was written.`,
    },
    'secure-download': {
      title: 'The chip is locked',
      text: () => 'It only takes programs from whoever has burnt its keys. That cannot be undone.',
    },
    'secure-boot': {
      title: 'The chip is locked',
      text: () => 'It only starts programs that are signed with a key burnt into it. Nothing was written.',
    },
    'flash-encrypted': {
      title: 'The chip encrypts its flash',
      text: () => 'Only its maker’s tools can write for it. Nothing was written.',
    },
    'flash-octal': {
      title: 'This kind of flash is not supported',
      text: () =>
        'The board has octal flash, which the firmware does not drive. Modules with quad flash work, such as N16R8.',
    },
    'flash-unknown': {
      title: 'The flash does not answer',
      text: (pins: string) =>
        `Remove what is wired to ${pins === '' ? 'the pins of the flash' : `GPIO ${pins}`}, and plug the board in again. Nothing was written.`,
    },
    'flash-too-small': {
      title: 'The flash is too small',
      text: (found: string, needed: string) =>
        `This board has ${found}; the image is for ${needed}. Nothing was written.`,
    },
    'psram-too-small': {
      title: 'The PSRAM is too small',
      text: (found: string, needed: string) =>
        `The model needs ${needed}; the chip reports ${found === '' ? 'none' : found}. Some boards have PSRAM beside the chip, which it does not know of.`,
    },
    line: {
      title: 'The connection is unreliable',
      text: () => 'Bytes are lost or changed on the way, again and again. What is written is kept.',
    },
    verify: {
      title: 'The board holds something else',
      text: () => 'All was written without an error, and yet the digest differs. The flash may be worn.',
    },
  },
  tally: 'Boards so far',
  tallyText: (flashed: number, failed: number, silent: number) =>
    [
      `${formatCount(flashed)} flashed`,
      ...(silent === 0 ? [] : [`${formatCount(silent)} of them silent`]),
      ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
    ].join(', '),
  pace: (milliseconds: number) => `${formatSeconds(milliseconds / 1000)} for each board`,
  saveTally: 'Save the list (CSV)',
  tallyColumns: { number: 'Try', label: 'Name', mac: 'Address (MAC)', outcome: 'Outcome' },
  outcomes: {
    flashed: 'flashed',
    same: 'had it already',
    silent: 'flashed, silent',
    cancelled: 'cancelled',
  },
};
