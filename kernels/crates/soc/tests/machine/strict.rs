//! What silicon would fault on, hang at or corrupt ends the run, with its name and place.

use emulator::core::stop::Cause;
use soc::chip::{ChipOptions, Psram};
use soc::fault::{CacheName, Fault};
use soc::symbols::Symbols;

use crate::firmware::{
    board, data_cache, fault, lines, map_psram, run, CODE, FAST_CLOCK, OCTAL_PSRAM, SHORT,
};

fn with_psram(change: &str, to: &str, after: &[&str]) -> Vec<String> {
    let mut program = lines(&[&FAST_CLOCK, &OCTAL_PSRAM]);
    program
        .iter_mut()
        .filter(|line| *line == change)
        .for_each(|line| *line = to.to_owned());
    program.extend(data_cache(0x8000, 64));
    program.extend(map_psram(128));
    program.extend(lines(&[after]));
    program.push("done".to_owned());
    program
}

#[test]
fn addresses_without_memory() {
    assert_eq!(
        fault(&["peek 0x20000000 0"]),
        Fault::Unmapped { address: 0x2000_0000 }
    );
    assert_eq!(
        fault(&["peek 0x40001000 0"]),
        Fault::RomContents { address: 0x4000_1000 }
    );
    assert_eq!(
        fault(&["poke 0x40001000 0"]),
        Fault::RomWrite { address: 0x4000_1000 }
    );
    assert!(matches!(
        fault(&["peek 0x60010000 0"]),
        Fault::Register {
            address: 0x6001_0000,
            ..
        }
    ));
    assert!(matches!(
        fault(&["peek 0x600c4180 0"]),
        Fault::Register {
            address: 0x600c_4180,
            ..
        }
    ));
}

#[test]
fn the_instruction_bus_takes_words_only() {
    let byte = |instruction: &str| fault(&["li a2, 0x40379000".to_owned(), instruction.to_owned()]);
    assert_eq!(
        byte("l8ui a3, a2, 1"),
        Fault::InstructionBusWidth {
            address: 0x4037_9001,
            bytes: 1
        }
    );
    assert_eq!(
        byte("s16i a3, a2, 2"),
        Fault::InstructionBusWidth {
            address: 0x4037_9002,
            bytes: 2
        }
    );
    assert_eq!(
        fault(&[
            "movi a2, 8",
            "wsr.cpenable a2",
            "rsync",
            "li a2, 0x40379000",
            "ee.vld.128.ip q0, a2, 16",
        ]),
        Fault::InstructionBusWidth {
            address: 0x4037_9000,
            bytes: 16
        }
    );
    let (_, outcome) = run(&["li a2, 0x40379000", "l32i a3, a2, 0", "s32i a3, a2, 4", "done"]);
    outcome.expect("no fault");
}

#[test]
fn memory_of_the_caches() {
    assert_eq!(
        fault(&["peek 0x3fcf8000 0"]),
        Fault::TakenByCache {
            address: 0x3fcf_8000,
            cache: CacheName::Data
        }
    );
    assert_eq!(
        fault(&["peek 0x40370000 0"]),
        Fault::TakenByCache {
            address: 0x4037_0000,
            cache: CacheName::Instruction
        }
    );
    let (_, outcome) = run(&["peek 0x3fcf0000 0", "done"]);
    outcome.expect("no fault");
    assert_eq!(
        fault(&["rom rom_config_data_cache_mode 0x10000 8 64", "peek 0x3fcf0000 0"]),
        Fault::TakenByCache {
            address: 0x3fcf_0000,
            cache: CacheName::Data
        }
    );
}

#[test]
fn code_runs_from_instruction_memory_only() {
    let to = |address: &str| fault(&[format!("li a2, {address}"), "jx a2".to_owned()]);
    assert_eq!(to("0x3fc88000"), Fault::ExecutesData { address: 0x3fc8_8000 });
    assert_eq!(to("0x60000000"), Fault::ExecutesData { address: 0x6000_0000 });
    assert_eq!(to("0x40001000"), Fault::RomFunction { address: 0x4000_1000 });
    assert_eq!(fault(&["ill"]), Fault::Core(Cause::Illegal));
    assert_eq!(fault(&["simcall"]), Fault::Core(Cause::Illegal));
}

