//! Products of INT4 in groups, whose sums of 16 or 32 columns the kernels hold in 16 bits.

use crate::board::{assert_same, Board, Kernel};
use crate::tensor::Tensor;

/// As `s3lm_encoding` (device-runtime/engine/s3lm_format.h) counts.
const INT4_GROUP: u32 = 5;
/// As `s3lm_input_kind` counts.
const INT8: u32 = 0;
const INT16: u32 = 3;
/// Columns of which a block of 16 bytes has the codes.
const BLOCK: usize = 32;

/// One product: rows `begin..end` of a matrix with `tokens` vectors.
#[derive(Debug, Clone, Copy)]
struct Product {
    rows: usize,
    cols: usize,
    group: usize,
    input: u32,
    tokens: usize,
    begin: usize,
    end: usize,
    external: bool,
    /// What everything is filled with.
    filling: Filling,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Filling {
    Random,
    /// Sums of groups as large as they get, above and below zero.
    Largest,
    Smallest,
}

impl Product {
    fn groups(&self) -> usize {
        self.cols.div_ceil(self.group)
    }

    fn padded(&self) -> usize {
        self.cols.next_multiple_of(BLOCK)
    }
}

/// A matrix: codes of its columns, row by row, and its tables.
struct Matrix {
    codes: Vec<i8>,
    scales: Vec<f32>,
    numbers: Vec<u8>,
    offsets: Vec<i8>,
}

fn matrix(board: &mut Board, product: &Product) -> Matrix {
    let Product { rows, cols, .. } = *product;
    let random = &mut board.random;
    let mut number = |random_below: usize, largest: i32, smallest: i32, lowest: i32| match product.filling {
        Filling::Random => random.below(random_below) as i32 + lowest,
        Filling::Largest => largest,
        Filling::Smallest => smallest,
    };
    let codes = (0..rows * cols).map(|_| number(16, -8, -8, -8) as i8).collect();
    let numbers = (0..rows * product.groups())
        .map(|_| number(256, 255, 255, 0) as u8)
        .collect();
    let offsets = (0..rows * product.groups())
        .map(|_| number(255, -127, -127, -127) as i8)
        .collect();
    let scales = (0..rows).map(|_| board.random.float() + 1.0).collect();
    Matrix {
        codes,
        scales,
        numbers,
        offsets,
    }
}

impl Matrix {
    /// Rows as they lie in a package.
    fn packed(&self, cols: usize) -> Vec<u8> {
        let nibble = |row: &[i8], col: usize| row.get(col).map_or(0, |&code| code as u8 & 15);
        let pack = |row: &[i8]| -> Vec<u8> {
            (0..cols.div_ceil(BLOCK) * 16)
                .map(|byte| {
                    let col = byte / 16 * BLOCK + byte % 16;
                    nibble(row, col) | nibble(row, col + 16) << 4
                })
                .collect()
        };
        self.codes.chunks(cols).flat_map(pack).collect()
    }

