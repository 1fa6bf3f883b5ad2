//! Everything that silicon would fault on, hang at or corrupt, each with a name and a sentence.

use std::fmt;

use emulator::bus::BusFault;
use emulator::core::stop::Cause as CoreCause;

/// One of the two caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CacheName {
    /// Of the instruction bus.
    Instruction,
    /// Of the data bus.
    Data,
}

impl fmt::Display for CacheName {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Instruction => "instruction cache",
            Self::Data => "data cache",
        })
    }
}

/// Why a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The core itself could not go on.
    Core(CoreCause),
    /// Nothing answers at this address.
    Unmapped {
        /// The address.
        address: u32,
    },
    /// A peripheral register that does not exist, or that is not emulated.
    Register {
        /// Its address.
        address: u32,
        /// Why.
        reason: String,
    },
    /// The instruction bus takes aligned words only.
    InstructionBusWidth {
        /// The address.
        address: u32,
        /// Bytes of the access.
        bytes: u8,
    },
    /// The memory is what a cache keeps its lines in.
    TakenByCache {
        /// The address.
        address: u32,
        /// Whose lines they are.
        cache: CacheName,
    },
    /// The mask ROM's contents are not part of this emulator.
    RomContents {
        /// The address.
        address: u32,
    },
    /// A store to the mask ROM.
    RomWrite {
        /// The address.
        address: u32,
    },
    /// Instructions were to be fetched through the data bus or from a peripheral.
    ExecutesData {
        /// The address.
        address: u32,
    },
    /// A store to an address that shows flash.
    FlashWrite {
        /// The address.
        address: u32,
    },
    /// A store through the instruction bus's view of external memory.
    InstructionCacheWrite {
        /// The address.
        address: u32,
    },
    /// No page is mapped at this address.
    MmuInvalid {
        /// The address.
        address: u32,
    },
    /// The page mapped there lies beyond the end of its memory.
    MmuBeyond {
        /// The address.
        address: u32,
        /// Address within the memory.
        physical: u32,
        /// Bytes that the memory has.
        bytes: u32,
        /// Whether it is PSRAM.
        psram: bool,
    },
    /// A cache is used while it is switched off.
    CacheDisabled {
        /// The address.
        address: u32,
        /// Which cache.
        cache: CacheName,
    },
    /// A core's bus to a cache is shut.
    CacheShut {
        /// The address.
        address: u32,
        /// Which cache.
        cache: CacheName,
    },
    /// A cache is used before its lines were invalidated, so that they hold whatever the memory held.
    CacheUninitialised {
        /// The address.
        address: u32,
        /// Which cache.
        cache: CacheName,
    },
    /// A frozen cache was asked for a line that it does not hold.
    CacheFrozen {
        /// The address.
        address: u32,
    },
    /// The size or line length changed while the cache was on or held changed lines.
    CacheChanged {
        /// Which cache.
        cache: CacheName,
        /// What is wrong.
        reason: &'static str,
    },
    /// A combination of size and line length that the cache does not have.
    CacheGeometry {
        /// Which cache.
        cache: CacheName,
        /// What is wrong.
        reason: &'static str,
    },
    /// A cached line is of a page that has since been mapped elsewhere.
    StaleLine {
        /// The address.
        address: u32,
        /// Whether the line held changes that now go to the wrong place.
        dirty: bool,
    },
    /// The same bytes are cached under two addresses, and one copy was changed.
    CacheAlias {
        /// The address.
        address: u32,
        /// The other address.
        other: u32,
    },
    /// A direct transfer meets changed lines of the data cache.
    DmaIncoherent {
        /// The address.
        address: u32,
    },
    /// A use of the cache that this emulator does not have.
    CacheUnbuilt {
        /// What was asked for.
        what: &'static str,
    },
    /// PSRAM is accessed, but there is none.
    PsramAbsent,
    /// PSRAM is accessed in a way that it was not prepared for.
    PsramNotReady {
        /// What is missing.
        reason: String,
    },
    /// Flash is accessed in a way that it was not prepared for.
    FlashNotReady {
        /// What is missing.
        reason: String,
    },
    /// A manual transaction on the memory bus that the chip at its other end does not understand.
    SpiTransaction {
        /// What is wrong.
        reason: String,
    },
    /// A jump into the mask ROM where no emulated function begins.
    RomFunction {
        /// The address.
        address: u32,
    },
    /// A ROM function ran after the data that it works with were overwritten.
    RomDataLost {
        /// The function.
        function: &'static str,
        /// Address of the first overwritten byte.
        address: u32,
    },
    /// A ROM function was called with arguments that make no sense.
    RomArguments {
        /// The function.
        function: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The firmware's first function returned to the ROM.
    ReturnedToRom,
    /// An exception or interrupt went to the ROM's vectors, where nothing handles it.
    ExceptionInRom {
        /// Offset of the vector.
        vector: u32,
        /// EXCCAUSE.
        cause: u32,
        /// Where it happened.
        pc: u32,
    },
    /// VECBASE points to where no handler of window exceptions is.
    WindowHandler {
        /// VECBASE.
        base: u32,
        /// Offset of the vector.
        vector: u32,
    },
    /// The mask ROM found nothing that it can start.
    Boot(String),
    /// The stack pointer points to no memory.
    Stack {
        /// Its value.
        pointer: u32,
    },
    /// The second core runs, but was never told where to begin.
    AppCoreWithoutEntry,
    /// Watchdogs reset the chip over and over.
    ResetLoop {
        /// How often.
        count: u32,
        /// Reason of the last, in words.
        reason: &'static str,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Core(cause) => write!(f, "{cause}"),
            Self::Unmapped { address } => write!(f, "0x{address:08x}: nothing answers there"),
            Self::Register { address, reason } => write!(f, "register 0x{address:08x}: {reason}"),
            Self::InstructionBusWidth { address, bytes } => write!(
                f,
                "access of {bytes} bytes at 0x{address:08x}: the instruction bus takes aligned 32-bit words only; \
                 use the data bus's address of the same memory"
            ),
            Self::TakenByCache { address, cache } => write!(
                f,
                "0x{address:08x} is the {cache}'s own memory with the size that was set for it"
            ),
            Self::RomContents { address } => write!(
                f,
                "0x{address:08x} lies in the mask ROM, whose contents are not emulated"
            ),
            Self::RomWrite { address } => write!(f, "store to 0x{address:08x} in the mask ROM"),
            Self::ExecutesData { address } => {
                write!(f, "instruction fetch from 0x{address:08x}, which is no place for code")
            }
            Self::FlashWrite { address } => {
                write!(f, "store to 0x{address:08x}, where flash is mapped: it cannot be written so")
            }
            Self::InstructionCacheWrite { address } => {
                write!(f, "store to 0x{address:08x} through the instruction cache")
            }
            Self::MmuInvalid { address } => {
                write!(f, "access to 0x{address:08x}: the MMU entry of this page is invalid")
            }
            Self::MmuBeyond {
                address,
                physical,
                bytes,
                psram,
            } => write!(
                f,
                "access to 0x{address:08x}: it is mapped to 0x{physical:x} in {}, which has 0x{bytes:x} bytes",
                if *psram { "PSRAM" } else { "flash" }
            ),
            Self::CacheDisabled { address, cache } => {
                write!(f, "access to 0x{address:08x} while the {cache} is off")
            }
            Self::CacheShut { address, cache } => write!(
                f,
                "access to 0x{address:08x} while this core's bus to the {cache} is shut"
            ),
            Self::CacheUninitialised { address, cache } => write!(
                f,
                "access to 0x{address:08x}: the {cache} was not invalidated since its memory was set up"
            ),
            Self::CacheFrozen { address } => {
                write!(f, "access to 0x{address:08x}, which the frozen cache does not hold")
            }
            Self::CacheChanged { cache, reason } => write!(f, "{cache}: {reason}"),
            Self::CacheGeometry { cache, reason } => write!(f, "{cache}: {reason}"),
            Self::StaleLine { address, dirty: false } => write!(
                f,
                "access to 0x{address:08x}: the cache still holds the page that was mapped here before; \
                 invalidate after changing the MMU"
            ),
            Self::StaleLine { address, dirty: true } => write!(
                f,
                "the cache holds changes at 0x{address:08x} for a page that is mapped elsewhere now; write back \
                 before changing the MMU"
            ),
            Self::CacheAlias { address, other } => write!(
                f,
                "access to 0x{address:08x}: the same bytes are cached and changed at 0x{other:08x}"
            ),
            Self::DmaIncoherent { address } => write!(
                f,
                "a direct transfer touches 0x{address:08x}, of which the data cache holds changes"
            ),
            Self::CacheUnbuilt { what } => write!(f, "{what} is not emulated"),
            Self::PsramAbsent => write!(f, "PSRAM is accessed, but this board has none"),
            Self::PsramNotReady { reason } => write!(f, "PSRAM is accessed before it was brought up: {reason}"),
            Self::FlashNotReady { reason } => write!(f, "flash is read through the cache, but {reason}"),
            Self::SpiTransaction { reason } => write!(f, "SPI1: {reason}"),
            Self::RomFunction { address } => write!(
                f,
                "call of 0x{address:08x} in the mask ROM, where no emulated function begins"
            ),
            Self::RomDataLost { function, address } => write!(
                f,
                "call of the ROM function {function} after its data at 0x{address:08x} were overwritten"
            ),
            Self::RomArguments { function, reason } => write!(f, "call of the ROM function {function}: {reason}"),
            Self::ReturnedToRom => write!(f, "the firmware returned to the mask ROM"),
            Self::ExceptionInRom { vector, cause, pc } => write!(
                f,
                "exception {cause} ({}) at 0x{pc:08x} went to the mask ROM's vector 0x{vector:03x}: VECBASE was not set",
                exception_name(*cause)
            ),
            Self::WindowHandler { base, vector } => write!(
                f,
                "window {} of {} registers, but VECBASE is 0x{base:08x} and no handler is at 0x{:08x}",
                if vector & 0x40 == 0 { "overflow" } else { "underflow" },
                4 * ((vector >> 7) + 1),
                base + vector
            ),
            Self::Boot(reason) => write!(f, "the mask ROM cannot start the image: {reason}"),
            Self::Stack { pointer } => {
                write!(f, "the stack pointer is 0x{pointer:08x}, where no memory is")
            }
            Self::AppCoreWithoutEntry => {
                write!(f, "the second core was started, but was not told where to begin")
            }
            Self::ResetLoop { count, reason } => {
                write!(f, "watchdogs reset the chip {count} times in a row, the last time {reason}")
            }
        }
    }
}

