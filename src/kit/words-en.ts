/** What a class kit says in English. */
import { enLesson } from './lesson-en.js';
import type { KitWords } from './words.js';

export const enKit: KitWords = {
  language: 'en',
  page: {
    title: (model, chip) => `${model} on an ${chip}`,
    lead: (model, board) =>
      `Turn ${model} into something that the ${board} can run, see what the small numbers cost, try it, and put it on a board. Nothing is uploaded.`,
    sheet: 'Help sheet to print',
    worksheet: 'Worksheet',
    notReady: 'No board listens yet: start one in the step Try, or connect one.',
    noScript: 'This page needs JavaScript.',
    fromDisk:
      'This page was opened from a disk. Converting, comparing, trying and downloading work here. If the browser does not offer your board, serve this folder as README.txt says, or flash with the command on the help sheet.',
  },
  sheet: {
    title: (model) => `${model} on your board`,
    subtitle: (board) => `Help sheet · ${board}`,
    need: 'You need',
    needs: [
      'the board and a USB cable that carries data (many charge only)',
      'a computer with Chrome, Edge or another browser that has Web Serial',
      'the address of the class page, or this folder on a stick',
    ],
    wiring: 'Wiring',
    wires: [
      'One cable, from the computer to the board. No other wires.',
      'Two sockets? Both work; when one does not, take the other.',
      'No USB hub if it can be avoided.',
    ],
    drawing: 'A board with its USB socket on the left, the button BOOT above and the button RESET below',
    where: 'Where the model lies',
    memory: (name, used, capacity) => `${name}: ${used} of ${capacity}`,
    steps: 'Steps',
    opened: 'Open the class page. It reads the model by itself.',
    step: (prompt) => [
      'Open the class page and press the button with the name of the model.',
      'Look at Fit: the bars show how full each memory gets. Press Convert.',
      'Compare: what changed, and where do the two texts part?',
      prompt === null
        ? 'Try: press Start the board and talk to it.'
        : `Try: press Start the board and ask it: “${prompt}”`,
      'Flash: connect the board, choose it in the list, press Flash this board, wait until it is checked.',
      'Chat: the answer now comes from the chip. Compare its speed with the forecast.',
    ],
    buttons: 'If the board does not answer: BOOT and RESET',
    press: [
      'Hold BOOT.',
      'Press RESET once.',
      'Release BOOT.',
      'Connect again. Afterwards press RESET once.',
    ],
    trouble: 'When something is wrong',
    troubles: [
      ['The list of boards is empty', 'Another cable, another socket; then BOOT and RESET as above.'],
      [
        '“In use” or “cannot be opened”',
        'Close other tabs and programs that use the board, such as a serial monitor.',
      ],
      ['It stops while flashing', 'Start again: what is already right is not written twice.'],
      ['The board says nothing', 'Press RESET. Still nothing: flash once more.'],
      ['Too little flash or PSRAM', 'It is another board than the one above. Ask for the right one.'],
      ['No Web Serial in this browser', 'Take Chrome or Edge, or the terminal below.'],
    ],
    terminal: 'From a terminal',
    terminalText: 'With esptool (pip install esptool), in the folder of the kit:',
  },
  lesson: enLesson,
  readMe: ({
    model,
    board,
    image,
    modelFolder,
    firmware,
    version,
    hasCourse,
  }) => `Class kit: ${model} for the ${board}
made with esp32-llm-converter ${version}

index.html   the class page: board, numbers and model are settled
help.html    one page to print and hand out
worksheet.html   questions to print, with lines to write on
lesson.html  for the teacher: aims, a plan with minutes, what to prepare, answers, words, who has which board
${hasCourse ? 'course.html  five lessons, each a page to work with and to print; course-teacher.html has all answers\n' : ''}${modelFolder}   the model, as it was published
${firmware === null ? '' : `${firmware}   the firmware that the page puts before the model\n`}${image}   what a board boots, ready to be flashed to address 0

On a server: copy this folder to any static web server. Web Serial, which flashes boards, needs https or localhost.
On one computer: "python3 -m http.server 8000" in this folder, then open http://localhost:8000/
From a stick: open index.html. Nothing is fetched from anywhere. Browsers treat files with more care than pages of a
server: if yours does not let the page reach the board, use one of the two ways above.

Nothing in this folder makes a request to another computer.
`,
};
