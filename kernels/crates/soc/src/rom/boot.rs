//! What the mask ROM does with the flash before firmware runs: the header's checks, the segments, the log.
//!
//! Format: espressif/esp-idf `components/bootloader_support/include/esp_app_format.h`. The ROM's log lines and the order
//! of its checks are those that boot logs show.

use sha2::{Digest, Sha256};

use super::{START, VARIABLES_END};
use crate::bus::{SocBus, RTC_BYTES, RTC_FAST, RTC_SLOW};
use crate::spi::FlashMode;
use crate::sram;

/// Chip id of the ESP32-S3.
const CHIP_ID: u16 = 9;
/// First byte of an image.
const MAGIC: u8 = 0xe9;
/// Bytes of the header.
const HEADER: usize = 24;
/// The most segments that an image has.
const MOST_SEGMENTS: u8 = 16;
/// Seed of the checksum.
const CHECKSUM_SEED: u8 = 0xef;
/// More than any internal memory has.
const LONGEST_SEGMENT: u32 = 0x8_0000;
/// First byte of the ROM's stack while it loads.
const ROM_STACK: u32 = 0x3fce_9710;
/// Segments for addresses below this fill the space between others and are not loaded.
const FILLING: u32 = 0x1_0000;

/// What the ROM found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booted {
    /// Where the firmware begins.
    pub entry: u32,
    /// Bytes that were read.
    pub bytes: u32,
    /// How flash is read.
    pub mode: FlashMode,
    /// The bus's CLOCK register.
    pub clock: u32,
}

/// What the ROM says, and what came of it.
pub struct Outcome {
    /// Lines of the log.
    pub log: String,
    /// What was loaded, or why nothing can be started.
    pub result: Result<Booted, String>,
}

/// Name of a reset code, as the ROM prints it.
pub fn reset_name(reason: u8) -> &'static str {
    match reason {
        0x01 => "POWERON",
        0x03 => "RTC_SW_SYS_RST",
        0x05 => "DSLEEP",
        0x07 => "TG0WDT_SYS_RST",
        0x08 => "TG1WDT_SYS_RST",
        0x09 => "RTCWDT_SYS_RST",
        0x0a => "INTRUSION_RST",
        0x0b => "TG0WDT_CPU_RST",
        0x0c => "RTC_SW_CPU_RST",
        0x0d => "RTCWDT_CPU_RST",
        0x0f => "RTCWDT_BROWN_OUT_RST",
        0x10 => "RTCWDT_RTC_RST",
        0x11 => "TG1WDT_CPU_RST",
        0x12 => "SUPER_WDT_RST",
        0x13 => "GLITCH_RTC_RST",
        0x15 => "USB_UART_CHIP_RESET",
        0x16 => "USB_JTAG_CHIP_RESET",
        _ => "UNKNOWN",
    }
}

/// Whether a reset code is a watchdog's.
pub fn is_watchdog(reason: u8) -> bool {
    reset_name(reason).contains("WDT") && reason != 0x0f
}

struct Reader<'a> {
    bus: &'a SocBus,
    digest: Sha256,
    position: u32,
}

impl Reader<'_> {
    fn take(&mut self, bytes: &mut [u8]) {
        self.bus.external.mspi.flash.read(self.position, bytes);
        self.digest.update(&*bytes);
        self.position += bytes.len() as u32;
    }

    fn word(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.take(&mut bytes);
        u32::from_le_bytes(bytes)
    }
}