#[test]
fn caches_must_be_on_open_and_clean() {
    let flash = "rom Cache_Dbus_MMU_Set 0 0x3c000000 0 64 1 0";
    let read = "peek 0x3c000000 0";
    let cache = CacheName::Data;
    let address = 0x3c00_0000;
    assert_eq!(fault(&[flash, read]), Fault::CacheDisabled { address, cache });
    let open = "poke 0x600c4004 0";
    assert_eq!(
        fault(&[
            "rom rom_config_data_cache_mode 0x8000 8 32",
            "rom Cache_Enable_DCache 0",
            flash,
            read
        ]),
        Fault::CacheShut { address, cache }
    );
    assert_eq!(
        fault(&[open, "poke 0x600c4000 9", flash, read]),
        Fault::CacheUninitialised { address, cache }
    );
    let mut program = data_cache(0x8000, 32);
    program.push(read.to_owned());
    assert_eq!(fault(&program), Fault::MmuInvalid { address });
    program.insert(0, flash.to_owned());
    program.push("done".to_owned());
    run(&program).1.expect("no fault");
    program.insert(4, "poke 0x600c4150 1".to_owned());
    assert_eq!(fault(&program), Fault::CacheFrozen { address });
}

#[test]
fn cache_sizes_change_only_while_it_is_off_and_empty() {
    let mut program = data_cache(0x8000, 32);
    program.push("poke 0x600c4000 0x11".to_owned());
    assert!(matches!(
        fault(&program),
        Fault::CacheChanged {
            cache: CacheName::Data,
            ..
        }
    ));
    assert!(matches!(
        fault(&["poke 0x600c4000 4"]),
        Fault::CacheGeometry {
            cache: CacheName::Data,
            ..
        }
    ));
    assert!(matches!(
        fault(&["poke 0x600c4060 4"]),
        Fault::CacheGeometry {
            cache: CacheName::Instruction,
            ..
        }
    ));
    let changed = with_psram(
        "",
        "",
        &[
            "poke 0x3d000000 1",
            "rom Cache_Suspend_DCache",
            "poke 0x600c4000 8",
        ],
    );
    assert!(matches!(
        fault(&changed),
        Fault::CacheChanged {
            cache: CacheName::Data,
            ..
        }
    ));
}

#[test]
fn a_suspended_data_cache_is_given_the_time_to_come_to_rest() {
    for change in [
        "poke 0x600c5000 0x8000",
        "poke 0x60003014 0x80000000",
        "poke 0x600c4000 0x8",
    ] {
        let mut program = data_cache(0x8000, 64);
        program.extend(lines(&[&["rom Cache_Suspend_DCache", change, "done"]]));
        assert!(
            matches!(fault(&program), Fault::CacheChanged { reason, .. } if reason.contains("CACHE_STATE")),
            "{change}"
        );
        program.splice(
            program.len() - 2..program.len() - 2,
            lines(&[&[
                "li a2, 0x600c4130",
                "rest:",
                "l32i a3, a2, 0",
                "extui a3, a3, 12, 12",
                "bnei a3, 1, {rest}",
            ]]),
        );
        run(&program)
            .1
            .unwrap_or_else(|report| panic!("{change}: {report}"));
    }
}

#[test]
fn flash_is_not_written_through_the_cache() {
    for read_first in [false, true] {
        let mut program = data_cache(0x8000, 32);
        program.push("rom Cache_Dbus_MMU_Set 0 0x3c000000 0 64 1 0".to_owned());
        if read_first {
            program.push("peek 0x3c000000 0".to_owned());
        }
        program.push("poke 0x3c000000 0".to_owned());
        assert_eq!(fault(&program), Fault::FlashWrite { address: 0x3c00_0000 });
    }
}

