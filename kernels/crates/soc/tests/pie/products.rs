//! Products of matrices and vectors, in all encodings.

use crate::board::{assert_same, Board, Kernel};
use crate::reference;
use crate::tensor::Tensor;

/// Encodings as `s3lm_encoding` (device-runtime/engine/s3lm_format.h) counts them.
const TENSOR: u32 = 1;
const ROW: u32 = 2;
const GROUP: u32 = 3;
const GROUP_U8: u32 = 4;

/// One int8 product: a matrix of `rows` x `cols` in `encoding`, rows `begin..end`.
#[derive(Debug, Clone, Copy)]
struct Product {
    rows: usize,
    cols: usize,
    tokens: usize,
    begin: usize,
    end: usize,
    encoding: u32,
    /// As `s3lm_input_kind` counts: 0 one scale a vector, 1 by 32, 2 by 64, 3 in 16 bits.
    input: u32,
    group: usize,
    interleaved: bool,
    external: bool,
}

impl Product {
    /// Elements of a vector that share a scale.
    fn shared(&self) -> usize {
        [self.cols, 32, 64, self.cols][self.input as usize]
    }

    /// Scales of a vector.
    fn vector_scales(&self) -> usize {
        self.cols.div_ceil(self.shared())
    }

    /// Columns that share all scales.
    fn unit(&self) -> usize {
        let group = if self.encoding >= GROUP {
            self.group
        } else {
            self.cols.next_multiple_of(16)
        };
        match self.input {
            1 | 2 => group.min(self.shared()),
            _ => group,
        }
    }
}

/// What the scalar kernels give for the rows from `begin` to `end`, 77 where nothing is written.
fn products(
    product: &Product,
    weights: &[i8],
    codes: &[i16],
    (scales, numbers): (&[f32], &[u8]),
    factors: &[f32],
    x_stride: usize,
    y_stride: usize,
) -> Vec<f32> {
    let Product {
        rows,
        cols,
        tokens,
        begin,
        end,
        encoding,
        group,
        interleaved,
        ..
    } = *product;
    let stride = cols.next_multiple_of(16);
    let first_rows = rows / 3;
    let split = [first_rows, first_rows + (rows - first_rows) / 2];
    let unit = product.unit();
    let in_groups = matches!(product.input, 1 | 2);
    let mut expected = vec![77f32; tokens * y_stride];
    for token in 0..tokens {
        let x = &codes[token * x_stride..][..stride];
        let shared = &factors[token * product.vector_scales()..];
        for row in begin..end {
            let w = &weights[row * stride..][..stride];
            let number = |col: usize| match encoding {
                GROUP_U8 => i64::from(numbers[row * cols.div_ceil(group) + col / group]),
                _ => 1,
            };
            if encoding == GROUP_U8 {
                let products = w.iter().zip(x).enumerate();
                let total: i64 = products
                    .map(|(col, (&w, &x))| i64::from(w) * i64::from(x) * number(col))
                    .sum();
                expected[token * y_stride + row] = total as f32 * scales[row] * shared[0];
                continue;
            }
            let units = w.chunks(unit).zip(x.chunks(unit)).enumerate();
            let sum = units
                .map(|(index, (w, x))| {
                    let dot: i64 = w.iter().zip(x).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
                    let mut scale = 1.0f32;
                    if encoding == GROUP {
                        scale = scales[row * cols.div_ceil(group) + index * unit / group];
                    }
                    if in_groups {
                        scale *= shared[index * unit / product.shared()];
                    }
                    dot as f32 * scale
                })
                .reduce(|sum, part| sum + part)
                .expect("a unit");
            let row_scale = match encoding {
                GROUP => 1.0,
                TENSOR if interleaved => scales[row & 1],
                TENSOR => scales[usize::from(row >= split[0]) + usize::from(row >= split[1])],
                _ => scales[row],
            };
            expected[token * y_stride + row] = sum * row_scale * if in_groups { 1.0 } else { shared[0] };
        }
    }
    expected
}

/// Codes as the kernels read them, vector by vector; of those of 16 bits the upper bytes come first, then the lower ones.
fn laid_out(codes: &[i16], is_wide: bool, stride: usize, x_stride: usize) -> Vec<i8> {
    let one = |codes: &[i16]| -> Vec<i8> {
        if !is_wide {
            return codes.iter().map(|&code| code as i8).collect();
        }
        let upper = codes[..stride]
            .iter()
            .map(|&code| ((i32::from(code) + 128) >> 8) as i8);
        let lower = codes[..stride].iter().map(|&code| code as i8);
        let mut bytes: Vec<i8> = upper.chain(lower).collect();
        bytes.resize(2 * x_stride, 0);
        bytes
    };
    codes.chunks(x_stride).flat_map(one).collect()
}

