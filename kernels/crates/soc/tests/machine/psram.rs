//! PSRAM chips by themselves: how a firmware finds, tunes and opens them.

use soc::chip::{ChipOptions, Psram};
use soc::psram::sampling_delay;
use soc::spi::transaction::OctalCommand;
use soc::spi::{register, FlashMode, Mspi};

use crate::firmware::{board, data_cache, lines, map_psram, result, FAST_CLOCK, SHORT};

/// ESP-IDF's settings for octal PSRAM at 80 MHz: input delay mode and number, extra cycles.
/// [espressif/esp-idf `mspi_timing_tuning_configs.h`]
const SETTINGS: [(u32, u32, u32); 14] = [
    (0, 0, 0),
    (4, 2, 2),
    (2, 1, 2),
    (4, 1, 2),
    (1, 0, 1),
    (4, 0, 2),
    (0, 0, 1),
    (4, 2, 3),
    (2, 1, 3),
    (4, 1, 3),
    (1, 0, 2),
    (4, 0, 3),
    (0, 0, 2),
    (4, 2, 4),
];

fn every_line(value: u32, bits: u32) -> u32 {
    (0..9).fold(0, |all, line| all | value << (bits * line))
}

#[test]
fn settings_are_steps_of_one_delay() {
    for (step, &(mode, number, extra)) in (0..).zip(&SETTINGS) {
        assert_eq!(sampling_delay(mode, number, extra), step);
    }
}

/// An octal chip behind controllers at 80 MHz, with its first bytes written.
fn octal(options: &ChipOptions) -> Mspi {
    let mut mspi = Mspi::new(options);
    mspi.reset(FlashMode::Dio, 0x0003_0103);
    mspi.octal_pins = true;
    let command = |command, dummy, output| OctalCommand {
        command,
        address: 0,
        dummy,
        output,
        wanted: 0,
    };
    mspi.octal(command(0xc0c0, 0, &[0x28, 0x0d])).expect("a register");
    mspi.octal(command(0x8080, 8, &[0x5a, 0x00, 0xff, 0xa5]))
        .expect("a write");
    mspi.set_pll(true);
    mspi.write(0, register::CORE_CLK_SEL, 2).expect("a register");
    mspi.write(1, register::CLOCK, 0x0001_0001).expect("a register");
    mspi.write(0, register::SMEM_TIMING_CALI, 1).expect("a register");
    mspi
}

fn passes(mspi: &mut Mspi, cleared: bool) -> Vec<usize> {
    let mut passes = Vec::new();
    for (index, &(mode, number, extra)) in SETTINGS.iter().enumerate() {
        mspi.write(0, register::SMEM_DIN_MODE, every_line(mode, 3))
            .expect("a register");
        mspi.write(0, register::SMEM_DIN_NUM, every_line(number, 2))
            .expect("a register");
        if cleared {
            mspi.write(1, register::W0, 0).expect("a register");
        }
        let read = OctalCommand {
            command: 0,
            address: 0,
            dummy: 18 + extra,
            output: &[],
            wanted: 4,
        };
        if mspi.octal(read).expect("an answer") == [0x5a, 0x00, 0xff, 0xa5] {
            passes.push(index);
        }
    }
    passes
}

#[test]
fn a_sweep_of_settings_finds_a_run_in_their_middle() {
    assert_eq!(passes(&mut octal(&ChipOptions::default()), true), [3, 4, 5, 6, 7]);
    let narrow = ChipOptions {
        psram_eye: 5..=6,
        ..ChipOptions::default()
    };
    assert_eq!(passes(&mut octal(&narrow), true), [5, 6]);
    // What the buffer still holds passes for what comes too late.
    assert_eq!(
        passes(&mut octal(&narrow), false),
        [5, 6, 7, 8, 9, 10, 11, 12, 13]
    );
}

#[test]
fn octal_chips_tell_what_they_are() {
    let mut mspi = octal(&ChipOptions::default());
    mspi.write(1, register::CLOCK, 0x0003_0103).expect("a register");
    let mut modes = |address, wanted| {
        mspi.octal(OctalCommand {
            command: 0x4040,
            address,
            dummy: 8,
            output: &[],
            wanted,
        })
        .expect("registers")
    };
    assert_eq!(modes(0, 2), [0x28, 0x0d]);
    assert_eq!(modes(2, 2), [0x93, 0x60]);
    assert_eq!((modes(4, 1), modes(8, 1)), (vec![0x40], vec![0x05]));
}

#[test]
fn chips_that_are_not_there_leave_the_lines_high() {
    for psram in [Psram::None, Psram::Quad(2 << 20)] {
        let mut mspi = Mspi::new(&ChipOptions {
            psram,
            ..ChipOptions::default()
        });
        let read = OctalCommand {
            command: 0x4040,
            address: 0,
            dummy: 8,
            output: &[],
            wanted: 2,
        };
        assert_eq!(mspi.octal(read).expect("silence"), [0xff, 0xff]);
    }
    let mut mspi = Mspi::new(&ChipOptions::default());
    assert_eq!(mspi.quad(0x9f, false, 0, &[], 3), [0xff; 3]);
}

/// Brings quad PSRAM up: the chip listens on four lines, the controller sends its commands.
const QUAD_PSRAM: [&str; 10] = [
    // SPI1 to the second chip select, command 0x35 alone.
    "poke 0x60002034 1",
    "poke 0x60002018 0x80000000",
    "poke 0x60002020 0x70000035",
    "poke 0x60002000 0x40000",
    "poke 0x60003034 0",
    "poke 0x60003050 0x80000000",
    "poke 0x60003048 0x700000eb",
    "poke 0x6000304c 0x70000038",
    // Four lines, both commands, 24-bit addresses, 6 dummy cycles.
    "poke 0x60003040 0x0015c174",
    "rom esp_rom_spiflash_select_qio_pins 28 0",
];

#[test]
fn quad_psram_works_when_its_chip_and_its_controller_agree() {
    let outcome = |missing: Option<usize>| {
        let mut quad = QUAD_PSRAM.to_vec();
        if let Some(index) = missing {
            quad.remove(index);
        }
        let mut program = lines(&[&FAST_CLOCK, &quad]);
        program.extend(data_cache(0x8000, 32));
        program.extend(map_psram(32));
        program.extend(lines(&[&[
            "poke 0x3d1ffffc 0x12345678",
            "rom Cache_WriteBack_All",
            "rom Cache_Invalidate_DCache_All",
            "peek 0x3d1ffffc 0",
            "done",
        ]]));
        let mut machine = board(
            &program,
            ChipOptions {
                psram: Psram::Quad(2 << 20),
                ..ChipOptions::default()
            },
        );
        machine
            .run(SHORT)
            .map(|_| result(&machine, 0))
            .map_err(|report| report.fault.to_string())
    };
    assert_eq!(outcome(None), Ok(0x1234_5678));
    assert!(outcome(Some(3)).is_err_and(|fault| fault.contains("four lines")));
    assert!(outcome(Some(4)).is_err_and(|fault| fault.contains("chip select")));
    assert!(outcome(Some(7)).is_err_and(|fault| fault.contains("SRAM_DWR_CMD")));
    assert!(outcome(Some(8)).is_err_and(|fault| fault.contains("CACHE_SCTRL")));
    assert!(outcome(Some(9)).is_err_and(|fault| fault.contains("pins of data lines 2 and 3")));
}
