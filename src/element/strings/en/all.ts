/** The element in English; the model for every other dictionary. Loaded with the views after the first. */
import { ENGLISH_PLAN } from '../../../plan/words.js';
import { ENGLISH_PAGE_NOTES } from '../../../worker/notes.js';
import {
  formatBytes,
  formatCount,
  formatFixed,
  formatSeconds,
  formatShortCount,
  prepareNumbers,
} from '../../../shared/format.js';
import { ENGLISH_REPORT, type ReportWords } from '../../../report/words.js';
import type { FailureCause } from '../../failure-causes.js';
import { enFirst } from './first.js';

prepareNumbers('en');

/** On the page a context is a slider and not an option of the command line. */
const report: ReportWords = {
  ...ENGLISH_REPORT,
  plan: {
    ...ENGLISH_PLAN,
    remedies: {
      ...ENGLISH_PLAN.remedies,
      context: (context) => `A context of ${formatCount(context)} tokens fits.`,
    },
  },
};

/** What to do about failures: by their cause, and where that is rare by their kind. */
const help: Readonly<Record<FailureCause, string>> = {
  'no-config':
    'This is not a model folder: it has no config.json. Choose the folder that holds config.json and the *.safetensors files.',
  'several-models': 'The folder holds several models. Choose one of them.',
  'no-weights':
    'The folder has no weights. Choose the folder that holds config.json and the *.safetensors files.',
  'two-models': 'The folder holds more than one model. Keep one model in a folder.',
  'missing-files': 'Some of the weight files are missing. Download them into the folder.',
  'broken-file': 'A file is cut off or is not what its name says. Download it again.',
  'lfs-pointer':
    'Git left only a pointer in place of the file. Run “git lfs pull” in the folder, or download the file itself.',
  'mixed-up': 'The files belong to different models. Download all of them again from one place.',
  'not-finite': 'Some of the weights are not numbers. Download the model again, or choose another one.',
  family:
    'This kind of model cannot be converted. Choose one of Llama, Qwen, GPT-2, Gemma or another family that is.',
  quantized: 'The weights are quantized already. Choose the original model that it was made from.',
  multimodal: 'This model also sees or hears. Choose one that only reads and writes text.',
  'encoder-decoder':
    'This model translates from an encoder to a decoder. Choose one that only continues text.',
  encoder: 'This model reads text or pictures and writes no text. Choose one that continues text.',
  experts: 'This model is a mixture of experts. Choose a dense one.',
  adapter:
    'This is an adapter (LoRA), only the difference to a model. Put the files of that model into the same folder.',
  pickle:
    'The PyTorch file holds more than weights. Save the weights alone (model.state_dict()), or as safetensors.',
  'other-format':
    'The weights are in another format. Choose the original model with its *.safetensors files.',
  'file-changed': 'A file changed or went away while it was read. Choose the folder again.',
  refused: 'This model is not open to everybody. Download its folder yourself, then choose it here.',
  absent: 'There is nothing at this address. Check the spelling.',
  network: 'The network or the server does not answer. Check the connection and the address, then try again.',
  'no-ranges':
    'The server cannot send parts of large files. Download the folder yourself, then choose it here.',
  'no-files': 'No files were chosen. Choose the folder that holds config.json.',
  'too-many-files': 'Too many files were chosen. Choose only the folder that holds config.json.',
  address:
    'This is not the address of a model. Write owner/name for the Hugging Face Hub, or https://… for a folder.',
  context: 'This model cannot have such a context. Choose a shorter one.',
  unfit: 'The model does not fit the board. Change the settings or the board, or take a smaller model.',
  tokenizer:
    'This kind of tokenizer.json cannot be read. Choose another model, or remove the file to work with token ids.',
  prompt: 'The text is empty, or too long for the context. Change it.',
  firmware:
    'This firmware cannot be used. Give the linked program (ELF), or the application or merged image of an ESP-IDF project for the board’s chip.',
  bootloader:
    'The firmware came without a bootloader, so no board can start the image. Give its merged image (idf.py merge-bin).',
  'page-file':
    'A file of this page could not be loaded. Check the connection, then try again. If that does not help, the file is missing on the server: tell whoever runs this page.',
  'connect-src':
    'The Content-Security-Policy of this page forbids this address. Whoever serves the page can allow it with connect-src.',
  wasm: "The Content-Security-Policy of this page forbids WebAssembly. Whoever serves the page can allow it: script-src 'wasm-unsafe-eval'.",
  worker:
    'The Content-Security-Policy of this page forbids workers. Whoever serves the page can allow them: worker-src blob:.',
  browser:
    'This browser has no WebAssembly with SIMD, with which all work is done. Use Chrome or Edge from version 100, Firefox from 104 or Safari from 16.4; where WebAssembly is switched off, as in Lockdown Mode, allow it for this page.',
  memory:
    'This computer seems to have run out of memory. Close other tabs or take a smaller model, then try again.',
  'board-silent':
    'The board does not answer. Restart it, and close other programs that use it. If that does not help, flash it again.',
  'board-line':
    'Messages were lost or damaged on the way. Use a short USB cable without a hub, then try again.',
  emulator: 'The emulator has stopped. Start the board again; if that does not help, reload the page.',
  format: 'A file does not hold what it should. Download the model again, or take another one.',
  unsupported:
    'Part of this model cannot be converted. Choose another size or family, such as Llama, Qwen or GPT-2.',
  usage:
    'What was asked for is not possible. If the page asks for it, whoever made the page has to change it.',
  other: 'This should not have happened. Reload the page, then try again.',
};

