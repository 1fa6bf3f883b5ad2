//! What the mask ROM does with the flash before firmware runs: the header's checks, the segments, the log.
//!
//! Format: espressif/esp-idf `components/bootloader_support/include/esp_app_format.h`. The ROM's log lines and the order
//! of its checks are those that boot logs show.

use sha2::{Digest, Sha256};

use crate::flash::Flash;
use crate::spi::FlashMode;

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
/// Segments for addresses below this fill the space between others and are not loaded.
const FILLING: u32 = 0x1_0000;

/// What the loaders of the chips' mask ROMs do each in its own way.
pub trait Loader {
    /// The chip that images name in their header.
    const CHIP_ID: u16;
    /// Where the image begins in flash.
    const OFFSET: u32;
    /// The flash chip.
    fn chip(&self) -> &Flash;
    /// The bus's CLOCK register and its divider for a frequency code of the header.
    fn flash_clock(code: u8) -> Option<(u32, u32)>;
    /// The lines of the log that tell how flash is read.
    fn settings(write_protect: u8, mode: &str, divider: u32) -> String;
    /// Why a segment cannot be loaded where it wants to; `None` when it can.
    fn refuse(&self, address: u32, length: u32) -> Option<String>;
    /// Whether instructions can be at an address.
    fn is_code(address: u32) -> bool;
    /// Puts a segment into memory.
    fn place(&mut self, address: u32, bytes: &[u8]);
}

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

struct Reader<'a, L> {
    system: &'a L,
    digest: Sha256,
    position: u32,
}

impl<L: Loader> Reader<'_, L> {
    fn take(&mut self, bytes: &mut [u8]) {
        self.system.chip().read(L::OFFSET + self.position, bytes);
        self.digest.update(&*bytes);
        self.position += bytes.len() as u32;
    }

    fn word(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.take(&mut bytes);
        u32::from_le_bytes(bytes)
    }
}

/// Reads the image in the flash and loads its segments; the log goes on after `log`.
pub fn boot<L: Loader>(system: &mut L, mut log: String) -> Outcome {
    let result = load(system, &mut log);
    Outcome { log, result }
}

fn load<L: Loader>(system: &mut L, log: &mut String) -> Result<Booted, String> {
    let mut reader = Reader {
        system,
        digest: Sha256::new(),
        position: 0,
    };
    let header = read_header(&mut reader, log)?;
    let (segments, checksum) = read_segments(&mut reader, header.segments, log)?;
    check_sums(&mut reader, header.has_digest, checksum, log)?;
    let (entry, bytes) = (header.entry, reader.position);
    check_entry::<L>(entry, &segments)?;
    for (address, bytes) in segments {
        system.place(address, &bytes);
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

fn read_header<L: Loader>(reader: &mut Reader<L>, log: &mut String) -> Result<Header, String> {
    let mut header = [0; HEADER];
    reader.take(&mut header);
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    if header[0] != MAGIC {
        log.push_str(&format!("invalid header: 0x{:08x}\r\n", word(0)));
        return Err(if header.iter().all(|&byte| byte == 0xff) {
            format!("the flash is erased: no image begins at 0x{:x}", L::OFFSET)
        } else if L::OFFSET == 0 {
            format!("the first byte of the flash is 0x{:02x}, not 0xe9", header[0])
        } else {
            format!(
                "the byte of the flash at 0x{:x}, where this chip's image begins, is 0x{:02x}, not 0xe9",
                L::OFFSET,
                header[0]
            )
        });
    }
    let (segments, entry) = (header[1], word(4));
    let Some(mode) = FlashMode::numbered(header[2].into()) else {
        return Err(format!("flash mode {} of the header does not exist", header[2]));
    };
    let Some((clock, divider)) = L::flash_clock(header[3] & 15) else {
        return Err(format!(
            "flash frequency {} of the header does not exist",
            header[3] & 15
        ));
    };
    let chip = u16::from_le_bytes([header[12], header[13]]);
    if chip != L::CHIP_ID {
        log.push_str("Invalid chip id.\r\n");
        return Err(format!(
            "the image is for chip {chip}, and this is chip {}",
            L::CHIP_ID
        ));
    }
    if segments == 0 || segments > MOST_SEGMENTS {
        log.push_str("Invalid image block, can't boot.\r\n");
        return Err(format!("the header has {segments} segments; 1 to 16 are allowed"));
    }
    // Four data lines need a chip whose QE bit was set; the ROM falls back where it is not.
    let mode = match mode {
        FlashMode::Qio | FlashMode::Qout if !reader.system.chip().is_quad() => FlashMode::Dio,
        other => other,
    };
    let name = format!("{mode:?}").to_uppercase();
    log.push_str(&L::settings(header[8], &name, divider));
    Ok(Header {
        segments,
        entry,
        mode,
        clock,
        has_digest: header[23] == 1,
    })
}

/// The segments that are loaded, and the checksum over all of them.
fn read_segments<L: Loader>(
    reader: &mut Reader<L>,
    count: u8,
    log: &mut String,
) -> Result<(Vec<Segment>, u8), String> {
    let mut segments = Vec::new();
    let mut checksum = CHECKSUM_SEED;
    for number in 1..=count {
        let (address, length) = (reader.word(), reader.word());
        let trouble = if address & 3 != 0 || length & 3 != 0 {
            Some("address and length must be multiples of 4".to_owned())
        } else if length > LONGEST_SEGMENT && address >= FILLING {
            Some("it is longer than any memory".to_owned())
        } else if address >= FILLING {
            reader.system.refuse(address, length)
        } else if length > reader.system.chip().bytes() {
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
fn check_sums<L: Loader>(
    reader: &mut Reader<L>,
    has_digest: bool,
    checksum: u8,
    log: &mut String,
) -> Result<(), String> {
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

fn check_entry<L: Loader>(entry: u32, segments: &[Segment]) -> Result<(), String> {
    let loaded = segments
        .iter()
        .any(|(address, bytes)| entry.wrapping_sub(*address) < bytes.len() as u32);
    if !(loaded && L::is_code(entry)) {
        return Err(format!(
            "the entry 0x{entry:08x} lies in no loaded segment of instruction memory"
        ));
    }
    Ok(())
}
