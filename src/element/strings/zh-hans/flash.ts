/** What is said in Simplified Chinese while a board on a cable is reached and flashed; see `en/flash.ts`. */
import type { BoardStrings } from '../strings.js';
import { zhHansPsramKind } from './psram.js';
import { zhHansReport } from './report.js';

const { bytes, count, seconds } = zhHansReport.format;

export const zhHansSerial: BoardStrings['serial'] = {
  help: {
    titles: {
      'not-chosen': '列表中没有开发板？',
      'not-opened': '开发板无法打开的可能原因',
    },
    rights: '在 Linux 上需要使用串口的权限。请在终端中运行：',
    rightsAfter: '然后注销并重新登录电脑。在 Arch Linux 上，该用户组名为 uucp 而不是 dialout。',
    braille: '在 Ubuntu 上，盲文显示器的程序可能占用开发板。如果您不使用盲文显示器，请在终端中运行：',
    driver: (names) =>
      `带 USB 桥接芯片的开发板需要芯片厂商的驱动程序（如果系统没有自带）：${names}。请安装驱动，然后重新插上开发板。`,
  },
  reasons: {
    insecure: {
      title: '本页面未通过安全连接提供',
      text: '浏览器只允许 https 或 localhost 页面访问开发板。请用 https 地址打开本页面，或从这台电脑提供页面。',
    },
    unsupported: {
      title: '该浏览器无法访问开发板',
      text: '它不支持 Web Serial。电脑上的 Chrome、Edge、Opera 以及新版 Firefox 支持。',
    },
    frame: {
      title: '外层页面不允许',
      text: '本转换器位于框架中。外层页面的作者需要在 iframe 标签中写入 allow="serial"。',
    },
    policy: {
      title: '本页面禁止访问开发板',
      text: '它的 Permissions-Policy 响应头禁用了 serial。提供页面的人可以这样允许：Permissions-Policy: serial=(self)。',
    },
    worker: {
      title: '无法从这里选择开发板',
      text: '页面的这一部分没有窗口。',
    },
  },
  still: '其他功能不受影响：可以下载镜像，再用其他程序烧录。',
  ports: {
    busy: {
      title: '端口被占用',
      text: '其他程序或页面正在使用开发板。请将其关闭后重试。',
    },
    claimed: {
      title: '本页面正在使用该端口',
      text: '请先完成或取消正在进行的操作。',
    },
    lost: {
      title: '开发板已断开',
      text: '它被拔出或离开了总线。请重新插上后重试。',
    },
    gone: {
      title: '开发板没有恢复连接',
      text: '它被拔出，或重启后变成了另一个端口。请重新选择。',
    },
    stuck: {
      title: '开发板不再接收数据',
      text: '请拔下开发板，重新插上后再试。',
    },
    closed: { title: '端口已关闭', text: '请重新连接开发板。' },
  },
  failed: '操作没有成功',
};