/// Codes of 16 bits from those of 8, every so often the largest throughout.
fn widened(board: &mut Board, codes: &mut [i16]) {
    let largest = board.random.below(4) == 0;
    for code in codes {
        let low = board.random.below(256) as i16 - 128;
        *code = if largest {
            32_639
        } else {
            (*code * 256).saturating_add(low).clamp(-32_639, 32_639)
        };
    }
}

/// Whole numbers of groups, every so often the largest throughout.
fn numbers_of(board: &mut Board, count: usize) -> Vec<u8> {
    let largest = board.random.below(4) == 0;
    let number = |_| {
        if largest {
            255
        } else {
            board.random.below(256) as u8
        }
    };
    (0..count).map(number).collect()
}

/// What a package may have: weights with whole numbers are multiplied with vectors of one scale.
fn allowed(product: Product) -> Product {
    match (product.encoding, product.input) {
        (GROUP_U8, 1 | 2) => Product { input: 3, ..product },
        _ => product,
    }
}

/// Codes of the matrix and of the vectors, `x_stride` from one to the next; zero behind the columns.
fn random_codes(board: &mut Board, product: &Product, x_stride: usize) -> (Vec<i8>, Vec<i16>) {
    let Product {
        rows,
        cols,
        tokens,
        input,
        ..
    } = *product;
    let stride = cols.next_multiple_of(16);
    let mut weights = board.random.codes(rows * stride);
    let mut codes: Vec<i16> = board
        .random
        .codes(tokens * x_stride)
        .into_iter()
        .map(i16::from)
        .collect();
    if input == 3 {
        widened(board, &mut codes);
    }
    for (index, code) in weights.iter_mut().enumerate() {
        *code *= i8::from(index % stride < cols);
    }
    for (index, code) in codes.iter_mut().enumerate() {
        *code *= i16::from(index % x_stride < cols);
    }
    (weights, codes)
}

fn check_product(board: &mut Board, product: Product) {
    let product = allowed(product);
    let Product {
        rows,
        cols,
        tokens,
        begin,
        end,
        encoding,
        input,
        group,
        interleaved,
        external,
    } = product;
    board.chip.clear();
    let stride = cols.next_multiple_of(16);
    let x_stride = stride + 16 * board.random.below(2);
    let (weights, codes) = random_codes(board, &product, x_stride);
    let groups = if encoding == GROUP {
        cols.div_ceil(group)
    } else {
        1
    };
    let numbers = numbers_of(board, rows * cols.div_ceil(group));
    let scales: Vec<f32> = (0..rows * groups).map(|_| board.random.float() + 1.0).collect();
    let factors: Vec<f32> = (0..tokens * product.vector_scales())
        .map(|_| board.random.float() + 1.0)
        .collect();
    let first_rows = rows / 3;
    let data = board.put_codes(&weights, external);
    let scales_at = board.chip.put_floats(&scales, external);
    let numbers_at = board.chip.put(&numbers, external);
    let tensor = Tensor {
        data,
        scales: scales_at,
        numbers: numbers_at,
        offsets: 0,
        rows,
        cols,
        row_bytes: stride,
        group: if encoding >= GROUP { group } else { 0 },
        first_rows,
        encoding,
        input,
        interleaved,
    };
    let tensor = board.put_words(&tensor.words());
    let x_bytes = if input == 3 { 2 * x_stride } else { x_stride };
    let bytes = laid_out(&codes, input == 3, stride, x_stride);
    let x = board.put_codes(&bytes, false);
    let factors_at = board.chip.put_floats(&factors, false);
    let scale_stride = product.vector_scales() as u32;
    let activations = board.put_words(&[x, 0, factors_at, 0, x_bytes as u32, scale_stride, 0, 0]);
    let input = board.put_words(&[0, 0, activations]);
    let y_stride = rows + board.random.below(3);
    let y = board.room(tokens * y_stride);
    let kernel = match encoding {
        TENSOR => Kernel::MatmulInt8Tensor,
        ROW => Kernel::MatmulInt8Channel,
        GROUP => Kernel::MatmulInt8Group,
        _ => Kernel::MatmulInt8GroupU8,
    };
    board.call(
        kernel,
        &[
            tensor,
            input,
            tokens as u32,
            begin as u32,
            end as u32,
            y,
            y_stride as u32,
        ],
    );
    let expected = products(
        &product,
        &weights,
        &codes,
        (&scales, &numbers),
        &factors,
        x_stride,
        y_stride,
    );
    let actual = board.chip.words(y, tokens * y_stride);
    assert_same(&actual, &expected, &format!("{product:?}"));
}