/// Why a segment cannot be loaded where it wants to; `None` when it can.
fn refuse(address: u32, length: u32) -> Option<String> {
    let end = u64::from(address) + u64::from(length);
    let within = |start: u32, stop: u32| address >= start && end <= u64::from(stop);
    // Instruction addresses of SRAM1 are data addresses 0x6f0000 higher.
    let data = if within(sram::INSTRUCTION_BASE + sram::SRAM1, 0x403e_0000) {
        Some(address - (sram::INSTRUCTION_BASE - sram::DATA_BASE))
    } else if within(sram::DATA_START, 0x3fd0_0000) {
        Some(address)
    } else {
        None
    };
    if let Some(data) = data {
        let stop = data + length;
        if data < VARIABLES_END && stop > ROM_STACK {
            return Some("it lies over the ROM's own stack and data (0x3fce9710 to 0x3fcf0000)".to_owned());
        }
        if stop > 0x3fcf_8000 {
            return Some("it lies where the data cache keeps its lines (from 0x3fcf8000 on)".to_owned());
        }
        return None;
    }
    if within(0x4037_4000, 0x403e_0000)
        || within(RTC_FAST, RTC_FAST + RTC_BYTES)
        || within(RTC_SLOW, RTC_SLOW + RTC_BYTES)
    {
        return None;
    }
    if within(sram::INSTRUCTION_BASE, 0x403e_0000) {
        return Some("it lies where the instruction cache keeps its lines (below 0x40374000)".to_owned());
    }
    if address >> 24 == 0x3c || address >> 24 == 0x42 {
        return Some(
            "the ROM loads RAM only; what runs from flash must be mapped by the firmware".to_owned(),
        );
    }
    if address >> 20 == START >> 20 {
        return Some("that is the ROM itself".to_owned());
    }
    Some("no memory is there".to_owned())
}

/// Reads the image at the start of the flash and loads its segments.
pub fn boot(bus: &mut SocBus, reason: u8) -> Outcome {
    let mut log = format!(
        "ESP-ROM:esp32s3-20210327\r\nrst:0x{reason:x} ({}),boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n",
        reset_name(reason)
    );
    let result = load(bus, &mut log);
    Outcome { log, result }
}

fn load(bus: &mut SocBus, log: &mut String) -> Result<Booted, String> {
    let mut reader = Reader {
        bus,
        digest: Sha256::new(),
        position: 0,
    };
    let header = read_header(&mut reader, log)?;
    let (segments, checksum) = read_segments(&mut reader, header.segments, log)?;
    check_sums(&mut reader, header.has_digest, checksum, log)?;
    let (entry, bytes) = (header.entry, reader.position);
    check_entry(entry, &segments)?;
    for (address, bytes) in segments {
        bus.poke(address, &bytes);
    }
    log.push_str(&format!("entry 0x{entry:08x}\r\n"));
    Ok(Booted {
        entry,
        bytes,
        mode: header.mode,
        clock: header.clock,
    })
}

/// What the header says of the image.
struct Header {
    segments: u8,
    entry: u32,
    mode: FlashMode,
    clock: u32,
    has_digest: bool,
}

/// A segment that is loaded: its address and bytes.
type Segment = (u32, Vec<u8>);

fn read_header(reader: &mut Reader, log: &mut String) -> Result<Header, String> {
    let mut header = [0; HEADER];
    reader.take(&mut header);
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if header[0] != MAGIC {
        log.push_str(&format!("invalid header: 0x{:08x}\r\n", word(0)));
        return Err(if header.iter().all(|&byte| byte == 0xff) {
            "the flash is erased: no image begins at 0x0".to_owned()
        } else {
            format!("the first byte of the flash is 0x{:02x}, not 0xe9", header[0])
        });
    }
    let (segments, entry) = (header[1], word(4));
    let Some(mode) = FlashMode::numbered(header[2].into()) else {
        return Err(format!("flash mode {} of the header does not exist", header[2]));
    };
    let (clock, divider) = match header[3] & 15 {
        15 => (1 << 31, 1),
        0 => (0x0001_0001, 2),
        1 => (0x0002_0002, 3),
        2 => (0x0003_0103, 4),
        other => return Err(format!("flash frequency {other} of the header does not exist")),
    };
    let chip = u16::from_le_bytes([header[12], header[13]]);
    if chip != CHIP_ID {
        log.push_str("Invalid chip id.\r\n");
        return Err(format!(
            "the image is for chip {chip}, and this is chip {CHIP_ID}"
        ));
    }
    if segments == 0 || segments > MOST_SEGMENTS {
        log.push_str("Invalid image block, can't boot.\r\n");
        return Err(format!("the header has {segments} segments; 1 to 16 are allowed"));
    }
    // Four data lines need a chip whose QE bit was set; the ROM falls back where it is not.
    let mode = match mode {
        FlashMode::Qio | FlashMode::Qout if !reader.bus.external.mspi.flash.is_quad() => FlashMode::Dio,
        other => other,
    };
    log.push_str(&format!(
        "SPIWP:0x{:x}\r\nmode:{}, clock div:{divider}\r\n",
        header[8],
        format!("{mode:?}").to_uppercase()
    ));
    Ok(Header {
        segments,
        entry,
        mode,
        clock,
        has_digest: header[23] == 1,
    })
}

