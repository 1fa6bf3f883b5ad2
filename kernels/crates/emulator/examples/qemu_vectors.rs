//! Makes the vectors of `tests/base.rs`: runs the random sequences on QEMU and keeps a digest of each final state.
//!
//! `cargo run --release --example qemu_vectors [COUNT_BASE COUNT_FLOAT COUNT_WINDOW]`; needs `qemu-system-xtensa`
//! (Debian package qemu-system-misc; the vectors in the repository are from version 7.2).

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::process::{Command, ExitCode};

use common::calls::window_handlers;
use common::digest::digest;
use common::program::program;
use common::sequence::{
    sequence, word, Mix, BATCH, CODE, CODE_STRIDE, SCRATCH, STATE_CAUSES, STATE_SPECIAL, STATE_WORDS, VECTORS,
};

/// Where the processor begins.
const RESET: u32 = 0xfe00_0000;
/// The processor model: the one with a floating-point unit of the same kind.
const PROCESSOR: &str = "de233_fpu";
const DRIVER: u32 = 0x0010_1000;
const RECORDS: u32 = 0x0020_0000;
const RECORD_BYTES: usize = STATE_WORDS * 4;

/// The pieces of the program around the sequences.
struct Guest {
    reset: Vec<u8>,
    vectors: Vec<u8>,
    driver: Vec<u8>,
}

/// Lines of assembly text.
#[derive(Default)]
struct Text(Vec<String>);

impl Text {
    fn add(&mut self, line: &str) {
        self.0.push(line.to_owned());
    }

    /// What the driver knows before it starts: places, lengths and the name of the file that takes the results.
    fn constants(&mut self, count: usize, path: &str) {
        for (label, value) in [
            ("current", RECORDS),
            ("end", RECORDS + (count * RECORD_BYTES) as u32),
            ("records", RECORDS),
            ("length", (count * RECORD_BYTES) as u32),
            ("scratch", SCRATCH),
            ("vectors", VECTORS),
            ("pointer", DRIVER),
            ("status", 0x4001f),
            // O_WRONLY, O_CREAT and O_TRUNC.
            ("flags", 0x241),
            ("mode", 0x1b6),
        ] {
            self.add(&format!("{label}:"));
            self.add(&format!(".word 0x{value:x}"));
        }
        self.add("where:");
        self.add(".word {name}");
        self.add("name:");
        let bytes: Vec<u8> = path.bytes().chain([0; 4]).collect();
        for chunk in bytes.chunks(4) {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            self.add(&format!(".word 0x{:x}", u32::from_le_bytes(word)));
        }
    }

    /// Brings the processor to where sequences begin.
    fn set_up(&mut self) {
        self.add("start:");
        // EXCM, and window overflow detection when it ends.
        self.add("l32r a2, {status}");
        self.add("wsr a2, 230");
        self.add("rsync");
        self.add("l32r a2, {vectors}");
        self.add("wsr a2, 231");
        for (value, number) in [(0, 72), (1, 73)] {
            self.add(&format!("movi a2, {value}"));
            self.add(&format!("wsr a2, {number}"));
            self.add("rsync");
        }
        // S32C1I works on memory that is not cached.
        self.add("movi a2, 21");
        self.add("wsr a2, 99");
        self.add("movi a2, 255");
        self.add("wsr a2, 224");
        self.add("rsync");
    }

    /// Loads the state of the current record and goes to its code.
    fn begin_record(&mut self) {
        self.add("next:");
        self.add("l32r a2, {current}");
        self.add("l32r a3, {scratch}");
        for index in 0..32 {
            self.add(&format!("l32i a5, a2, {}", (word::SCRATCH + index) * 4));
            self.add(&format!("s32i a5, a3, {}", index * 4));
        }
        for (place, number) in STATE_SPECIAL {
            self.add(&format!("l32i a3, a2, {}", place * 4));
            self.add(&format!("wsr a3, {number}"));
        }
        for index in 0..16 {
            self.add(&format!("lsi f{index}, a2, {}", (word::F0 + index) * 4));
        }
        self.add(&format!("l32i a3, a2, {}", word::FCR * 4));
        self.add("wur.fcr a3");
        self.add(&format!("l32i a3, a2, {}", word::FSR * 4));
        self.add("wur.fsr a3");
        self.add(&format!("l32i a3, a2, {}", word::EPC1 * 4));
        self.add("wsr a3, 177");
        self.add("rsync");
        for register in (0..16).filter(|&register| register != 2) {
            self.add(&format!("l32i a{register}, a2, {}", register * 4));
        }
        self.add("l32i a2, a2, 8");
        self.add("rfe");
    }