#[test]
fn pages_lie_within_their_memory() {
    let mut program = data_cache(0x8000, 32);
    program.push("rom Cache_Dbus_MMU_Set 0 0x3c000000 0x1000000 64 1 0".to_owned());
    program.push("peek 0x3c000000 0".to_owned());
    assert_eq!(
        fault(&program),
        Fault::MmuBeyond {
            address: 0x3c00_0000,
            physical: 0x100_0000,
            bytes: 0x100_0000,
            psram: false
        }
    );
    let beyond = with_psram(
        "",
        "",
        &[
            "rom Cache_Dbus_MMU_Set 0x8000 0x3d000000 0x800000 64 1 0",
            "peek 0x3d000000 0",
        ],
    );
    assert!(matches!(fault(&beyond), Fault::MmuBeyond { psram: true, .. }));
}

#[test]
fn psram_is_brought_up_before_it_is_used() {
    run(&with_psram("", "", &["poke 0x3d000000 1", "peek 0x3d000000 0"]))
        .1
        .expect("no fault");
    let unready = |change: &str, to: &str| match fault(&with_psram(change, to, &["peek 0x3d000000 0"])) {
        Fault::PsramNotReady { reason } | Fault::SpiTransaction { reason } => reason,
        other => panic!("{other}"),
    };
    assert!(unready(OCTAL_PSRAM[0], "nop").contains("pins"));
    assert!(unready(OCTAL_PSRAM[1], "nop").contains("SMEM_AC"));
    assert!(unready(OCTAL_PSRAM[6], "nop").contains("latency variable"));
    assert!(unready(OCTAL_PSRAM[4], "li a3, 0x0d24").contains("latency code"));
    assert!(unready(OCTAL_PSRAM[8], "poke 0x60003050 0x80000000").contains("divider"));
    assert!(unready(OCTAL_PSRAM[7], "poke 0x600030ec 3").contains("120 MHz"));
    assert!(unready(OCTAL_PSRAM[10], "poke 0x600030bc 1").contains("wrong time"));
    assert!(unready(OCTAL_PSRAM[12], "nop").contains("eight lines"));
    assert!(unready(OCTAL_PSRAM[14], "nop").contains("SRAM_DWR_CMD"));
    assert!(unready(OCTAL_PSRAM[15], "nop").contains("SMEM_DDR"));
    assert!(unready(OCTAL_PSRAM[16], "poke 0x60003040 0x01f7c439").contains("half cycles"));
    let mut without = board(
        &with_psram("", "", &["peek 0x3d000000 0"]),
        ChipOptions {
            psram: Psram::None,
            ..ChipOptions::default()
        },
    );
    assert_eq!(without.run(SHORT).expect_err("a fault").fault, Fault::PsramAbsent);
    let mut quad = board(
        &with_psram("", "", &["peek 0x3d000000 0"]),
        ChipOptions {
            psram: Psram::Quad(2 << 20),
            ..ChipOptions::default()
        },
    );
    let report = quad.run(SHORT).expect_err("a fault");
    assert!(matches!(report.fault, Fault::PsramNotReady { .. }));
}

#[test]
fn quad_reads_of_flash_need_its_quad_enable_bit() {
    let mut program = lines(&[&["rom esp_rom_spiflash_config_readmode 0"]]);
    program.extend(data_cache(0x8000, 32));
    program.push("rom Cache_Dbus_MMU_Set 0 0x3c000000 0 64 1 0".to_owned());
    program.push("peek 0x3c000000 0".to_owned());
    assert!(matches!(fault(&program), Fault::FlashNotReady { reason } if reason.contains("QE")));
    // Write enable, then both status registers.
    program.splice(
        0..0,
        lines(&[&[
            "poke 0x60002000 0x40000000",
            "poke 0x6000202c 0x200",
            "poke 0x60002000 0x04000000",
        ]]),
    );
    assert!(matches!(fault(&program), Fault::FlashNotReady { reason } if reason.contains("pins")));
    program.insert(0, "rom esp_rom_spiflash_select_qio_pins 28 0".to_owned());
    assert!(
        matches!(fault(&program), Fault::FlashNotReady { reason } if reason.contains("busy")),
        "the chip needs its time"
    );
    program.insert(4, "rom esp_rom_spiflash_wait_idle".to_owned());
    program.push("done".to_owned());
    run(&program).1.expect("no fault");
}

