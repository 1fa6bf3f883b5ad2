//! GDMA from memory to memory.

use super::{Bench, MICROSECOND};
use emulator::bus::BusFault;
use soc::peripherals::{DmaMemory, Effect, Warning};

const CHANNEL: u32 = 0x6003_f000;
const RAM: u32 = 0x3fc9_0000;

struct Ram(Vec<u8>);

impl Ram {
    fn range(&self, address: u32, length: usize) -> Result<std::ops::Range<usize>, BusFault> {
        let start = address.checked_sub(RAM).ok_or(BusFault::Unmapped)? as usize;
        if start + length > self.0.len() {
            return Err(BusFault::Unmapped);
        }
        Ok(start..start + length)
    }

    fn descriptor(&mut self, at: u32, control: u32, buffer: u32, next: u32) {
        for (index, word) in (0..).zip([control, buffer, next]) {
            DmaMemory::write(self, at + index * 4, &word.to_le_bytes()).unwrap();
        }
    }
}

impl DmaMemory for Ram {
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), BusFault> {
        bytes.copy_from_slice(&self.0[self.range(address, bytes.len())?]);
        Ok(())
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), BusFault> {
        let range = self.range(address, bytes.len())?;
        self.0[range].copy_from_slice(bytes);
        Ok(())
    }
}

fn open(bench: &mut Bench) {
    bench.calm();
    bench.change(0x600c_001c, 0, 1 << 6);
    bench.change(0x600c_0024, 1 << 6, 0);
    bench.write(CHANNEL, 1 << 4);
}

#[test]
fn a_list_of_descriptors_is_copied_in_its_time() {
    let mut bench = Bench::new();
    open(&mut bench);
    let mut ram = Ram(vec![0; 65536]);
    for index in 0..6000 {
        ram.0[0x4000 + index] = (index * 7) as u8;
    }
    // Out: 4000 + 2000 bytes; in: 4032 twice.
    ram.descriptor(RAM, 1 << 31 | 4000 << 12 | 4000, RAM + 0x4000, RAM + 16);
    ram.descriptor(
        RAM + 16,
        1 << 31 | 1 << 30 | 2000 << 12 | 2000,
        RAM + 0x4000 + 4000,
        0,
    );
    ram.descriptor(RAM + 32, 1 << 31 | 4032, RAM + 0x8000, RAM + 48);
    ram.descriptor(RAM + 48, 1 << 31 | 4032, RAM + 0x8000 + 4032, 0);
    assert_eq!(bench.write(CHANNEL + 0x20, (RAM + 32) & 0xf_ffff | 1 << 22), None);
    let effect = bench.write(CHANNEL + 0x80, RAM & 0xf_ffff | 1 << 21);
    assert_eq!(effect, Some(Effect::Dma { channel: 0 }));
    bench.chip.gdma.run(0, &mut ram, bench.now).unwrap();
    assert_eq!(ram.0[0x4000..0x4000 + 6000], ram.0[0x8000..0x8000 + 6000]);
    assert_eq!(bench.read(CHANNEL + 8) & 2, 0, "6000 bytes take 100 microseconds");
    bench.pass(99 * MICROSECOND);
    assert_eq!(bench.read(CHANNEL + 8) & 2, 0);
    bench.pass(3 * MICROSECOND);
    assert_eq!(bench.read(CHANNEL + 8) & 3, 3);
    assert_eq!(bench.read(CHANNEL + 0x68) & 0xb, 0xb);
    bench.write(CHANNEL + 0x14, 3);
    assert_eq!(bench.read(CHANNEL + 8), 0);
    // The descriptor is software's again and says what was written.
    let control = u32::from_le_bytes(ram.0[48..52].try_into().unwrap());
    assert_eq!((control >> 12 & 0xfff, control >> 30), (6000 - 4032, 1));
    assert_eq!(bench.warnings(), []);
}

#[test]
fn what_it_cannot_use_is_told() {
    let mut bench = Bench::new();
    open(&mut bench);
    bench.change(CHANNEL + 0x64, 0, 1 << 12);
    let mut ram = Ram(vec![0; 4096]);
    // The owner is software.
    ram.descriptor(RAM, 1 << 30 | 16 << 12 | 16, RAM + 256, 0);
    ram.descriptor(RAM + 32, 1 << 31 | 16, RAM + 512, 0);
    bench.write(CHANNEL + 0x20, (RAM + 32) & 0xf_ffff | 1 << 22);
    bench.write(CHANNEL + 0x80, RAM & 0xf_ffff | 1 << 21);
    bench.chip.gdma.run(0, &mut ram, bench.now).unwrap();
    bench.pass(MICROSECOND);
    assert_eq!(bench.read(CHANNEL + 0x68) & 4, 4);
    // The warning comes with the next look at the channel.
    bench.write(CHANNEL + 0x74, 4);
    assert_eq!(bench.warnings(), [Warning::DmaDescriptor { address: RAM }]);
    // A buffer where no memory is.
    ram.descriptor(RAM, 1 << 31 | 1 << 30 | 16 << 12 | 16, 0x1000, 0);
    bench.write(CHANNEL + 0x20, (RAM + 32) & 0xf_ffff | 1 << 22);
    bench.write(CHANNEL + 0x80, RAM & 0xf_ffff | 1 << 21);
    assert_eq!(
        bench.chip.gdma.run(0, &mut ram, bench.now),
        Err((0x1000, BusFault::Unmapped))
    );
}
