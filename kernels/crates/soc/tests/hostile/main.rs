//! Whatever lies in flash: random bytes, random code, random use of registers and ROM functions, damaged firmware. A run
//! comes to its time or ends in a report that can be shown, and never in a panic or a hang.
//!
//! `HOSTILE_SEEDS=100000 cargo test --release -p soc --test hostile` tries that many of each kind, `HOSTILE_FIRST`
//! begins elsewhere. Built with overflow checks it sees more.

#[path = "../mistakes/firmware.rs"]
#[allow(dead_code)]
mod firmware;
#[path = "../start_up/image.rs"]
#[allow(dead_code)]
mod image;
mod random;

use std::sync::mpsc::{channel, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use firmware::{image, Firmware, CODE, CODE_AS_DATA, DATA, EXTERNAL};
use random::Random;
use soc::chip::{ChipOptions, Psram};
use soc::machine::Machine;
use soc::rom::functions::FUNCTIONS;
use soc::symbols::Symbols;
use soc::time::TICKS_PER_SECOND;

/// Seeds of each kind in a usual run.
const SEEDS: u64 = 600;
/// Emulated time that a machine gets: longer than the mask ROM takes to load the firmware (about 60 ms).
const TIME: u64 = TICKS_PER_SECOND / 13;
/// What a machine may take on a busy host before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// Register blocks from ESP-IDF's `reg_base.h`, and what lies around them.
const BLOCKS: [u32; 26] = [
    0x6000_0000, // UART0
    0x6000_2000, // SPI1
    0x6000_3000, // SPI0
    0x6000_4000, // GPIO
    0x6000_7000, // eFuse
    0x6000_8000, // RTC_CNTL
    0x6000_8800, // SENS
    0x6000_9000, // IO_MUX
    0x6000_e000, // regi2c
    0x6001_6000, // RMT
    0x6001_9000, // LEDC
    0x6001_f000, // TIMG0
    0x6002_0000, // TIMG1
    0x6002_3000, // SYSTIMER
    0x6002_6000, // SYSCON
    0x6003_8000, // USB-Serial-JTAG
    0x6003_f000, // GDMA
    0x600c_0000, // SYSTEM
    0x600c_2000, // INTERRUPT of core 0
    0x600c_2800, // INTERRUPT of core 1
    0x600c_4000, // EXTMEM
    0x600c_4100, // EXTMEM, second part
    0x600c_5000, // MMU table
    0x600c_57f0, // its end
    0x600c_e000, // nothing known
    0x600f_e000, // RTC memory
];

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Runs machines made from so many seeds, each with its commands, in a thread that can be given up.
fn try_all(make: fn(&mut Random) -> ChipOptions) {
    let first = number("HOSTILE_FIRST", 1);
    let seeds = first..first + number("HOSTILE_SEEDS", SEEDS);
    let (sender, receiver) = channel();
    let worker = thread::spawn(move || {
        let mut reports = 0;
        for seed in seeds {
            let _ = sender.send(seed);
            let mut random = Random::new(seed);
            let options = make(&mut random);
            reports += u32::from(drive(options, &mut random));
        }
        reports
    });
    let mut last = 0;
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(seed) => last = seed,
            Err(RecvTimeoutError::Timeout) => panic!("seed {last} does not end"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let reports = worker.join().unwrap_or_else(|_| panic!("seed {last} panicked"));
    assert!(reports > 0, "no run ended in a report");
}

/// What a host does to a board: runs it, types, steps, looks, presses reset. True when there was a report.
fn drive(mut options: ChipOptions, random: &mut Random) -> bool {
    options.timed = random.below(2) == 0;
    options.single_core = random.below(8) == 0;
    options.gpio0_low = random.below(64) == 0;
    options.flash_octal = random.below(64) == 0;
    options.usb_host = random.below(8) != 0;
    options.seed = u64::from(random.word());
    let mut machine = Machine::new(options);
    let mut reported = false;
    for round in 0..2 {
        let end = machine.now() + TIME;
        while machine.now() < end {
            let before = machine.now();
            let result = machine.run((before + TIME / 8).min(end));
            let peripherals = machine.peripherals();
            peripherals.usb.host_read();
            peripherals.uart0.host_read();
            let typed = random.bytes(40);
            peripherals.usb.host_write(&typed);
            peripherals.uart0.host_write(&typed);
            if let Err(report) = result {
                assert!(!report.to_string().is_empty());
                assert!(!report.fault.to_string().is_empty());
                reported = true;
                break;
            }
            assert!(machine.now() > before, "time stands still");
        }
        // After a report, too: a debugger looks at what is left.
        for _ in 0..20 {
            if machine.step(random.below(3) as usize).is_err() {
                break;
            }
        }
        let mut bytes = vec![0; random.below(300) as usize];
        machine.read_memory(random.address(), &mut bytes);
        assert!(machine.core(1).backtrace.len() < 1000);
        machine.warnings();
        if round == 0 {
            machine.reset();
        }
    }
    reported
}

fn board(random: &mut Random, flash: Vec<u8>) -> ChipOptions {
    let psram = match random.below(4) {
        0 => Psram::Quad(2 << 20),
        1 => Psram::Octal(8 << 20),
        _ => Psram::None,
    };
    ChipOptions {
        flash,
        flash_bytes: 4 << 20,
        psram,
        ..ChipOptions::default()
    }
}

#[test]
fn random_bytes_in_flash() {
    try_all(|random| {
        let mut flash = random.bytes(5000);
        // Most begin as an image does, so that the mask ROM goes further.
        if random.below(4) != 0 && flash.len() > 24 {
            flash[0] = 0xe9;
            flash[1] = random.below(18) as u8;
            flash[12] = 9;
            flash[13] = 0;
            flash[23] = random.below(3) as u8;
            if flash.len() > 32 {
                flash[24..28].copy_from_slice(&random.address().to_le_bytes());
                flash[28..32].copy_from_slice(&random.below(6000).to_le_bytes());
            }
        }
        board(random, flash)
    });
}

#[test]
fn random_code() {
    try_all(|random| {
        let mut code = random.bytes(3000);
        code.resize(code.len().next_multiple_of(4).max(64), 0);
        let entry = CODE + random.below(64);
        let flash = image(&[(CODE, &code)], entry);
        board(random, flash)
    });
}

#[test]
fn random_registers_and_functions() {
    try_all(|random| {
        let mut program = Firmware::new();
        for _ in 0..1 + random.below(30) {
            act(&mut program, random);
        }
        program.stay();
        let flash = program.image();
        board(random, flash)
    });
}

/// One thing that firmware might do.
fn act(program: &mut Firmware, random: &mut Random) {
    // A few values that mean something beside any.
    let value = random.value();
    match random.below(12) {
        0..=4 => {
            let address = random.register(&BLOCKS);
            program.store(address, value);
        }
        5 | 6 => {
            let address = random.register(&BLOCKS);
            program.fetch(address);
        }
        7 => {
            program.data_cache(random.below(4));
        }
        8 => {
            // Entries of the MMU: flash, PSRAM, invalid, and any.
            let entry = random.pick(&[0, 1, 1 << 14, 1 << 15, 1 << 15 | 3, value]);
            program.map(random.below(4), entry);
        }
        9 => {
            let address = EXTERNAL + random.below(4) * 0x1_0000 + random.below(64) * 4;
            if random.below(2) == 0 {
                program.store(address, value);
            } else {
                program.fetch(address);
            }
        }
        10 => {
            let function = FUNCTIONS[random.below(FUNCTIONS.len() as u32) as usize].address;
            let count = random.below(9);
            let arguments: Vec<u32> = (0..count).map(|_| random.argument()).collect();
            program.call(function, &arguments);
        }
        _ => {
            // A list of transfers somewhere in memory, which a later start may find.
            let list = DATA + random.below(16) * 12;
            program.store(list, value);
            let at = random.argument();
            program.store(list + 4, at);
            program.store(list + 8, list);
        }
    }
}

#[test]
fn damaged_firmware() {
    try_all(|random| {
        let mut flash = Firmwares::usual();
        let end = flash.len();
        for _ in 0..1 + random.below(12) {
            // Behind the headers, so that most damage is code that runs.
            let at = 64 + random.below(end as u32 - 64) as usize;
            flash[at] ^= 1 << random.below(8);
        }
        repair(&mut flash);
        board(random, flash)
    });
}

/// The committed firmware, read once.
struct Firmwares;

impl Firmwares {
    fn usual() -> Vec<u8> {
        static IMAGE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let make = || image::Firmware::committed().image(&image::table(4 << 20));
        IMAGE.get_or_init(make).clone()
    }
}

/// Makes the checksum right again; where the damage hit the segments' headers, there is none to be made right.
fn repair(flash: &mut [u8]) {
    let word = |at: usize| {
        flash
            .get(at..at + 4)
            .map(|bytes| [bytes[0], bytes[1], bytes[2], bytes[3]])
    };
    let (mut at, mut sum) = (24, 0xef);
    for _ in 0..flash[1] {
        let Some(length) = word(at + 4).map(|bytes| u32::from_le_bytes(bytes) as usize) else {
            return;
        };
        let Some(data) = flash.get(at + 8..(at + 8).saturating_add(length)) else {
            return;
        };
        sum = data.iter().fold(sum, |sum, byte| sum ^ byte);
        at += 8 + length;
    }
    if let Some(byte) = flash.get_mut(at | 15) {
        *byte = sum;
    }
}

#[test]
fn damaged_symbols() {
    let elf = include_bytes!("../../../../../device-runtime/prebuilt/esp32s3/firmware.elf");
    assert!(!Symbols::from_elf(elf).expect("the committed firmware").is_empty());
    let mut random = Random::new(number("HOSTILE_FIRST", 1));
    for _ in 0..number("HOSTILE_SEEDS", SEEDS) {
        let mut damaged = elf.to_vec();
        for _ in 0..1 + random.below(6) {
            // Half of the damage in the header and the section headers, where the places are.
            let sections = u32::from_le_bytes([elf[32], elf[33], elf[34], elf[35]]);
            let at = match random.below(4) {
                0 => random.below(52),
                1 => sections + random.below(elf.len() as u32 - sections),
                _ => random.below(elf.len() as u32),
            };
            damaged[at as usize] = random.value() as u8;
        }
        if random.below(3) == 0 {
            damaged.truncate(random.below(elf.len() as u32) as usize);
        }
        if let Some(symbols) = Symbols::from_elf(&damaged) {
            for address in [CODE, CODE_AS_DATA, random.word()] {
                let _ = symbols.name::<soc::bus::SocBus>(address);
            }
        }
    }
}