    /// Writes the state back into the current record and goes to the next one, or on.
    fn end_record(&mut self) {
        self.add("handler:");
        self.add("wsr a2, 209");
        self.add("l32r a2, {current}");
        for register in (0..16).filter(|&register| register != 2) {
            self.add(&format!("s32i a{register}, a2, {}", register * 4));
        }
        self.add("rsr a3, 209");
        self.add("s32i a3, a2, 8");
        for (place, number) in STATE_SPECIAL.into_iter().chain(STATE_CAUSES) {
            self.add(&format!("rsr a3, {number}"));
            self.add(&format!("s32i a3, a2, {}", place * 4));
        }
        for index in 0..16 {
            self.add(&format!("ssi f{index}, a2, {}", (word::F0 + index) * 4));
        }
        self.add("rur.fcr a3");
        self.add(&format!("s32i a3, a2, {}", word::FCR * 4));
        self.add("rur.fsr a3");
        self.add(&format!("s32i a3, a2, {}", word::FSR * 4));
        self.add("l32r a3, {scratch}");
        for index in 0..32 {
            self.add(&format!("l32i a5, a3, {}", index * 4));
            self.add(&format!("s32i a5, a2, {}", (word::SCRATCH + index) * 4));
        }
        self.add(&format!("addmi a2, a2, {}", RECORD_BYTES / 256 * 256));
        self.add(&format!("addi a2, a2, {}", RECORD_BYTES % 256));
        self.add("l32r a3, {pointer}");
        self.add("s32i a2, a3, 0");
        self.add("l32r a3, {end}");
        self.add("beq a2, a3, {done}");
        self.add("j {next}");
    }

    /// Writes all records into the file and ends the run.
    fn finish(&mut self) {
        self.add("done:");
        // Open, write, exit, as the simulator's calls have them.
        self.add("movi a2, 5");
        self.add("l32r a3, {where}");
        self.add("l32r a4, {flags}");
        self.add("l32r a5, {mode}");
        self.add("simcall");
        self.add("mov.n a6, a2");
        self.add("movi a2, 4");
        self.add("mov.n a3, a6");
        self.add("l32r a4, {records}");
        self.add("l32r a5, {length}");
        self.add("simcall");
        self.add("movi a2, 1");
        self.add("movi a3, 0");
        self.add("simcall");
    }
}

/// Loads each record, runs its code, and writes the state back when an exception ends it.
fn driver(count: usize, path: &str) -> Guest {
    let mut text = Text::default();
    text.constants(count, path);
    text.set_up();
    text.begin_record();
    text.end_record();
    text.finish();
    let code = program(&text.0, DRIVER);
    let jump = |target: u32, from: u32| program(&[format!("j 0x{target:x}")], from).bytes;
    let mut vectors = vec![0; 0x400];
    for (offset, bytes) in window_handlers() {
        vectors[offset as usize..offset as usize + bytes.len()].copy_from_slice(&bytes);
    }
    for offset in [0x300, 0x340, 0x3c0] {
        let bytes = jump(code.labels["handler"], VECTORS + offset);
        vectors[offset as usize..offset as usize + bytes.len()].copy_from_slice(&bytes);
    }
    // J to the second word after it, a literal, and the way through it.
    let mut reset = jump(RESET + 8, RESET);
    reset.push(0);
    reset.extend(code.labels["start"].to_le_bytes());
    reset.extend(
        program(
            &[format!("l32r a2, 0x{:x}", RESET + 4), "jx a2".to_owned()],
            RESET + 8,
        )
        .bytes,
    );
    Guest {
        reset,
        vectors,
        driver: code.bytes,
    }
}

