/** What a class kit says in Simplified Chinese. */
import { zhHansLesson } from './lesson-zh-hans.js';
import type { KitWords } from './words.js';

export const zhHansKit: KitWords = {
  language: 'zh-Hans',
  page: {
    title: (model, chip) => `在 ${chip} 上运行 ${model}`,
    lead: (model, board) =>
      `将 ${model} 转换为 ${board} 可以运行的形式，看看低精度数值带来的损失，试用它，再烧录到开发板上。不会上传任何内容。`,
    sheet: '可打印的帮助单',
    worksheet: '练习单',
    notReady: '还没有开发板在运行：请在“试用”一步启动，或连接一块开发板。',
    noScript: '本页面需要 JavaScript。',
    fromDisk:
      '本页面是从磁盘打开的。转换、对比、试用和下载都可以使用。如果浏览器没有列出您的开发板，请按 README.txt 的说明用服务器提供本文件夹，或使用帮助单上的命令烧录。',
  },
  sheet: {
    title: (model) => `在您的开发板上运行 ${model}`,
    subtitle: (board) => `帮助单 · ${board}`,
    need: '所需物品',
    needs: [
      '开发板和能传输数据的 USB 线（许多线只能充电）',
      '装有 Chrome、Edge 或其他支持 Web Serial 的浏览器的电脑',
      '课堂页面的网址，或存有本文件夹的 U 盘',
    ],
    wiring: '连接',
    wires: [
      '一根线，从电脑连到开发板，不需要其他连线。',
      '有两个接口？两个都可以用；一个不行就换另一个。',
      '尽量不要使用 USB 集线器。',
    ],
    drawing: '开发板：左侧是 USB 接口，上方是 BOOT 键，下方是 RESET 键',
    where: '模型在哪里',
    memory: (name, used, capacity) => `${name}：${capacity} 中用了 ${used}`,
    steps: '步骤',
    opened: '打开课堂页面。它会自动读取模型。',
    step: (prompt) => [
      '打开课堂页面，点击带有模型名称的按钮。',
      '查看“适配”：条形图显示每种内存的占用。点击“转换”。',
      '对比：有什么变化？两段文本从哪里开始不同？',
      prompt === null
        ? '试用：点击“启动开发板”，然后与它对话。'
        : `试用：点击“启动开发板”，然后提问：“${prompt}”`,
      '烧录：连接开发板，在列表中选择它，点击“烧录这块开发板”，等待校验完成。',
      '对话：现在由芯片作答。请将它的速度与预测值比较。',
    ],
    buttons: '开发板没有响应时：BOOT 和 RESET',
    press: ['按住 BOOT 键。', '按一下 RESET 键。', '松开 BOOT 键。', '重新连接，完成后再按一下 RESET 键。'],
    trouble: '遇到问题时',
    troubles: [
      ['开发板列表为空', '换一根线或换一个接口，再按上面的方法操作 BOOT 和 RESET。'],
      ['提示“被占用”或“无法打开”', '关闭其他使用开发板的标签页和程序，例如串口监视器。'],
      ['烧录中途停止', '重新开始即可：已正确写入的部分不会重复写入。'],
      ['开发板没有输出', '按 RESET 键。仍然没有：再烧录一次。'],
      ['Flash 或 PSRAM 太小', '这不是上面所写的开发板，请换用正确的开发板。'],
      ['浏览器不支持 Web Serial', '请使用 Chrome 或 Edge，或下面的终端命令。'],
    ],
    terminal: '使用终端',
    terminalText: '在套件文件夹中使用 esptool（pip install esptool）：',
  },
  lesson: zhHansLesson,
  readMe: ({
    model,
    board,
    image,
    modelFolder,
    firmware,
    version,
    hasCourse,
  }) => `课堂套件：用于 ${board} 的 ${model}
由 esp32-llm-converter ${version} 制作

index.html   课堂页面：开发板、数值格式和模型都已设定
help.html    一页可打印分发的帮助单
worksheet.html   可打印的练习题，留有书写空间
lesson.html  教师用：目标、按分钟的安排、课前准备、答案、词语、开发板分配表
${hasCourse ? 'course.html  五节课，每节一页，可操作也可打印；course-teacher.html 有全部答案\n' : ''}${modelFolder}   模型，与发布时相同
${firmware === null ? '' : `${firmware}   网页放在模型之前的固件\n`}${image}   开发板启动用的镜像，可直接烧录到地址 0

放在服务器上：将本文件夹复制到任何静态网页服务器。烧录开发板所用的 Web Serial 需要 https 或 localhost。
在一台电脑上：在本文件夹中运行“python3 -m http.server 8000”，然后打开 http://localhost:8000/
在 U 盘上：打开 index.html。不会从任何地方获取内容。浏览器对本地文件比对服务器页面更谨慎：
如果您的浏览器不允许页面访问开发板，请使用上面两种方法之一。

本文件夹中的内容不会向其他电脑发出任何请求。
`,
};
