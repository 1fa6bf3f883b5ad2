/** How DTR and RTS reach a chip, and what they make it start. */

export interface LineWiring {
  /** Two transistors behind a UART bridge, the chip's own USB unit, or nothing. */
  readonly wiring: 'transistors' | 'usb-unit' | 'none';
  /** EN rises through a resistor and a capacitor; GPIO0 is read when it is high. */
  readonly enRiseMilliseconds: number;
  /** EN is low. */
  hold(): void;
  /** Out of reset, into the loader or the program; `looks` when this reset reads the pins. */
  start(loader: boolean, looks: boolean): void;
}

export class SimulatedLines {
  /** Whether BOOT was held when the chip last looked at its pins. */
  strapped = false;
  private dtr = false;
  private rts = false;
  /** The USB unit's wish for the loader. */
  private wantsLoader = false;
  private inReset = false;
  private rising: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly chip: LineWiring) {}

  /** Both lines at once, `true` for asserted; `false` when nothing changed. */
  set(dtr: boolean, rts: boolean): boolean {
    if (dtr === this.dtr && rts === this.rts) return false;
    this.dtr = dtr;
    this.rts = rts;
    if (this.chip.wiring === 'usb-unit') this.usbUnit();
    if (this.chip.wiring === 'transistors') this.transistors();
    return true;
  }

  private usbUnit(): void {
    if (this.dtr && !this.rts) this.wantsLoader = true;
    if (!this.dtr && !this.rts) this.wantsLoader = false;
    // This reset does not look at the pins again: BOOT held at power-on stays in force.
    if (!this.dtr && this.rts) this.chip.start(this.wantsLoader || this.strapped, false);
  }

  private transistors(): void {
    if (this.rts && !this.dtr) {
      if (this.rising !== null) clearTimeout(this.rising);
      this.rising = null;
      this.inReset = true;
      this.chip.hold();
      return;
    }
    if (!this.inReset || this.rising !== null) return;
    this.rising = setTimeout(() => {
      this.rising = null;
      this.inReset = false;
      this.chip.start(this.dtr && !this.rts, true);
    }, this.chip.enRiseMilliseconds);
  }
}