/// A statically loaded program of these pieces of memory, starting at the vectors.
fn elf(pieces: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut file = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let half = |file: &mut Vec<u8>, value: u16| file.extend(value.to_le_bytes());
    let full = |file: &mut Vec<u8>, value: u32| file.extend(value.to_le_bytes());
    half(&mut file, 2);
    half(&mut file, 94);
    for value in [1, RESET, 52, 0, 0] {
        full(&mut file, value);
    }
    for value in [52, 32, pieces.len() as u16, 40, 0, 0] {
        half(&mut file, value);
    }
    let mut offset = 52 + 32 * pieces.len() as u32;
    for (address, bytes) in pieces {
        for value in [
            1,
            offset,
            *address,
            *address,
            bytes.len() as u32,
            bytes.len() as u32,
            7,
            1,
        ] {
            full(&mut file, value);
        }
        offset += bytes.len() as u32;
    }
    pieces.iter().for_each(|(_, bytes)| file.extend(bytes));
    file
}

fn run(mix: Mix, count: usize, folder: &Path) -> Result<Vec<u8>, String> {
    let mut digests = Vec::new();
    for first in (0..count).step_by(BATCH) {
        let number = BATCH.min(count - first);
        let output = folder.join("results");
        let path = output.to_str().ok_or("a folder whose name is text")?;
        let guest = driver(number, path);
        let mut records = Vec::new();
        let mut code = vec![0; number * CODE_STRIDE as usize];
        for index in 0..number {
            let sequence = sequence(mix, first + index);
            records.extend(sequence.state.iter().flat_map(|word| word.to_le_bytes()));
            let offset = (sequence.address - CODE) as usize;
            code[offset..offset + sequence.bytes.len()].copy_from_slice(&sequence.bytes);
        }
        let image = folder.join("image.elf");
        let pieces = [
            (RESET, guest.reset),
            (VECTORS, guest.vectors),
            (DRIVER, guest.driver),
            (RECORDS, records),
            (CODE, code),
        ];
        std::fs::write(&image, elf(&pieces)).map_err(|error| error.to_string())?;
        let _ = std::fs::remove_file(&output);
        let status = Command::new("qemu-system-xtensa")
            .args([
                "-M",
                "sim",
                "-cpu",
                PROCESSOR,
                "-m",
                "64M",
                "-semihosting",
                "-nographic",
                "-monitor",
                "none",
                "-serial",
                "none",
                "-kernel",
            ])
            .arg(&image)
            .status()
            .map_err(|error| error.to_string())?;
        let results = std::fs::read(&output).map_err(|error| format!("{status}: {error}"))?;
        if results.len() != number * RECORD_BYTES {
            return Err(format!(
                "{} bytes of results for {number} sequences",
                results.len()
            ));
        }
        if std::env::var_os("KEEP_STATES").is_some() {
            std::fs::write(folder.join(format!("{mix:?}-{first}")), &results)
                .map_err(|error| error.to_string())?;
        }
        for record in results.chunks(RECORD_BYTES) {
            let state: Vec<u32> = record
                .as_chunks::<4>()
                .0
                .iter()
                .map(|word| u32::from_le_bytes(*word))
                .collect();
            digests.extend(digest(&state).to_le_bytes());
        }
        eprintln!("{mix:?}: {} of {count}", first + number);
    }
    Ok(digests)
}

fn main() -> ExitCode {
    let counts: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let count = |index: usize, usual: usize| counts.get(index).copied().unwrap_or(usual);
    let folder = std::env::temp_dir().join(format!("qemu-vectors-{}", std::process::id()));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let jobs = [
        (Mix::Base, count(0, 100_000), "base.bin"),
        (Mix::Float, count(1, 40_000), "float.bin"),
        (Mix::Window, count(2, 20_000), "window.bin"),
    ];
    if let Err(error) = std::fs::create_dir_all(&folder) {
        eprintln!("{}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    for (mix, number, file) in jobs.into_iter().filter(|job| job.1 > 0) {
        let result = run(mix, number, &folder)
            .and_then(|digests| std::fs::write(data.join(file), digests).map_err(|error| error.to_string()));
        if let Err(error) = result {
            eprintln!("{mix:?}: {error}");
            return ExitCode::FAILURE;
        }
    }
    eprintln!("results in {}", folder.display());
    ExitCode::SUCCESS
}