    /// Exact sum of a row of weights, without the row's scale, times a vector.
    fn sum(&self, product: &Product, row: usize, x: &[i32]) -> i64 {
        let weight = |col: usize| {
            let group = row * product.groups() + col / product.group;
            i64::from(self.numbers[group]) * i64::from(self.codes[row * product.cols + col])
                + 8 * i64::from(self.offsets[group])
        };
        (0..product.cols).map(|col| weight(col) * i64::from(x[col])).sum()
    }
}

/// Codes of a vector.
fn vector(board: &mut Board, product: &Product) -> Vec<i32> {
    let most = if product.input == INT16 { 32_639 } else { 127 };
    (0..product.cols)
        .map(|_| match (product.filling, product.input) {
            (Filling::Random, _) => board.random.below(2 * most as usize + 1) as i32 - most,
            // The lower byte is -128: with codes of -8 one more than 16 bits hold.
            (Filling::Largest, INT16) => -128,
            (Filling::Largest, _) => -127,
            (Filling::Smallest, _) => most,
        })
        .collect()
}

/// A vector as the kernels read it: of codes of 16 bits the upper bytes come first, then the lower ones.
fn laid_out(product: &Product, codes: &[i32]) -> Vec<i8> {
    let mut padded = codes.to_vec();
    padded.resize(product.padded(), 0);
    if product.input == INT8 {
        return padded.iter().map(|&code| code as i8).collect();
    }
    let upper = padded.iter().map(|&code| ((code + 128) >> 8) as i8);
    upper.chain(padded.iter().map(|&code| code as i8)).collect()
}

/// Holds a product to its definition; the cycles that it took.
fn check(board: &mut Board, product: Product) -> u64 {
    let Product {
        rows,
        cols,
        group,
        input,
        tokens,
        begin,
        end,
        external,
        ..
    } = product;
    board.chip.clear();
    let matrix = matrix(board, &product);
    let data = board.chip.put(&matrix.packed(cols), external);
    let scales = board.chip.put_floats(&matrix.scales, external);
    let numbers = board.chip.put(&matrix.numbers, external);
    let offsets = board.put_codes(&matrix.offsets, external);
    let tensor = Tensor {
        data,
        scales,
        numbers,
        offsets,
        rows,
        cols,
        row_bytes: product.padded() / 2,
        group,
        first_rows: 0,
        encoding: INT4_GROUP,
        input,
        interleaved: false,
    };
    let tensor = board.put_words(&tensor.words());
    let vectors: Vec<Vec<i32>> = (0..tokens).map(|_| vector(board, &product)).collect();
    let factors: Vec<f32> = (0..tokens).map(|_| board.random.float() + 1.0).collect();
    let planes = if input == INT16 { 2 } else { 1 };
    let codes: Vec<i8> = vectors
        .iter()
        .flat_map(|codes| laid_out(&product, codes))
        .collect();
    let x = board.put_codes(&codes, false);
    let x_stride = planes * product.padded();
    // Room for the sums, as the memory plan of the engine gives it.
    let sum_stride = cols.div_ceil(group.min(BLOCK)).next_multiple_of(16);
    let sums = board.room(tokens * sum_stride + 4).next_multiple_of(32);
    for token in 0..tokens {
        let at = |start: u32, bytes: usize| start + (token * bytes) as u32;
        board.call(
            Kernel::SumGroups,
            &[
                at(x, x_stride),
                input,
                product.padded() as u32,
                group as u32,
                at(sums, 4 * sum_stride),
            ],
        );
    }
    let factors_at = board.chip.put_floats(&factors, false);
    let activations = board.put_words(&[x, 0, factors_at, sums, x_stride as u32, 1, sum_stride as u32, 0]);
    let input = board.put_words(&[0, 0, activations]);
    let y_stride = rows + board.random.below(3);
    let y = board.room(tokens * y_stride);
    let sizes = [tokens, begin, end].map(|size| size as u32);
    let (_, cycles) = board.timed(
        Kernel::MatmulInt4,
        &[tensor, input, sizes[0], sizes[1], sizes[2], y, y_stride as u32],
    );
    let mut expected = vec![77f32; tokens * y_stride];
    for (token, x) in vectors.iter().enumerate() {
        for row in begin..end {
            let sum = matrix.sum(&product, row, x) as f32;
            expected[token * y_stride + row] = sum * matrix.scales[row] * factors[token];
        }
    }
    let actual = board.chip.words(y, tokens * y_stride);
    assert_same(&actual, &expected, &format!("{product:?}"));
    cycles
}

#[test]
fn products_of_int4_are_those_of_the_scalar_kernels() {
    let mut board = Board::new(5);
    for cols in 1..=600usize {
        let rows = 1 + board.random.below(70);
        let begin = board.random.below(rows);
        check(
            &mut board,
            Product {
                rows,
                cols,
                group: 16 << (cols % 3),
                input: [INT8, INT16][cols / 3 % 2],
                tokens: 1 + cols % 5,
                begin,
                end: begin + 1 + (cols * 7) % (rows - begin),
                external: cols % 5 < 2,
                filling: [
                    Filling::Random,
                    Filling::Random,
                    Filling::Largest,
                    Filling::Smallest,
                ][cols / 6 % 4],
            },
        );
    }
}

#[test]
fn products_of_int4_with_long_rows_are_too() {
    let mut board = Board::new(6);
    for (cols, group) in [
        (1024, 16),
        (1025, 16),
        (2000, 32),
        (2049, 64),
        (5472, 32),
        (5473, 64),
        (9000, 16),
    ] {
        for (input, filling) in [
            (INT8, Filling::Random),
            (INT8, Filling::Largest),
            (INT8, Filling::Smallest),
            (INT16, Filling::Random),
            (INT16, Filling::Largest),
            (INT16, Filling::Smallest),
        ] {
            check(
                &mut board,
                Product {
                    rows: 9,
                    cols,
                    group,
                    input,
                    tokens: 2,
                    begin: 1,
                    end: 9,
                    external: group == 32,
                    filling,
                },
            );
        }
    }
}

#[test]
#[ignore = "prints figures of docs/firmware.md"]
fn bytes_of_codes_a_second_from_internal_memory() {
    const MEGAHERTZ: f64 = 240.0;
    let mut board = Board::new(9);
    for cols in [256, 288, 512, 768, 816] {
        for input in [INT8, INT16] {
            let rates = [16, 32, 64].map(|group| {
                let rows = 256;
                let cycles = check(
                    &mut board,
                    Product {
                        rows,
                        cols,
                        group,
                        input,
                        tokens: 1,
                        begin: 0,
                        end: rows,
                        external: false,
                        filling: Filling::Random,
                    },
                );
                let bytes = rows * cols.next_multiple_of(BLOCK) / 2;
                format!("{:.0}", MEGAHERTZ * bytes as f64 / cycles as f64)
            });
            println!(
                "{cols} columns, input {input}: groups of 16, 32, 64: {} MB/s",
                rates.join(", ")
            );
        }
    }
}
