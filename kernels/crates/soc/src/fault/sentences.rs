//! Each fault as the sentence that a person reads.

use std::fmt;

use super::Fault;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Core(cause) => write!(f, "{cause}"),
            Self::Unmapped { address } => write!(f, "0x{address:08x}: nothing answers there"),
            Self::Register { address, reason } => write!(f, "register 0x{address:08x}: {reason}"),
            Self::InstructionBusWidth { address, bytes } => instruction_bus_width(f, *address, *bytes),
            Self::TakenByCache { address, cache } => write!(
                f,
                "0x{address:08x} is the {cache}'s own memory with the size that was set for it"
            ),
            Self::RomContents { address } => write!(
                f,
                "0x{address:08x} lies in the mask ROM, whose contents are not emulated"
            ),
            Self::RomWrite { address } => store(f, *address, " in the mask ROM"),
            Self::ExecutesData { address } => executes_data(f, *address),
            Self::FlashWrite { address } => {
                store(f, *address, ", where flash is mapped: it cannot be written so")
            }
            Self::InstructionCacheWrite { address } => store(f, *address, " through the instruction cache"),
            Self::MmuInvalid { address } => access(f, *address, ": the MMU entry of this page is invalid"),
            Self::MmuBeyond {
                address,
                physical,
                bytes,
                psram,
            } => beyond(f, *address, *physical, *bytes, *psram),
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
            Self::CacheFrozen { address } => access(f, *address, ", which the frozen cache does not hold"),
            Self::CacheChanged { cache, reason } => write!(f, "{cache}: {reason}"),
            Self::CacheGeometry { cache, reason } => write!(f, "{cache}: {reason}"),
            Self::StaleLine { address, dirty } => stale_line(f, *address, *dirty),
            Self::CacheAlias { address, other } => write!(
                f,
                "access to 0x{address:08x}: the same bytes are cached and changed at 0x{other:08x}"
            ),
            Self::CoreCacheOff { .. }
            | Self::CoreCacheShut { .. }
            | Self::CoreCacheMemory { .. }
            | Self::CachesDiffer { .. }
            | Self::CacheUnflushed { .. }
            | Self::MmuWhileOn { .. }
            | Self::PsramErratum { .. }
            | Self::OtherCoresMemory { .. } => of_two_caches(f, self),
            Self::DmaIncoherent { address } => write!(
                f,
                "a direct transfer touches 0x{address:08x}, of which the data cache holds changes"
            ),
            Self::CacheUnbuilt { what } => write!(f, "{what} is not emulated"),
            Self::PsramAbsent => write!(f, "PSRAM is accessed, but this board has none"),
            Self::PsramNotReady { reason } => {
                write!(f, "PSRAM is accessed before it was brought up: {reason}")
            }
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
            Self::RomArguments { function, reason } => {
                write!(f, "call of the ROM function {function}: {reason}")
            }
            Self::ReturnedToRom => write!(f, "the firmware returned to the mask ROM"),
            Self::ExceptionInRom { vector, cause, pc } => exception_in_rom(f, *vector, *cause, *pc),
            Self::WindowHandler { base, vector } => window_handler(f, *base, *vector),
            Self::Boot(reason) => write!(f, "the mask ROM cannot start the image: {reason}"),
            Self::Stack { pointer } => {
                write!(f, "the stack pointer is 0x{pointer:08x}, where no memory is")
            }
            Self::AppCoreWithoutEntry => {
                write!(f, "the second core was started, but was not told where to begin")
            }
            Self::ResetLoop { count, reason } => reset_loop(f, *count, reason),
        }
    }
}