#[test]
fn rom_functions_need_their_data_and_sensible_arguments() {
    assert!(matches!(
        fault(&["poke 0x3fced800 0", "rom ets_delay_us 1"]),
        Fault::RomDataLost {
            function: "ets_delay_us",
            address: 0x3fce_d800
        }
    ));
    assert!(matches!(
        fault(&["rom ets_update_cpu_frequency 160"]),
        Fault::RomArguments {
            function: "ets_update_cpu_frequency",
            ..
        }
    ));
    assert!(matches!(
        fault(&["rom ets_printf 0x10"]),
        Fault::RomArguments { .. }
    ));
    assert!(matches!(
        fault(&["rom rom_config_data_cache_mode 0x4000 8 64"]),
        Fault::RomArguments { .. }
    ));
    assert_eq!(fault(&["entry a1, 32", "retw"]), Fault::ReturnedToRom);
}

#[test]
fn exceptions_before_vecbase_is_set() {
    let fault = fault(&["movi a2, 0", "quos a3, a2, a2", "done"]);
    assert_eq!(
        fault,
        Fault::ExceptionInRom {
            vector: 0x340,
            cause: 6,
            pc: CODE + 3
        }
    );
}

#[test]
fn stacks_lie_in_memory() {
    assert_eq!(
        fault(&["li a1, 0x20000000", "done"]),
        Fault::Stack { pointer: 0x2000_0000 }
    );
}

#[test]
fn watchdogs_that_are_left_on_reset_over_and_over() {
    let mut machine = board(&["done"], ChipOptions::default());
    let report = machine.run(500 * SHORT).expect_err("a fault");
    assert!(
        matches!(report.fault, Fault::ResetLoop { count: 5, .. }),
        "{report}"
    );
    assert!(report.resets.iter().all(|(_, reason)| reason.contains("WDT")));
}

#[test]
fn reports_name_functions_and_callers() {
    let program = [
        "call8 {outer}",
        "done",
        ".align",
        "outer:",
        "entry a1, 32",
        "call8 {inner}",
        "retw",
        ".align",
        "inner:",
        "entry a1, 48",
        "li a2, 0x20000000",
        "l32i a3, a2, 0",
        "retw",
    ];
    let mut machine = board(&program, ChipOptions::default());
    // A literal lies before the code; functions are aligned.
    let start = CODE + 4;
    machine.set_symbols(Symbols::from_lines(&format!(
        "main {start:x} 6\nouter {:x} 9\ninner {:x} c\n",
        start + 8,
        start + 20
    )));
    let report = machine.run(SHORT).expect_err("a fault");
    let names: Vec<&str> = report.cores[0]
        .backtrace
        .iter()
        .filter_map(|frame| frame.name.as_deref())
        .map(|name| name.split('+').next().unwrap_or(""))
        .collect();
    assert_eq!(names[..3], ["inner", "outer", "main"], "{report}");
    let text = report.to_string();
    assert!(
        text.contains("0x20000000: nothing answers there") && text.contains("l32i a3, a2, 0"),
        "{text}"
    );
}

#[test]
fn misaligned_vector_accesses_are_warned_of() {
    let (mut machine, outcome) = run(&[
        "movi a2, 8",
        "wsr.cpenable a2",
        "rsync",
        "li a2, 0x3fc90004",
        "ee.vld.128.ip q0, a2, 16",
        "done",
    ]);
    outcome.expect("no fault");
    assert!(machine
        .warnings()
        .iter()
        .any(|warning| warning.contains("0x3fc90004")));
}