/// An EXCCAUSE in words.
fn exception_name(cause: u32) -> String {
    let name = match cause {
        0 => "illegal instruction",
        1 => "system call",
        2 => "instruction fetch",
        3 => "load or store",
        4 => "level-1 interrupt",
        5 => "alloca",
        6 => "division by zero",
        8 => "privileged instruction",
        9 => "unaligned load or store",
        12..=19 => "data or address that memory refused",
        20 => "instruction fetch prohibited",
        28 => "load prohibited",
        29 => "store prohibited",
        32..=39 => return format!("coprocessor {} is off in CPENABLE", cause - 32),
        _ => "reserved",
    };
    name.to_owned()
}

/// The newest fault, until the run that it ends has ended. Code that is decoded ahead may leave one that ends nothing.
#[derive(Debug, Clone, Default)]
pub struct FaultSlot(Option<Fault>);

impl FaultSlot {
    /// Keeps a fault and gives what the core is told.
    #[cold]
    pub fn raise(&mut self, fault: Fault) -> BusFault {
        let told = match fault {
            Fault::FlashWrite { .. } | Fault::RomWrite { .. } | Fault::InstructionCacheWrite { .. } => {
                BusFault::ReadOnly
            }
            Fault::ExecutesData { .. } | Fault::RomFunction { .. } => BusFault::NotExecutable,
            Fault::InstructionBusWidth { .. } => BusFault::Width,
            Fault::Unmapped { .. } | Fault::Register { .. } => BusFault::Unmapped,
            _ => BusFault::NotReady,
        };
        self.0 = Some(fault);
        told
    }

    /// The fault, if there was one.
    pub fn take(&mut self) -> Option<Fault> {
        self.0.take()
    }
}
