//! Everything that silicon would fault on, hang at or corrupt, each with a name and a sentence.

mod sentences;

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
    /// A core uses its own cache while that is off.
    CoreCacheOff {
        /// The address.
        address: u32,
        /// Which core.
        core: usize,
    },
    /// A core's bus to a cache is shut.
    CoreCacheShut {
        /// The address.
        address: u32,
        /// Which core.
        core: usize,
    },
    /// The memory is what a core's cache keeps its lines in.
    CoreCacheMemory {
        /// The address.
        address: u32,
        /// Which core.
        core: usize,
    },
    /// Both caches hold the same bytes, and one copy was changed.
    CachesDiffer {
        /// The address.
        address: u32,
    },
    /// A cache was switched on without having been flushed since it was off.
    CacheUnflushed {
        /// Whose it is.
        core: usize,
    },
    /// A page table was written while the cache that looks at it is on.
    MmuWhileOn {
        /// Whose they are.
        core: usize,
    },
    /// What is read from PSRAM may not be what was written, on chips before their revision 3.
    PsramErratum {
        /// The address.
        address: u32,
    },
    /// Memory that answers to the first core only.
    OtherCoresMemory {
        /// The address.
        address: u32,
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