/// Those of chips with a cache for each core.
fn of_two_caches(f: &mut fmt::Formatter, fault: &Fault) -> fmt::Result {
    match fault {
        Fault::CoreCacheOff { address, core } => write!(
            f,
            "access to 0x{address:08x} while core {core}'s cache is off (CACHE_CTRL bit 3)"
        ),
        Fault::CoreCacheShut { address, core } => write!(
            f,
            "access to 0x{address:08x} while core {core}'s bus to it is shut (CACHE_CTRL1 bits 5:0)"
        ),
        Fault::CoreCacheMemory { address, core } => write!(
            f,
            "0x{address:08x} is the memory in which core {core}'s cache keeps its lines"
        ),
        Fault::CachesDiffer { address } => write!(
            f,
            "access to 0x{address:08x}: both cores' caches hold these bytes of PSRAM, and one of them changed; share \
             it by DRAM_HL or DRAM_SPLIT"
        ),
        Fault::CacheUnflushed { core } => write!(
            f,
            "core {core}'s cache was switched on before it was flushed (CACHE_CTRL bit 4): it holds whatever its \
             memory held"
        ),
        Fault::MmuWhileOn { core } => write!(
            f,
            "core {core}'s page table was written while its cache is on, which may look at it at the same moment"
        ),
        Fault::PsramErratum { address } => write!(
            f,
            "read of 0x{address:08x} in PSRAM after it was written to: chips before v3.0 lose writes in some orders of \
             accesses, so that nothing that was written can be relied on"
        ),
        Fault::OtherCoresMemory { address } => {
            write!(f, "0x{address:08x} is memory that answers to core 0 only")
        }
        _ => Ok(()),
    }
}

fn access(f: &mut fmt::Formatter, address: u32, rest: &str) -> fmt::Result {
    write!(f, "access to 0x{address:08x}{rest}")
}

fn store(f: &mut fmt::Formatter, address: u32, rest: &str) -> fmt::Result {
    write!(f, "store to 0x{address:08x}{rest}")
}

fn executes_data(f: &mut fmt::Formatter, address: u32) -> fmt::Result {
    write!(
        f,
        "instruction fetch from 0x{address:08x}, which is no place for code"
    )
}

fn reset_loop(f: &mut fmt::Formatter, count: u32, reason: &str) -> fmt::Result {
    write!(
        f,
        "watchdogs reset the chip {count} times in a row, the last time {reason}"
    )
}

fn instruction_bus_width(f: &mut fmt::Formatter, address: u32, bytes: u8) -> fmt::Result {
    write!(
        f,
        "access of {bytes} bytes at 0x{address:08x}: the instruction bus takes aligned 32-bit words only; \
         bytes are read through the data bus"
    )
}

fn beyond(f: &mut fmt::Formatter, address: u32, physical: u32, bytes: u32, psram: bool) -> fmt::Result {
    let memory = if psram { "PSRAM" } else { "flash" };
    write!(
        f,
        "access to 0x{address:08x}: it is mapped to 0x{physical:x} in {memory}, which has 0x{bytes:x} bytes"
    )
}

fn stale_line(f: &mut fmt::Formatter, address: u32, dirty: bool) -> fmt::Result {
    if dirty {
        return write!(
            f,
            "the cache holds changes at 0x{address:08x} for a page that is mapped elsewhere now; write back \
             before changing the MMU"
        );
    }
    write!(
        f,
        "access to 0x{address:08x}: the cache still holds the page that was mapped here before; \
         invalidate after changing the MMU"
    )
}

fn exception_in_rom(f: &mut fmt::Formatter, vector: u32, cause: u32, pc: u32) -> fmt::Result {
    let name = exception_name(cause);
    write!(
        f,
        "exception {cause} ({name}) at 0x{pc:08x} went to the mask ROM's vector 0x{vector:03x}: VECBASE was not set"
    )
}

fn window_handler(f: &mut fmt::Formatter, base: u32, vector: u32) -> fmt::Result {
    let direction = if vector & 0x40 == 0 {
        "overflow"
    } else {
        "underflow"
    };
    let registers = 4 * ((vector >> 7) + 1);
    let handler = base + vector;
    write!(
        f,
        "window {direction} of {registers} registers, but VECBASE is 0x{base:08x} and no handler is at 0x{handler:08x}"
    )
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
