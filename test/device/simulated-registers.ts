/**
 * The registers that loaders' hosts look at: eFuse words, the SPI unit that asks the flash for its identity, the strapping
 * pins, and the watchdog that restarts the chip. Everything else is plain storage.
 */
import type { SimulatedChip } from './simulated-chips.js';
import type { SimulatedFlash } from './simulated-flash.js';

const SPI_USER = 1 << 18;
const READ_IDENTITY = 0x9f;
const STRAP = 0x6000_4038;
const WATCHDOG_CONFIG0 = 0x6000_8098;
const WATCHDOG_PROTECT = 0x6000_80b0;
const WATCHDOG_KEY = 0x50d8_3aa1;

/** A place in the mask ROM that differs from chip to chip. */
const CHIP_MAGIC = 0x4000_1000;

export class SimulatedRegisters {
  private readonly words = new Map<number, number>();
  /** Called when the watchdog is armed to reset the system. */
  onWatchdog: () => void = () => undefined;

  constructor(
    private readonly flash: SimulatedFlash,
    values: Readonly<Record<number, number>>,
    magic: number,
    private readonly spi: SimulatedChip['spi'],
  ) {
    this.words.set(CHIP_MAGIC, magic);
    for (const [address, value] of Object.entries(values)) this.words.set(Number(address), value);
  }

  /** What GPIO0 was when the chip last looked. */
  setStrap(loader: boolean): void {
    this.words.set(STRAP, loader ? 0 : 1 << 3);
  }

  read(address: number): number {
    return this.words.get(address) ?? 0;
  }

  write(address: number, value: number): void {
    if (address === WATCHDOG_CONFIG0) {
      if (this.read(WATCHDOG_PROTECT) !== WATCHDOG_KEY) return;
      if (value >>> 31 === 1 && ((value >>> 28) & 7) === 5) this.onWatchdog();
    }
    if (address === this.spi.command && (value & SPI_USER) !== 0) {
      // Done at once: the bit that starts it reads as 0.
      const answers = (this.read(this.spi.user2) & 0xff) === READ_IDENTITY;
      this.words.set(this.spi.data0, answers ? this.flash.identity : 0);
      return;
    }
    this.words.set(address, value >>> 0);
  }
}