/// The segments that are loaded, and the checksum over all of them.
fn read_segments(reader: &mut Reader, count: u8, log: &mut String) -> Result<(Vec<Segment>, u8), String> {
    let mut segments = Vec::new();
    let mut checksum = CHECKSUM_SEED;
    for number in 1..=count {
        let (address, length) = (reader.word(), reader.word());
        let trouble = if address & 3 != 0 || length & 3 != 0 {
            Some("address and length must be multiples of 4".to_owned())
        } else if length > LONGEST_SEGMENT && address >= FILLING {
            Some("it is longer than any memory".to_owned())
        } else if address >= FILLING {
            refuse(address, length)
        } else if length > reader.bus.external.mspi.flash.bytes() {
            Some("it is longer than the flash".to_owned())
        } else {
            None
        };
        if let Some(trouble) = trouble {
            log.push_str("Invalid image block, can't boot.\r\n");
            return Err(format!(
                "segment {number} (0x{length:x} bytes for 0x{address:08x}) cannot be loaded: {trouble}"
            ));
        }
        let mut bytes = vec![0; length as usize];
        reader.take(&mut bytes);
        checksum = bytes.iter().fold(checksum, |sum, byte| sum ^ byte);
        if address >= FILLING {
            log.push_str(&format!("load:0x{address:08x},len:0x{length:x}\r\n"));
            segments.push((address, bytes));
        }
    }
    Ok((segments, checksum))
}

/// Holds the image's checksum, and its digest where it has one, against what was read.
fn check_sums(reader: &mut Reader, has_digest: bool, checksum: u8, log: &mut String) -> Result<(), String> {
    // The checksum is the last byte of a row of 16.
    let mut padding = vec![0; 16 - reader.position as usize % 16];
    reader.take(&mut padding);
    let stored = padding.last().copied().unwrap_or(0);
    if stored != checksum {
        log.push_str(&format!(
            "Checksum failed. Calculated 0x{checksum:x} read 0x{stored:x}\r\n"
        ));
        return Err(format!(
            "the image's checksum is 0x{stored:02x}, but its segments give 0x{checksum:02x}"
        ));
    }
    let digest: [u8; 32] = reader.digest.clone().finalize().into();
    if has_digest {
        let mut appended = [0; 32];
        reader.take(&mut appended);
        if appended != digest {
            log.push_str("SHA-256 comparison failed:\r\n");
            return Err("the digest (SHA-256) behind the image is not that of its bytes".to_owned());
        }
    }
    Ok(())
}

fn check_entry(entry: u32, segments: &[Segment]) -> Result<(), String> {
    let code = sram::INSTRUCTION_BASE..0x403e_0000;
    let rtc = RTC_FAST..RTC_FAST + RTC_BYTES;
    let loaded = segments
        .iter()
        .any(|(address, bytes)| entry.wrapping_sub(*address) < bytes.len() as u32);
    if !(loaded && (code.contains(&entry) || rtc.contains(&entry))) {
        return Err(format!(
            "the entry 0x{entry:08x} lies in no loaded segment of instruction memory"
        ));
    }
    Ok(())
}
