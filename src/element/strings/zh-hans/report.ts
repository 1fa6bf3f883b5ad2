/** The report and the plan's advice in Simplified Chinese. */
import { planFormats } from '../../../plan/words.js';
import { CACHE_LABELS, groupSize, isQuantized, weightsLabel } from '../../../plan/scheme.js';
import { formatters } from '../../../shared/format.js';
import type { ReportWords } from '../../../report/words.js';

const format = formatters('zh-Hans', '无损', { hours: '小时', minutes: '分', seconds: '秒' });

const GRANULARITIES: Readonly<Record<string, string>> = {
  tensor: '逐张量',
  channel: '逐通道',
  mixed: '逐矩阵',
};
const ACTIVATIONS = {
  int8: '动态 INT8 激活值',
  'int8:32': '每 32 个一组的 INT8 激活值',
  'int8:64': '每 64 个一组的 INT8 激活值',
  int16: '16 位激活值',
  mixed: 'INT8 和 16 位激活值',
  static: '静态 INT8 激活值',
} as const;

export const zhHansReport: ReportWords = {
  language: 'zh-Hans',
  format,
  verdicts: {
    undecided: {
      title: '文本太少，无法判断',
      meaning: '下面的数字来自很少的文本，不足以说明小模型的好坏。请提供更长的文本。',
    },
    indistinguishable: {
      title: '几乎无差别',
      meaning: '两个模型对下一个词的判断一致：要从写出的内容分辨它们，需要读上千个词。',
    },
    negligible: {
      title: '损失可忽略',
      meaning: '两个模型对下一个词的判断几乎一致。当两个词的可能性相近时，可能会出现另一个。',
    },
    small: { title: '损失较小', meaning: '有些词会不同，但意思大体不变。' },
    moderate: { title: '损失中等', meaning: '文本有明显差异。' },
    large: { title: '损失较大', meaning: '模型明显不如原模型。' },
    severe: { title: '损失严重', meaning: '转换后的模型已不再像原模型那样工作。' },
  },
  reasons: {
    kl: '决定因素是 KL 散度。',
    top1: '决定因素是首选词一致率。',
    ratio: '决定因素是困惑度。',
    texts: '数字还要更好，但下面有一段文本不同。',
    length: '文本太短，无法更有把握；更长的文本可能得到更好的评价。',
  },
  limits: (kl, top1, ratio) =>
    `此评价的界限：KL 散度不超过 ${kl}，首选词一致率不低于 ${top1}，困惑度最多升高 ${ratio}。每个数字都以 95% 的置信度满足其界限。`,
  alternatives: {
    title: '怎样可以更好',
    changes: {
      channel: '逐通道缩放',
      'group:32': '每组 32 个权重',
      auto: '激活值在运行时缩放',
      int16: '16 位激活值',
      'cache:k16v8': '键为 16 位的缓存',
      'cache:int16': '16 位缓存',
    },
    line: (change, loss, size, speed) => `${change}：损失减少 ${loss}，${size}，${speed}。`,
    size: (change, larger) => (change === null ? '大小不变' : `${larger ? '增大' : '减小'} ${change}`),
    speed: (change, faster) => (change === null ? '速度不变' : `速度${faster ? '提高' : '降低'} ${change}`),
  },
  vocabulary: {
    title: '缩减词表的代价',
    texts: { evaluation: '在报告的文本中', kept: '在缩减所依据的文本中', written: '在原模型写的文本中' },
    kept: (tokens, of) => `${of} 个词元中保留了 ${tokens} 个。`,
    length: (text, before, after, apart) =>
      `${text}，每个字符的词元数从 ${before} 变为 ${after}；${apart} 的词被拆开。`,
    examples: (words) => `最常见的有：${words}。`,
    bits: (text, whole, cut, converted) =>
      `${text}，每个字节原模型需要 ${whole} 位，用保留的词元需要 ${cut} 位，转换后的模型需要 ${converted} 位；越少越好。`,
    lost: (share) => `原模型把 ${share} 的概率给了被去掉的词元。`,
    divergence:
      '散度、困惑度和首选词的所有数字都只针对保留的词元，文本也按它们切分：原模型的概率去掉其余词元后重新归一化到总和为 1。',
  },
  meanings: {
    perplexity: '困惑度表示模型平均在多少个词之间犹豫。越低越好，比值应接近 1。',
    kl: '每个位置上的预测与原模型相差多少（KL 散度，单位 nat）。0 表示完全相同。',
    probabilityShift: '真实的下一个词的概率变化了多少。',
    sqnr: 'SQNR 是权重的信噪比。6 dB 约等于 1 位，越高越好。',
  },
  labels: {
    kl: '平均 KL 散度',
    klNote: '单位 nat，0 表示完全相同',
    perplexity: '困惑度',
    ratio: (ratio) => `比值 ${ratio}`,
    top1: '首选词一致率',
    positions: (positions) => `共 ${positions} 个位置`,
    size: '大小',
    bits: (bits) => `每个权重 ${bits} 位`,
    mean: '平均值',
    median: '中位数',
    rank: (share) => `${share} 低于此值`,
    largest: '最大值',
    rootMeanSquare: '均方根',
    points: (points) => `${points} 个百分点`,
  },
  memories: { sram: 'SRAM', psram: 'PSRAM', flash: 'Flash' },
  uses: {
    weights: (bytes) => `权重 ${bytes}`,
    cache: (bytes) => `缓存 ${bytes}`,
    scratch: (bytes) => `工作内存 ${bytes}`,
    separator: '，',
    of: (used, capacity) => `${used} / ${capacity}`,
  },
  scheme: (scheme) => {
    const cache = `${CACHE_LABELS[scheme.cache]} 缓存`;
    const label = weightsLabel(scheme);
    if (!isQuantized(scheme)) return `${label} 权重和激活值，${cache}`;
    const group = groupSize(scheme.granularity);
    const per = group > 0 ? `每组 ${group} 个权重` : (GRANULARITIES[scheme.granularity] ?? '');
    return `${label} ${per}量化，${ACTIVATIONS[scheme.activations]}，${cache}`;
  },
  plan: {
    ...planFormats('zh-Hans'),
    problems: {
      scratch: (needed, available, excess) =>
        `工作内存需要 ${needed} SRAM，只有 ${available}，超出 ${excess}。`,
      cache: (needed, available, excess, context) =>
        `${format.count(context)} 个词元的键值缓存需要 ${needed}，只有 ${available}，超出 ${excess}。`,
      flash: (needed, available, excess) => `模型包需要 ${needed} Flash，只有 ${available}，超出 ${excess}。`,
    },
    remedies: {
      context: (context) => `${format.count(context)} 个词元的上下文可以放下。`,
      'narrower-model': '换用词表或前馈层更小的模型。',
      'int8-cache': 'INT8 缓存占用最少。',
      psram: '带 PSRAM 的开发板可以容纳更长的上下文。',
      'shorter-context': '缩短上下文可以使旋转位置表变小，足以放下。',
      'int8-weights': 'INT8 权重只占四分之一。',
      'channel-scales': '用逐通道缩放代替分组，节省的空间就够了。',
      'more-flash': '带 16 MB Flash 的开发板可以容纳更多。',
      'smaller-model': '换用更小的模型：这款芯片以 INT8 大约能容纳 1400 万个参数。',
    },
    speed: {
      expected: (half, start, full) =>
        `上下文用到一半时每秒约 ${half.expected} 个词元（内存带宽允许 ${half.bound}），开始时 ${start.expected}（允许 ${start.bound}），用满时 ${full.expected}（允许 ${full.bound}）。`,
      bound: (half, start, full) =>
        `内存带宽允许的速度：上下文用到一半时每秒 ${half} 个词元，开始时 ${start} 个，用满时 ${full} 个。`,
      table: {
        title: '每秒词元数',
        places: { start: '空', half: '用到一半', full: '用满' },
        context: '上下文',
        expected: '预计',
        measured: '实测',
        bound: '上限',
        at: (tokens) => `${tokens} 个词元`,
        guessed: (at, share) => `${at}，${share} 为猜中`,
      },
      pace: (half) => `上下文用到一半时每秒约 ${half.expected} 个词元（内存带宽允许 ${half.bound}）`,
      paceBound: (half) => `上下文用到一半时每秒最多 ${half} 个词元`,
    },
    cut: {
      fits: (tokens, of, bytes, whole, rate) =>
        `词表从 ${of} 个词元缩减到 ${tokens} 个后，占用 ${bytes} 而不是 ${whole}，预计每秒约 ${rate} 个词元。`,
      none: (tokens, of, bytes, whole) =>
        `即使词表从 ${of} 个词元缩减到 ${tokens} 个，仍占用 ${bytes}（全部词元为 ${whole}）。`,
    },
    choice: {
      finest: '所有权重都使用最细的缩放：在这里几乎不影响速度。',
      room: '缩放在空间允许的范围内尽量细。',
      faster: (rate) => `缩放在不明显降低速度的前提下尽量细：再细一些每秒只有 ${rate} 个词元。`,
      names8: '嵌入矩阵和输出头保留 8 位：它们用 4 位损失最大，而在这里 8 位几乎不影响速度。',
      names4: (rate) => `嵌入矩阵和输出头也用 4 位：用 8 位时每秒只有 ${rate} 个词元。`,
      'names4-room': '嵌入矩阵和输出头也用 4 位：8 位放不下。',
      fits: (needed, available) =>
        `用 INT8 时模型包需要 ${needed} Flash，只有 ${available}：每个矩阵使用放得下的位数。`,
      int4: (rate) => `用 INT4 权重每秒可达 ${rate} 个词元。`,
      none: (needed, available) => `即使用最小的权重，模型包也需要 ${needed} Flash，只有 ${available}。`,
    },
  },
  origins: {
    given: '所给的文本',
    'written by the original model': '原模型自己写的文本',
  },
  layers: {
    heading: '哪一层损失最大？',
    text: '各层权重相对于自身大小的偏移量。格外突出的层受低精度影响最大。',
    column: '层',
    error: '相对误差',
    layer: (layer) => `第 ${layer} 层`,
    others: '嵌入层和输出层',
    alike: (least, most) => `各层的变化相近：${least} 到 ${most}。`,
    worst: (layer, most, least) => `${layer}变化最大，为 ${most}；最小的为 ${least}。`,
  },
  spread: {
    question: '它的权重怎样分布？',
    peak: (share) => `最满的一格占 ${share}`,
    outside: (share) => `另有 ${share} 在更远处`,
    key: { before: '转换前', after: '转换后' },
  },
  file: {
    model: '模型',
    title: (name) => `${name}：转换前后`,
    subtitle: '转换前后对比',
    settings: (scheme, context, board) => `${scheme} · 上下文 ${context} · ${board}`,
    kl: (positions) => `${positions} 个位置的 KL 散度`,
    shift: '真实的下一个词元的概率',
    memoryOf: (board) => `${board} 的内存`,
    fits: '可以放下。',
    fitsNot: '放不下。',
    memoryColumns: { memory: '内存', used: '已用', for: '用途' },
    textsAfter: (prompt) => `两者在“${prompt}”之后写出的内容`,
    same: '两段文本相同。',
    marked: '从第一处不同开始标出。每个词都是概率最高的词。',
    original: '原模型',
    converted: '转换后',
    endsHere: '（到此结束）',
    tensors: '张量',
    inputs: {
      title: '矩阵的输入',
      text: '与各矩阵相乘的向量在每种编码下的信号与舍入噪声之比；所用的编码以粗体标出。其后是仅此处用 INT8 的损失，以及改用 16 位预计每个词元多用的时间。',
      kl: '仅此处 INT8 的 KL',
      micros: '16 位，µs',
    },
    charts: '图中显示权重的分布：填充为转换前，线条为转换后。',
    columns: {
      name: '名称',
      shape: '形状',
      dtype: '类型',
      before: '转换前',
      after: '转换后',
      sqnr: 'SQNR',
      largest: '最大值',
      weights: '权重',
    },
    histogram: '权重直方图',
    range: '区间',
    measured: (origin, sequences, positions) =>
      `依据${origin}测得：${sequences} 个序列，${positions} 个位置。`,
  },
};
