// Preloaded into a program: when it ends, its time, processor time and largest memory are its last line of output.
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const line = {
    seconds: performance.now() / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakBytes: maxRSS * 1024,
  };
  writeSync(1, `${JSON.stringify(line)}\n`);
});