export const zhHansFlash: BoardStrings['flash'] = {
  heading: (name) => `将 ${name} 烧录到开发板`,
  port: '串口',
  selftest: '测试这块开发板',
  intro: (chip) => `用 USB 连接一块 ${chip} 并选择它。会先进行检查，未经您确认不会写入任何内容。`,
  connect: '连接开发板',
  connectAgain: '选择其他开发板',
  making: '正在制作镜像…',
  what: '烧录内容',
  parts: '镜像的组成部分',
  partColumns: { name: '部分', offset: '地址', bytes: '大小' },
  partNames: {
    firmware: '固件',
    'partition-table': '分区表',
    model: '模型',
  },
  total: '合计',
  looking: '正在检查开发板',
  phases: {
    connecting: '正在连接',
    identifying: '正在识别开发板',
    comparing: '正在查询已有内容',
    writing: '正在写入',
    verifying: '正在校验写入的内容',
    restarting: '正在重启开发板',
  },
  found: '检查结果',
  foundColumns: { what: '项目', found: '这块开发板', needed: '需要' },
  facts: {
    chip: '芯片',
    revision: '版本',
    flash: 'Flash',
    psram: '芯片内的 PSRAM',
    connection: '连接方式',
    mac: 'MAC 地址',
  },
  revision: (major, minor) => `v${major}.${minor}`,
  revisionNeeded: (major, minor) => `v${major}.${minor} 或更高`,
  atLeast: (size) => (size === 0 ? '无' : `至少 ${bytes(size)}`),
  exactly: (size) => `至少 ${bytes(size)}`,
  bytes: (size) => bytes(size),
  noPsram: '芯片未报告',
  psramFound: (size, kind) => `${bytes(size)}，${zhHansPsramKind(kind)}`,
  unknown: '没有响应',
  any: '任意',
  good: '符合',
  bad: '不符合',
  connections: {
    'usb-serial-jtag': '芯片的 USB',
    'usb-otg': '芯片的 USB（OTG）',
    'uart-bridge': 'USB 转串口芯片',
  },
  ready: '这块开发板可以烧录。',
  warning: '开发板上的程序将被替换。已有的部分不会重复写入，设置会保留。',
  slow: '使用较低的速度（115,200 波特），适合长线缆和会丢数据的转接器。',
  accept: '我的开发板在芯片旁有 PSRAM：继续。',
  several: '要刷写多块开发板？',
  label: '这块开发板的名称',
  labelHint: '用于下方的列表，例如 desk-01；下一块开发板会接着编号。可以留空。',
  flash: '烧录这块开发板',
  cancel: '取消',
  amount: (done, total) => `${bytes(done)} / ${bytes(total)}`,
  unchanged: (size) => `${bytes(size)} 已在板上`,
  rate: (perSecond) => `每秒 ${bytes(perSecond)}`,
  left: (left) => `大约还需 ${seconds(left)}`,
  keep: '请勿拔下开发板。取消是安全的：已写入的内容会保留，其余下次继续。',
  done: '已烧录并校验',
  doneText: (written, total, milliseconds) =>
    written === 0
      ? `开发板上已有全部 ${bytes(total)}，无需写入。`
      : `用时 ${seconds(milliseconds / 1000)} 写入 ${bytes(written)}（共 ${bytes(total)}），并由开发板自行计算摘要校验。`,
  started: {
    running: '开发板已重启并有输出。',
    failing: '开发板有输出，但表示无法启动。输出内容见对话中的控制台。',
    silent: '开发板此后没有输出。请按它的 RESET 键。',
    loader: '芯片又进入了下载模式。请按它的 RESET 键。',
  },
  talk: '与它对话',
  next: '下一块开发板',
  failed: '开发板未烧录成功',
  again: '重试',
  otherWay: '不使用本页面',
  otherWayText: '在终端中用乐鑫的 esptool 也可以完成：',
  toImage: '下载镜像',
  unfit: '规划所用的开发板放不下这个模型，因此没有可烧录的镜像。',
  help: '找不到开发板？',
  helpText: [
    '请使用能传输数据的 USB 线，许多线只能充电。',
    '有两个接口的开发板：两个都可以用，请换另一个试试。',
    '仍然没有：请手动让芯片进入下载模式。',
  ],
  advice: {
    'hold-boot': '按住 BOOT 键。',
    'press-reset': '按一下 RESET 键（有些开发板上标为 EN）。',
    'release-boot': '松开 BOOT 键。',
    'plug-in-holding-boot': '没有 RESET 键时：拔下开发板，按住 BOOT 键，插上，再松开 BOOT 键。',
    'choose-port-again': '请重新选择开发板：重启后浏览器可能将它视为另一个端口。',
    retry: '请重试。',
    'other-socket': '如果开发板有第二个接口，标有 UART 或 COM，请使用那个接口。',
    'close-programs': '关闭其他使用开发板的程序和页面：终端、Arduino、其他标签页。',
    'plug-again': '拔下开发板，再重新插上。',
    'data-cable': '使用能传输数据的短 USB 线，不要经过集线器。',
    'lower-baud': '降低波特率：找到开发板后，那里有相应的选项。',
    'other-port': '换用电脑的另一个 USB 接口。',
    'other-board': '换一块开发板。',
    'choose-board': '返回并为这块开发板转换模型。',
    'flash-again': '再次烧录：已写入的内容会保留。',
  },
  pictures: {
    'hold-boot': '图示：开发板，按住 BOOT 键',
    'press-reset': '图示：开发板，按下再松开 RESET 键',
    'release-boot': '图示：开发板，松开 BOOT 键',
    'plug-in-holding-boot': '图示：按住 BOOT 键的同时插上开发板',
  },
  errors: {
    'port-busy': { title: '端口被占用', text: () => '其他程序或页面正在使用开发板。' },
    'port-lost': {
      title: '开发板已断开',
      text: () => '操作过程中它被拔出或离开了总线。已写入的内容会保留。',
    },
    'no-loader': {
      title: '芯片没有进入下载模式',
      text: () => '芯片在运行其他程序，或开发板没有连接用于复位的信号线。可以用按键手动进入。',
    },
    'board-changed': {
      title: '响应的是另一块开发板',
      text: (found, needed) => `是 ${found}，而不是 ${needed}。请一次只插一块开发板。`,
    },
    'wrong-chip': {
      title: '芯片型号不符',
      text: (found, needed) =>
        `开发板使用${found === '' ? '未知的芯片' : ` ${found}`}，${needed === '' ? '无法为它制作镜像' : `而镜像用于 ${needed}`}。未写入任何内容。`,
    },
    'chip-revision': {
      title: '芯片版本太旧',
      text: (found, needed) => `芯片版本为 v${found}，镜像需要 v${needed}。未写入任何内容。`,
    },
    'secure-download': {
      title: '芯片已锁定',
      text: () => '它只接受烧入密钥者的程序，且无法撤销。',
    },
    'secure-boot': {
      title: '芯片已锁定',
      text: () => '它只启动用烧入的密钥签名的程序。未写入任何内容。',
    },
    'flash-encrypted': {
      title: '芯片的 Flash 已加密',
      text: () => '只有其制造者的工具能够写入。未写入任何内容。',
    },
    'flash-octal': {
      title: '不支持这种 Flash',
      text: () => '开发板使用八线 Flash，固件无法驱动。四线 Flash 的模组可以使用，例如 N16R8。',
    },
    'flash-unknown': {
      title: 'Flash 没有响应',
      text: (pins) =>
        `请移除接在${pins === '' ? ' Flash 引脚' : ` GPIO ${pins} `}上的器件，然后重新插上开发板。未写入任何内容。`,
    },
    'flash-too-small': {
      title: 'Flash 太小',
      text: (found, needed) => `这块开发板有 ${found}，而镜像需要 ${needed}。未写入任何内容。`,
    },
    'psram-too-small': {
      title: 'PSRAM 太小',
      text: (found, needed) =>
        `模型需要 ${needed}，芯片${found === '' ? '没有报告 PSRAM' : `报告 ${found}`}。有些开发板的 PSRAM 在芯片旁边，芯片并不知道。`,
    },
    line: {
      title: '线路受到干扰',
      text: () => '传输中反复丢失或改变字节。已写入的内容会保留。',
    },
    verify: {
      title: '板上的内容不一致',
      text: () => '写入过程没有出错，但摘要不同。Flash 可能已经老化。',
    },
  },
  tally: '已处理的开发板',
  tallyText: (flashed, failed, silent) =>
    [
      `${count(flashed)} 块已烧录`,
      ...(silent === 0 ? [] : [`其中 ${count(silent)} 块无输出`]),
      ...(failed === 0 ? [] : [`${count(failed)} 块失败`]),
    ].join('，'),
  pace: (milliseconds) => `每块 ${seconds(milliseconds / 1000)}`,
  saveTally: '保存列表（CSV）',
  tallyColumns: { number: '序号', label: '名称', mac: 'MAC 地址', outcome: '结果' },
  outcomes: {
    flashed: '已烧录',
    same: '内容已存在',
    silent: '已烧录，无输出',
    cancelled: '已取消',
  },
};
