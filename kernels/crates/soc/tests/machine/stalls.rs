//! What external memory costs in cycles, compared with what was measured on the chip.

use soc::chip::{ChipOptions, Psram};
use soc::machine::Machine;

use crate::firmware::{
    board, data_cache, lines, map_psram, result, FAST_CLOCK, OCTAL_PSRAM, SHORT, WATCHDOGS_OFF,
};

/// Lines that a stream reads.
const LINES: u32 = 1024;

fn stream(bring_up: &[&str], line: u32, map: Vec<String>, psram: Psram) -> (f64, Machine) {
    let mut program = lines(&[&WATCHDOGS_OFF, &FAST_CLOCK, bring_up]);
    program.extend(data_cache(0x8000, line));
    program.extend(map);
    program.extend(lines(&[&[
        "movi a2, 8",
        "wsr.cpenable a2",
        "rsync",
        "li a2, 0x3d000000",
    ]]));
    program.push(format!("movi a3, {LINES}"));
    program.extend(lines(&[&["rsr.ccount a4", "loop a3, {end}"]]));
    program.extend((0..line / 16).map(|_| "ee.vld.128.ip q0, a2, 16".to_owned()));
    program.extend(lines(&[&[
        "end:",
        "rsr.ccount a5",
        "sub a5, a5, a4",
        "result a5 0",
        "done",
    ]]));
    let options = ChipOptions {
        timed: true,
        psram,
        ..ChipOptions::default()
    };
    let mut machine = board(&program, options);
    machine.run(SHORT).unwrap_or_else(|report| panic!("{report}"));
    let cycles = f64::from(result(&machine, 0)) / f64::from(LINES);
    (cycles, machine)
}

fn near(modelled: f64, measured: f64, tolerance: f64) {
    let error = modelled / measured - 1.0;
    assert!(
        error.abs() <= tolerance,
        "{modelled:.1} cycles a line, {measured:.1} expected"
    );
}

#[test]
fn octal_psram_streams_as_measured() {
    for (line, measured) in [(16, 99.0), (32, 126.0), (64, 174.1)] {
        let (cycles, machine) = stream(&OCTAL_PSRAM, line, map_psram(128), Psram::Octal(8 << 20));
        println!(
            "octal PSRAM, lines of {line} bytes: {cycles:.1} cycles a line, measured {measured}; {:.1} MB/s",
            240.0 * f64::from(line) / cycles
        );
        near(cycles, measured, 0.03);
        assert_eq!(machine.statistics().data_misses_psram, u64::from(LINES));
    }
}

#[test]
fn octal_psram_at_half_the_clock() {
    let mut slow: Vec<&str> = OCTAL_PSRAM.to_vec();
    slow[7] = "poke 0x600030ec 0";
    slow[10] = "poke 0x600030bc 0";
    for (line, expected) in [(32, 230.0), (64, 325.0)] {
        let (cycles, _) = stream(&slow, line, map_psram(128), Psram::Octal(8 << 20));
        near(cycles, expected, 0.03);
    }
}

#[test]
fn flash_with_two_and_four_lines() {
    let map = vec!["rom Cache_Dbus_MMU_Set 0 0x3d000000 0 64 128 0".to_owned()];
    let (dio, _) = stream(&[], 32, map.clone(), Psram::None);
    near(dio, 520.0, 0.03);
    let quad = [
        "poke 0x60002000 0x40000000",
        "poke 0x6000202c 0x200",
        "poke 0x60002000 0x04000000",
        "rom esp_rom_spiflash_wait_idle",
        "rom esp_rom_spiflash_config_readmode 0",
        "rom esp_rom_spiflash_select_qio_pins 28 0",
    ];
    let (qio, _) = stream(&quad, 32, map.clone(), Psram::None);
    near(qio, 295.0, 0.03);
    let (long, machine) = stream(&quad, 64, map, Psram::None);
    near(long, 487.0, 0.03);
    assert_eq!(machine.statistics().data_misses_flash, u64::from(LINES));
}

#[test]
fn writing_lines_costs_their_way_in_and_out() {
    // Every line of 32 bytes is filled and written back: 126 and 99 cycles were measured.
    let mut program = lines(&[&WATCHDOGS_OFF, &FAST_CLOCK, &OCTAL_PSRAM]);
    program.extend(data_cache(0x8000, 32));
    program.extend(map_psram(128));
    program.extend(lines(&[&[
        "li a2, 0x3d000000",
        "li a3, 4096",
        "warm:",
        "s32i a3, a2, 0",
        "addi a2, a2, 32",
        "addi a3, a3, -1",
        "bnez a3, {warm}",
        "li a3, 4096",
        "rsr.ccount a4",
        "write:",
        "s32i a3, a2, 0",
        "addi a2, a2, 32",
        "addi a3, a3, -1",
        "bnez a3, {write}",
        "rsr.ccount a5",
        "sub a5, a5, a4",
        "result a5 0",
        "done",
    ]]));
    let mut machine = board(
        &program,
        ChipOptions {
            timed: true,
            ..ChipOptions::default()
        },
    );
    machine.run(SHORT).unwrap_or_else(|report| panic!("{report}"));
    near(f64::from(result(&machine, 0)) / 4096.0, 225.2, 0.03);
}

#[test]
fn work_between_misses_hides_behind_them() {
    // 80 cycles until the core goes on, then its work; the bus alone would allow a line each 125.
    let with_work = |rounds: u32| {
        let mut program = lines(&[&WATCHDOGS_OFF, &FAST_CLOCK, &OCTAL_PSRAM]);
        program.extend(data_cache(0x8000, 32));
        program.extend(map_psram(128));
        program.extend(lines(&[&[
            "li a2, 0x3d000000",
            "movi a3, 1024",
            "rsr.ccount a4",
            "next:",
            "l32i a6, a2, 0",
        ]]));
        program.push(format!("movi a7, {rounds}"));
        program.extend(lines(&[&[
            "loop a7, {end}",
            "nop",
            "end:",
            "addi a2, a2, 32",
            "addi a3, a3, -1",
            "bnez a3, {next}",
            "rsr.ccount a5",
            "sub a5, a5, a4",
            "result a5 0",
            "done",
        ]]));
        let mut machine = board(
            &program,
            ChipOptions {
                timed: true,
                ..ChipOptions::default()
            },
        );
        machine.run(SHORT).unwrap_or_else(|report| panic!("{report}"));
        f64::from(result(&machine, 0)) / 1024.0
    };
    near(with_work(10), 125.0, 0.02);
    // A round of a loop of one instruction takes two cycles.
    let long = with_work(100);
    assert!((280.0..295.0).contains(&long), "{long}");
}
