/** `selftest`: the image that says of a board whether it does what the firmware takes for granted. */
import { DEFAULT_CHIP } from '../chips/index.js';
import { selftestImage } from '../pipeline/selftest-image.js';
import { FileSink } from './file-sink.js';
import type { SelftestRequest } from './requests.js';
import { selftestProgram } from './runtime-files.js';
import { formatBytes } from '../shared/format.js';
import { type Terminal } from './terminal.js';

/** Runs the command. @throws UsageError when the installation is incomplete; TransportError when the file cannot be written */
export async function selftestCommand({ output }: SelftestRequest, terminal: Terminal): Promise<void> {
  const image = await selftestImage(await selftestProgram(DEFAULT_CHIP), DEFAULT_CHIP);
  const file = new FileSink(output);
  try {
    await file.begin(0);
    await file.append(image);
    await file.close();
  } catch (error) {
    await file.discard();
    throw error;
  }
  terminal.stdout.write(
    `Wrote ${output} (${formatBytes(image.length)}). Write it to offset 0 of a board, for example with\n` +
      `  esptool --chip ${DEFAULT_CHIP.id} write-flash 0 ${output}\n` +
      'and open a serial terminal at 115200 baud: within a minute the board says a verdict for each test, and all of them\n' +
      'as one line of JSON for a report. docs/selftest.md says what they mean.\n',
  );
}
