/** The lesson of a class kit in English. */
import type { LessonWords } from './lesson-words.js';

export const enLesson: LessonWords = {
  title: (model) => `Lesson: ${model} on a chip`,
  subtitle: (board) => `For the teacher · ${board}`,
  worksheet: (model) => `Worksheet: ${model}`,
  names: 'Names',
  board: 'Board',
  address: 'Class page',
  code: 'QR code of the class page',
  ask: 'Ask it, for example:',
  aims: 'What students can do afterwards',
  aim: [
    {
      part: 'talk',
      text: 'say that a language model is a set of numbers that gives each next piece of a text its probability',
    },
    { part: 'fit', text: 'say why its size decides on which chip it can run' },
    {
      part: 'compare',
      text: 'explain what quantization does to a number, and how one measures what it costs',
    },
    { part: 'try', text: 'tell what a small model knows from what it was never taught' },
    { part: 'flash', text: 'put a program on a chip, and show that it needs no network' },
  ],
  prepare: 'What to prepare',
  preparations: [
    'Flash one board yourself, on a computer of the class and with a student’s account.',
    'For each pair: a computer with Chrome or Edge, a board, a USB cable that carries data.',
    'Print for each pair: the help sheet (help.html) and the worksheet (worksheet.html).',
    'No boards? Leave out the last part: everything before it runs in the page.',
  ],
  plan: 'Plan',
  columns: { minutes: 'Minutes', what: 'What', why: 'What for' },
  rows: [
    {
      part: 'talk',
      minutes: 5,
      what: 'Where does the answer of a chatbot come from? Hold up a board: it will answer without a network.',
      why: 'The question',
    },
    {
      part: 'fit',
      minutes: 5,
      what: 'Everybody opens the class page, presses the button with the model’s name, and looks at Fit.',
      why: 'A model is numbers, and numbers need room',
    },
    {
      part: 'compare',
      minutes: 8,
      what: 'Convert, then Compare: how many bits before, how many after? Where do the two texts part?',
      why: 'Quantization, and measuring',
    },
    {
      part: 'try',
      minutes: 7,
      what: 'Try: start the board of the page; ask what it knows, and what it cannot know.',
      why: 'A model knows what it was taught',
    },
    {
      part: 'flash',
      minutes: 12,
      what: 'Flash, pair by pair, then Chat with the real chip. Pull the network plug.',
      why: 'It runs there',
    },
    {
      part: 'talk',
      minutes: 8,
      what: 'The worksheet together; the last question is open.',
      why: 'What stays',
    },
  ],
  total: (minutes) => `${minutes} minutes together.`,
  answers: 'Worksheet, with answers',
  questions: [
    {
      part: 'fit',
      text: 'How many parameters has the model? Which memory of the board gets fullest, and what lies in it?',
      lines: 2,
      answer: () =>
        'Fit says both, under “The model” and beside the bars. The fastest memory is filled first, since every number is read for every piece of text.',
    },
    {
      part: 'compare',
      text: 'How large is the model before and after the conversion? How can that be, when no number is left out?',
      lines: 2,
      answer: ({ before, after }) =>
        `Its files have ${before}, what the board reads ${after}. Each number is written with fewer bits: as a whole number, and a scale that several share.`,
    },
    {
      part: 'compare',
      text: 'A scale is 0.02. Which whole number stands for 1.13? Which number does the chip compute with then, and how large is the error?',
      lines: 2,
      answer: () =>
        '1.13 / 0.02 = 56.5, so 56 or 57; the chip has 1.12 or 1.14; the error is 0.01, half a step at most.',
    },
    {
      part: 'compare',
      text: 'Compare both texts. At which word do they part, if they do? What does the KL divergence say?',
      lines: 2,
      answer: () =>
        'As the page shows it. The KL divergence says how far the probabilities moved from the original’s; 0 is not at all. Texts can be the same although it is not 0.',
    },
    {
      part: 'try',
      text: 'Ask the same question twice. Is the answer the same? Set Temperature to 1 and ask again, with two seeds.',
      lines: 2,
      answer: () =>
        'With temperature 0 the likeliest piece is taken each time: the same answer. With 1 chance decides, and the seed is where chance begins.',
    },
    {
      part: 'try',
      text: 'Ask something that the model cannot know. What does it do? What would be better?',
      lines: 2,
      answer: () =>
        'It answers with what is most likely by its texts, or says that it does not know, if it was taught to. A model does not look anything up.',
    },
    {
      part: 'flash',
      text: 'How many tokens a second does the chip write, and how many were forecast? Why is a computer faster?',
      lines: 2,
      answer: () =>
        'Compare the figure under the answer with the forecast. For every piece all numbers are read once, and the chip’s memories read slower than a computer’s.',
    },
    {
      part: 'flash',
      text: 'Pull the network plug, or take the board to a charger. Does it still work? Where, then, is the answer computed?',
      lines: 1,
      answer: () => 'It does. In the chip, from the numbers in its flash; nothing is sent anywhere.',
    },
    {
      part: 'talk',
      text: 'For what would you trust such a model, and for what not?',
      lines: 3,
      answer: () =>
        'Open. Worth saying: small and known tasks, privacy, no network; not facts, not decisions about people; and somebody chose the texts that it learned from.',
    },
  ],
  glossary: 'Words',
  terms: [
    ['language model', 'numbers that give every possible next piece of a text its probability'],
    ['token', 'a piece of text that is read and written as one: a short word, a part of a word, a sign'],
    ['parameter', 'one of the numbers that the model has learned'],
    ['quantization', 'writing numbers with fewer bits; each moves a little'],
    ['scale', 'the number that a whole one is multiplied with to give the real one'],
    ['KL divergence', 'how far the probabilities moved from the original’s; 0 is not at all'],
    ['context', 'how many tokens the model can have before it at once'],
    ['flash, PSRAM, SRAM', 'the memories of the board, from the large and slow to the small and fast one'],
    ['firmware', 'the program on the board, which computes with the model'],
    ['temperature', 'how bold the choice of the next token is; 0 takes the likeliest'],
  ],
  boards: 'Boards',
  boardsText: 'Who has which one, and whether it answered.',
  course: 'Five lessons',
  courseText:
    'A course about this model, for more than one lesson: tokens, models, quantization, memory, a lamp that obeys; about 20 minutes each. It is in this kit.',
  courseLinks: ['The lessons, each to be printed as a worksheet', 'All their questions with answers'],
  questionsToAsk: 'Questions to ask it',
};
