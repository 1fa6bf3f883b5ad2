//! All instructions of the core, read once from the tables, and found by their words.

use std::sync::OnceLock;

use super::row::Row;

const TABLES: [&str; 5] = [
    include_str!("tables/core.isa"),
    include_str!("tables/density.isa"),
    include_str!("tables/fpu.isa"),
    include_str!("tables/mac16.isa"),
    include_str!("tables/pie.isa"),
];

/// The instruction set: rows, and for each low nibble of the first byte the rows that can match.
pub struct Table {
    rows: Vec<Row>,
    by_nibble: [Vec<u16>; 16],
}

impl Table {
    /// The one table, built on first use.
    ///
    /// # Panics
    /// When a compiled-in table has a malformed line, which the tests exclude.
    pub fn get() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| {
            let rows: Vec<Row> = TABLES
                .iter()
                .flat_map(|table| table.lines())
                .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
                .map(|line| Row::parse(line).unwrap_or_else(|| panic!("malformed row: {line}")))
                .collect();
            let by_nibble = std::array::from_fn(|nibble| {
                (0..rows.len() as u16)
                    .filter(|&index| {
                        let row = &rows[usize::from(index)];
                        (nibble as u32 ^ row.matched) & row.mask & 15 == 0
                    })
                    .collect()
            });
            Self { rows, by_nibble }
        })
    }

    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The number of the row that `word` (little-endian, whatever follows the instruction above it) starts with.
    pub fn find(&self, word: u32) -> Option<u16> {
        self.by_nibble[(word & 15) as usize]
            .iter()
            .copied()
            .find(|&index| {
                let row = &self.rows[usize::from(index)];
                row.length == length(word) && word & row.mask == row.matched
            })
    }

    /// The row of a mnemonic; of several the shortest.
    pub fn named(&self, mnemonic: &str) -> Option<&Row> {
        self.rows
            .iter()
            .filter(|row| row.mnemonic == mnemonic)
            .min_by_key(|row| row.length)
    }
}

/// Bytes of an instruction by its first byte.
pub fn length(word: u32) -> u8 {
    match word & 15 {
        0..=7 => 3,
        8..=13 => 2,
        _ => 4,
    }
}