#[test]
fn int8_products_are_those_of_the_scalar_kernels() {
    let mut board = Board::new(1);
    for cols in 1..=340 {
        let rows = 3 + board.random.below(70);
        let begin = board.random.below(rows);
        check_product(
            &mut board,
            Product {
                rows,
                cols,
                tokens: 1 + cols % 8,
                begin,
                end: begin + 1 + (cols * 7) % (rows - begin),
                encoding: 1 + cols as u32 % 4,
                input: cols as u32 / 3 % 4,
                group: match cols / 3 % 4 {
                    1 | 2 => 16 << (cols / 12 % 4),
                    _ => 16 * (1 + cols / 3 % 7),
                },
                interleaved: cols % 2 == 0,
                external: cols % 5 < 2,
            },
        );
    }
    for (encoding, input) in [TENSOR, ROW, GROUP, GROUP_U8]
        .into_iter()
        .flat_map(|encoding| (0..4).map(move |input| (encoding, input)))
    {
        for rows in 3..=40 {
            check_product(
                &mut board,
                Product {
                    rows,
                    cols: 64,
                    tokens: 1 + rows % 3,
                    begin: rows % 3,
                    end: rows,
                    encoding,
                    input,
                    group: 32,
                    interleaved: false,
                    external: rows % 2 == 0,
                },
            );
        }
    }
}

#[test]
fn int8_products_of_long_rows_and_many_groups_are_too() {
    let mut board = Board::new(2);
    for (cols, group) in [
        (2048, 16),
        (2600, 16),
        (4100, 32),
        (5000, 64),
        (768, 768),
        (97, 112),
        (8192, 512),
    ] {
        for (encoding, input) in [ROW, GROUP, GROUP_U8]
            .into_iter()
            .flat_map(|encoding| (0..4).map(move |input| (encoding, input)))
        {
            // Combinations that a package cannot have.
            let shared = [group, 32, 64, group][input as usize];
            if encoding >= GROUP
                && (group % shared != 0 && shared % group != 0
                    || (input == 3 || encoding == GROUP_U8) && group > 512)
            {
                continue;
            }
            check_product(
                &mut board,
                Product {
                    rows: 9,
                    cols,
                    tokens: 2,
                    begin: 1,
                    end: 9,
                    encoding,
                    input,
                    group,
                    interleaved: false,
                    external: encoding == ROW,
                },
            );
        }
    }
}

#[test]
fn float_products_are_those_of_the_scalar_kernels() {
    let mut board = Board::new(3);
    for cols in 1..=130usize {
        board.chip.clear();
        let stride = cols.next_multiple_of(4);
        let rows = 1 + board.random.below(20);
        let tokens = 1 + cols % 3;
        let pad = |floats: Vec<f32>| -> Vec<f32> {
            let inside = floats.iter().enumerate();
            inside
                .map(|(index, &number)| if index % stride < cols { number } else { 0.0 })
                .collect()
        };
        let weights = pad(board.random.floats(rows * stride, 1.0));
        let x = pad(board.random.floats(tokens * stride, 3.0));
        let data = board.chip.put_floats(&weights, cols % 2 == 0);
        let x_at = board.chip.put_floats(&x, false);
        let tensor = Tensor {
            data,
            scales: 0,
            numbers: 0,
            offsets: 0,
            rows,
            cols,
            row_bytes: 4 * stride,
            group: 0,
            first_rows: 0,
            encoding: 0,
            input: 0,
            interleaved: false,
        };
        let tensor = board.put_words(&tensor.words());
        let input = board.put_words(&[x_at, stride as u32, 0]);
        let y = board.room(tokens * rows);
        let sizes = [tokens as u32, 0, rows as u32];
        let [count, begin, end] = sizes;
        board.call(
            Kernel::MatmulFloat32,
            &[tensor, input, count, begin, end, y, rows as u32],
        );
        let expected: Vec<f32> = x
            .chunks(stride)
            .flat_map(|x| weights.chunks(stride).map(move |w| reference::dot(w, x)))
            .collect();
        assert_same(&board.chip.words(y, tokens * rows), &expected, "f32 product");
        let sum = board.call(Kernel::DotF32, &[data, x_at, stride as u32]);
        assert_same(
            &[sum],
            &[reference::dot(&weights[..stride], &x[..stride])],
            "dot product",
        );
        let sum = board.call(Kernel::SumSquares, &[x_at, cols as u32]);
        assert_same(
            &[sum],
            &[reference::dot(&x[..cols], &x[..cols])],
            "sum of squares",
        );
    }
}