export const enAll = {
  ...enFirst,
  failures: {
    ...enFirst.failures,
    read: 'The model could not be read',
    plan: 'These settings are not possible',
    convert: 'The conversion failed',
    image: 'The image could not be made',
    format: 'Something is wrong with the model’s files',
    unsupported: 'This model is not supported',
    transport: 'A file could not be loaded',
    usage: 'That is not possible',
    policy: 'This page does not allow it',
  },
  notes: ENGLISH_PAGE_NOTES,
  report,
  help,
  term: (name: string) => `What does “${name}” mean?`,
  fit: {
    heading: (name: string) => `${name} on a chip`,
    settled: 'Set by whoever made this page.',
    facts: 'The model',
    architecture: 'Architecture',
    parameters: 'Parameters',
    shape: 'Shape',
    shapeValue: (layers: number, hidden: number) =>
      `${formatCount(layers)} layers, ${formatCount(hidden)} wide`,
    heads: 'Attention heads',
    headsValue: (heads: number, kvHeads: number) =>
      heads === kvHeads
        ? formatCount(heads)
        : `${formatCount(heads)}, sharing ${formatCount(kvHeads)} for keys and values`,
    vocabulary: 'Vocabulary',
    tokens: (count: number) => `${formatCount(count)} ${count === 1 ? 'token' : 'tokens'}`,
    longest: 'Longest context',
    file: 'File',
    fileValue: (bytes: number, dtypes: readonly string[]) => `${formatBytes(bytes)} in ${dtypes.join(', ')}`,
    speaks: 'Kind',
    speaksChat: 'chat: answers what you write',
    speaksText: 'text: continues what you write',
    speaksIds: 'token ids only: the folder has no tokenizer.json',
    notes: (count: number) => `${formatCount(count)} ${count === 1 ? 'note' : 'notes'} about this model`,
    settings: 'Settings',
    board: 'Board',
    modules: 'Modules',
    find: 'Find my board',
    boards: 'Boards by name',
    boardMemory: (flash: number, psram: number, kind: string) =>
      psram === 0
        ? `${formatBytes(flash)} flash, no PSRAM`
        : `${formatBytes(flash)} flash, ${formatBytes(psram)} ${kind} PSRAM`,
    unsupported: 'not supported',
    weights: 'Weights',
    weightsAuto: { name: 'Automatic', text: 'INT8 where it fits, else as much of it as there is room for.' },
    granularity: 'One scale for',
    granularities: {
      auto: {
        name: 'Automatic',
        text: 'Groups where the chip waits for memory anyway; one scale per row in fast memory.',
      },
      tensor: { name: 'a tensor', text: 'One for all: smallest and simplest, but loses the most.' },
      channel: { name: 'a channel', text: 'Each row has its own scale. The best choice for most models.' },
      'group:128': { name: '128 weights', text: 'Groups of 128: closer to the original, a little larger.' },
      'group:64': { name: '64 weights', text: 'Groups of 64: closer still, 2 % larger.' },
      'group:32': {
        name: '32 weights',
        text: 'Groups of 32: closest to the original, 3 % larger.',
      },
      'group:16': {
        name: '16 weights',
        text: 'Groups of 16, for INT4: closest to the original, 11 % larger than 32.',
      },
    },
    context: 'Context',
    contextText: 'How much the model remembers. Longer takes more memory.',
    quality: 'Size and quality',
    qualities: {
      smallest: {
        name: 'Smallest',
        text: 'About half a byte per weight: takes the least memory and loses the most.',
      },
      balanced: { name: 'Balanced', text: 'The best quality that fits this board and costs little speed.' },
      closest: { name: 'Closest', text: 'Closest to the original. Larger, and often slower.' },
    },
    ownQuality: { name: 'Custom', text: 'Your own settings.' },
    effort: 'Effort',
    efforts: {
      quick: { name: 'Quick', text: 'Each row is rounded by itself.' },
      good: {
        name: 'Good',
        text: 'Rounded in the order of the model, for what a text needs of each matrix.',
      },
      best: { name: 'Best', text: 'Tuned against the original on top of that.' },
    },
    effortTime: (time: string) => `Takes about ${time} longer on an ordinary computer.`,
    exactly: 'Exactly how',
    activations: 'Activations',
    activationKinds: {
      auto: { name: 'Automatic', text: '16 bits where the chip waits for memory anyway, else INT8.' },
      int8: { name: 'INT8', text: 'Fastest. One scale for a whole vector.' },
      'int8:32': { name: 'INT8/32', text: 'A scale for each 32 numbers. Slower.' },
      'int8:64': { name: 'INT8/64', text: 'A scale for each 64 numbers. Slower.' },
      int16: { name: '16-bit', text: 'Most exact. Slower from fast memory.' },
      static: { name: 'Static', text: 'INT8 with scales measured beforehand. Least exact.' },
    },
    cache: 'Key/value cache',
    cacheKinds: {
      auto: {
        name: 'Automatic',
        text: 'Keys of 16 bits where the board has room and stays fast, else INT8.',
      },
      int8: { name: 'INT8', text: 'The smallest.' },
      k16v8: { name: 'K16/V8', text: 'Keys of 16 bits, values of 8. Almost exact.' },
      int16: { name: 'INT16', text: 'As good as exact, twice as large.' },
      float32: { name: 'F32', text: 'Exact, four times as large.' },
    },
    chat: 'Chats begin',
    chatKinds: {
      template: { name: 'By the template', text: '' },
      begin: { name: 'With the begin token', text: '' },
    },
    memory: 'Memory of the board',
    memories: { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' },
    memoryTexts: { sram: 'in the chip, fastest', psram: 'beside the chip', flash: 'keeps everything' },
    memoryUse: (used: number, capacity: number) => `${formatBytes(used)} of ${formatBytes(capacity)}`,
    memoryNone: (used: number) => `${formatBytes(used)}, and the board has none`,
    parts: { weights: 'Weights', cache: 'Key/value cache', scratch: 'Working memory' },
    fits: 'It fits',
    fitsNot: 'It does not fit',
    planning: 'Planning…',
    connect: 'Connect: which pins obey the model',
    drawing: 'On the board: which layer lies where',
    frontier: 'Smaller or closer to the original: what else it could be',
    conversions: 'Every way to store it, measured',
    fewer: {
      title: 'Vocabulary',
      kept: (kept: string, of: string) => `${kept} of ${of} tokens`,
      text: 'Words without a token of their own are read and written in pieces. Fewer tokens make the model smaller and faster.',
      tokens: 'Tokens to keep',
      used: 'what the text uses',
      keep: 'A text whose words to keep',
      characters: (length: number) =>
        length === 0
          ? 'Without a text, the most common tokens are kept.'
          : `${formatCount(length)} characters.`,
      file: 'Or a text file',
      all: 'Keep all tokens',
      cut: (tokens: string) => `Cut to ${tokens} tokens`,
    },
    remedies: 'What would help',
    acts: {
      use: (what: string) => `Use ${what}`,
      int8Cache: 'Use the INT8 cache',
      int8Weights: 'Use INT8 weights',
      models: 'See models that fit',
      channelScales: 'Use one scale per channel',
    },
    flashUse: (use: string) => `${use} flash`,
    convert: 'Convert',
    convertAnyway: 'Convert anyway',
    back: 'Another model',
  },
  converting: {
    heading: (name: string) => `Converting ${name}`,
    starting: 'Starting',
    stages: {
      reading: 'Loading the original',
      calibrating: 'Measuring activations',
      tuning: 'Tuning against the original',
      quantizing: 'Quantizing weights',
      generating: 'The original writes a text to compare by',
      checking: 'Both models read it',
    },
    amount: (done: number, total: number, unit: 'bytes' | 'tokens') =>
      unit === 'bytes'
        ? total === 0
          ? formatBytes(done)
          : `${formatBytes(done)} of ${formatBytes(total)}`
        : `${formatCount(done)} of ${formatCount(total)} tokens`,
    rate: (bytes: number) => `${formatBytes(Math.round(bytes))} per second`,
    left: (seconds: number) => `about ${formatSeconds(seconds)} left`,
    before: (count: number) =>
      `${formatCount(count)} more ${count === 1 ? 'tensor' : 'tensors'} before these`,
    cancel: 'Cancel',
  },
  result: {
    heading: (name: string) => `${name}, before and after`,
    html: 'Report as HTML',
    json: 'Report as JSON',
    adjust: 'Change settings',
    again: 'Another model',
    took: (seconds: number) =>
      `Converted and compared in ${seconds < 10 ? `${formatFixed(seconds, 1)} s` : formatSeconds(seconds)}.`,
    sideBySide: 'Side by side',
    sideBySideText:
      'Both models continue with their most likely words. Everything from the first difference on is marked.',
    after: 'After',
    original: 'Original',
    converted: 'Converted',
    same: 'Both write the same.',
    endsHere: '(ends here)',
    divergence: 'Divergence',
    divergenceTable: 'KL divergence',
    divergenceText: (positions: number) =>
      `Kullback-Leibler divergence over ${formatCount(positions)} positions, in nats. Half of the positions lie below the median.`,
    shift: 'Probability of the next word',
    tensors: 'Tensors',
    tensorsText:
      'SQNR is the signal-to-noise ratio of the weights: 6 dB is about one bit. Open a tensor to see how its weights are spread.',
    columns: {
      name: 'Tensor',
      shape: 'Shape',
      dtype: 'Type',
      before: 'Before',
      after: 'After',
      sqnr: 'SQNR',
    },
    tensorTable: 'Tensors with sizes and signal-to-noise ratio',
    histogram: (name: string) => `Weights of ${name}: filled before, line after`,
    histogramTable: 'The numbers behind the chart',
    histogramColumns: { range: 'Range', before: 'Before', after: 'After' },
    memory: 'Memory',
    notes: 'Notes',
  },
  take: {
    heading: (name: string) => `Take ${name} away`,
    image: 'Image for the board',
    imageText: 'Firmware, partition table and model in one file that a board boots, for flash address 0.',
    making: 'Putting the image together…',
    notBootable:
      'Your firmware came without a bootloader, so there is no single image. Flash the parts to a board that has one.',
    doesNotFit: 'The model does not fit this board, so there is no image. Change the settings or the board.',
    retry: 'Try again',
    downloadImage: 'Download image',
    parts: 'Parts and manifest',
    partsText: 'The same in separate files, with the manifest that ESP Web Tools reads.',
    downloadParts: 'Download parts',
    package: 'Model package',
    packageText: 'The converted model alone: for the command line, and for a board that has the firmware.',
    download: 'Download package',
    component: 'Your own firmware',
    componentText:
      'For an ESP-IDF or Arduino application that calls the model: library, package, partition table, and the three steps that put them together.',
    downloadComponent: 'Download component',
    tflmText:
      'The model as a graph for an application of your own that has TensorFlow Lite Micro, with tokenizer, sampler and an example. Slower than the engine of this project.',
    downloadTflm: 'Download graph',
    kit: 'Class kit',
    kitText:
      'A folder for a class: page, model, image and a help sheet to print. Board and settings are those of here. It works from any web server or a USB stick, without a network.',
    downloadKit: 'Download kit',
    packing: 'Making the archive…',
    packed: 'The archive is ready.',
    packingStopped: 'The archive was cancelled.',
    stopPacking: 'Cancel the archive',
    kitPacked: (done: string, total: string) => `${done} of ${total} packed`,
    bytes: (bytes: number) => formatBytes(bytes),
    digest: 'SHA-256 of the image',
    command: 'Flash it from a terminal',
    commandText: 'With Espressif’s esptool, in the folder of the downloaded image:',
    copy: 'Copy',
    framed: {
      blocked:
        'Nothing was saved: this page stands in a frame that may not save files. Open it in a tab of its own; or whoever made the page around it adds allow-downloads to the sandbox of the frame.',
      unknown:
        'No file? This page stands in a frame that may not save files, then. Open it in a tab of its own; or whoever made the page around it adds allow-downloads to the sandbox of the frame.',
    },
  },
  trial: {
    raw: 'As the model wrote it',
  },
  announce: {
    fit: (fits: boolean, board: string) => (fits ? `It fits the ${board}.` : `It does not fit the ${board}.`),
    result: (verdict: string) => `Done: ${verdict}.`,
    converting: (name: string) => `Converting ${name}`,
    cancelled: 'Cancelled.',
    copied: 'Copied.',
    notCopied: 'This page may not use the clipboard. Select the text and copy it.',
  },
  parameters: (count: number) => formatShortCount(count),
};
