//! The vector kernels of the firmware (device-runtime/boards/esp32s3/pie) give the bits of the scalar ones, for all
//! remainders of rows and columns, all encodings, several tokens, weights in internal memory and behind the cache.

mod chip;
mod reference;

use std::path::PathBuf;

use chip::Chip;

/// Places of the functions in `s3lm_kernels` (device-runtime/engine/kernels.h), in bytes.
#[derive(Clone, Copy)]
enum Kernel {
    AbsMax = 8,
    Quantize8 = 12,
    Quantize16 = 16,
    SumSquares = 20,
    DotF32 = 24,
    MatmulI8 = 28,
    MatmulF32 = 32,
    ScoresI8 = 36,
    MixI8 = 40,
    ScoresF32 = 44,
    MixF32 = 48,
    Exponentiate = 52,
    Gate = 56,
    Scale = 60,
    Multiply = 64,
    Add = 68,
    Norm = 72,
    Maximum = 76,
}

/// splitmix64, and shapes of data.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ value >> 31) >> 32) as u32
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u64::from(self.word()) * bound as u64) >> 32) as usize
    }

    /// Within -1..1, now and then a zero of either sign.
    fn float(&mut self) -> f32 {
        match self.below(64) {
            0 => 0.0,
            1 => -0.0,
            _ => (self.word() >> 8) as f32 / 8_388_608.0 - 1.0,
        }
    }

    fn floats(&mut self, count: usize, scale: f32) -> Vec<f32> {
        (0..count).map(|_| self.float() * scale).collect()
    }

    /// Codes within -127..127, every so often all at the limit.
    fn codes(&mut self, count: usize) -> Vec<i8> {
        let extreme = self.below(4) == 0;
        (0..count)
            .map(|_| {
                if extreme {
                    [127, -127][self.below(2)]
                } else {
                    (self.below(255) as i32 - 127) as i8
                }
            })
            .collect()
    }
}

struct Board {
    chip: Chip,
    table: u32,
    random: Random,
}

impl Board {
    fn new(seed: u64) -> Self {
        let path = std::env::var_os("S3LM_FIRMWARE_ELF").map_or_else(
            || {
                PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                    .join("../../../device-runtime/prebuilt/esp32s3/firmware.elf")
            },
            PathBuf::from,
        );
        let elf = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let chip = Chip::new(&elf);
        Self {
            table: chip.symbol("s3lm_kernels_pie"),
            chip,
            random: Random(seed),
        }
    }

    fn call(&mut self, kernel: Kernel, arguments: &[u32]) -> u32 {
        let function = self.chip.words(self.table + kernel as u32, 1)[0];
        self.chip.call(function, arguments).0
    }

    fn put_codes(&mut self, codes: &[i8], external: bool) -> u32 {
        let bytes: Vec<u8> = codes.iter().map(|&code| code as u8).collect();
        self.chip.put(&bytes, external)
    }

    /// Room for results, filled with a number that stands out.
    fn room(&mut self, floats: usize) -> u32 {
        self.chip.put_floats(&vec![77.0; floats], false)
    }

    fn put_words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.chip.put(&bytes, false)
    }
}

/// Whether two results are the same number to the last bit; NaN has many forms.
fn assert_same(actual: &[u32], expected: &[f32], what: &str) {
    assert_eq!(actual.len(), expected.len());
    for (index, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
        let number = f32::from_bits(actual);
        assert!(
            actual == expected.to_bits() || number.is_nan() && expected.is_nan(),
            "{what}: element {index} is {number:e} ({actual:08x}), not {expected:e} ({:08x})",
            expected.to_bits()
        );
    }
}

const TENSOR: u32 = 1;
const ROW: u32 = 2;
const GROUP: u32 = 3;

/// One int8 product: a matrix of `rows` x `cols` in `encoding`, rows `begin..end`.
#[derive(Debug, Clone, Copy)]
struct Product {
    rows: usize,
    cols: usize,
    tokens: usize,
    begin: usize,
    end: usize,
    encoding: u32,
    group: usize,
    interleaved: bool,
    external: bool,
}

fn check_product(board: &mut Board, product: Product) {
    let Product {
        rows,
        cols,
        tokens,
        begin,
        end,
        encoding,
        group,
        interleaved,
        external,
    } = product;
    board.chip.clear();
    let stride = cols.next_multiple_of(16);
    let x_stride = stride + 16 * board.random.below(2);
    let mut weights = board.random.codes(rows * stride);
    let mut codes = board.random.codes(tokens * x_stride);
    for (index, code) in weights.iter_mut().enumerate() {
        *code *= i8::from(index % stride < cols);
    }
    for (index, code) in codes.iter_mut().enumerate() {
        *code *= i8::from(index % x_stride < cols);
    }
    let groups = if encoding == GROUP {
        cols.div_ceil(group)
    } else {
        1
    };
    let scales: Vec<f32> = (0..rows * groups).map(|_| board.random.float() + 1.0).collect();
    let factors: Vec<f32> = (0..tokens).map(|_| board.random.float() + 1.0).collect();
    let split = [rows / 3, 2 * rows / 3];
    let data = board.put_codes(&weights, external);
    let scales_at = board.chip.put_floats(&scales, external);
    let tensor = board.put_words(&[
        data,
        scales_at,
        rows as u32,
        cols as u32,
        stride as u32,
        group as u32,
        scales.len() as u32,
        split[0] as u32,
        split[1] as u32,
        0,
        0,
        encoding | u32::from(interleaved) << 16,
    ]);
    let x = board.put_codes(&codes, false);
    let factors_at = board.chip.put_floats(&factors, false);
    let activations = board.put_words(&[x, 0, factors_at, x_stride as u32]);
    let y_stride = rows + board.random.below(3);
    let y = board.room(tokens * y_stride);
    board.call(
        Kernel::MatmulI8,
        &[
            tensor,
            activations,
            tokens as u32,
            begin as u32,
            end as u32,
            y,
            y_stride as u32,
        ],
    );
    let mut expected = vec![77f32; tokens * y_stride];
    for token in 0..tokens {
        let x = &codes[token * x_stride..][..stride];
        for row in begin..end {
            let w = &weights[row * stride..][..stride];
            let sum = if encoding == GROUP {
                let parts = w.chunks(group).zip(x.chunks(group)).zip(&scales[row * groups..]);
                parts
                    .map(|((w, x), scale)| reference::dot_codes(w, x) as f32 * scale)
                    .reduce(|sum, part| sum + part)
                    .expect("a group")
            } else {
                let scale = match encoding {
                    TENSOR if interleaved => row & 1,
                    TENSOR => usize::from(row >= split[0]) + usize::from(row >= split[1]),
                    _ => row,
                };
                reference::dot_codes(w, x) as f32 * scales[scale]
            };
            expected[token * y_stride + row] = sum * factors[token];
        }
    }
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
                encoding: 1 + cols as u32 % 3,
                group: 16 * (1 + cols / 3 % 7),
                interleaved: cols % 2 == 0,
                external: cols % 5 < 2,
            },
        );
    }
    for encoding in [TENSOR, ROW, GROUP] {
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
    ] {
        for encoding in [ROW, GROUP] {
            check_product(
                &mut board,
                Product {
                    rows: 9,
                    cols,
                    tokens: 2,
                    begin: 1,
                    end: 9,
                    encoding,
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
        let tensor = board.put_words(&[
            data,
            0,
            rows as u32,
            cols as u32,
            4 * stride as u32,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
        ]);
        let y = board.room(tokens * rows);
        let sizes = [stride as u32, tokens as u32, 0, rows as u32];
        let [x_stride, count, begin, end] = sizes;
        board.call(
            Kernel::MatmulF32,
            &[tensor, x_at, x_stride, count, begin, end, y, rows as u32],
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

#[test]
fn codes_round_to_even_and_keep_their_limits() {
    let mut board = Board::new(4);
    for n in 1..=120usize {
        board.chip.clear();
        let inverse: f32 = if n % 3 == 0 { 0.5 } else { 127.0 / 2.5 };
        let mut x = board.random.floats(n, 3.0);
        let position = board.random.below(n);
        match n % 5 {
            0 => x[position] = f32::NAN,
            1 => x[position] = f32::NEG_INFINITY,
            2 => x[position] = -1e30,
            3 => x
                .iter_mut()
                .enumerate()
                .for_each(|(index, number)| *number = index as f32 - 60.0),
            _ => {}
        }
        let x_at = board.chip.put_floats(&x, false);
        let largest = x.iter().map(|number| number.to_bits() & 0x7fff_ffff).max();
        assert_eq!(Some(board.call(Kernel::AbsMax, &[x_at, n as u32])), largest);
        let padded = n.next_multiple_of(16);
        let codes = board.put_codes(&vec![99; padded], false);
        let wide = board.put_codes(&vec![99; 2 * padded], false);
        let wide = if n % 2 == 0 { wide } else { 0 };
        board.call(
            Kernel::Quantize8,
            &[x_at, n as u32, inverse.to_bits(), codes, wide, padded as u32],
        );
        let expected: Vec<i32> = (0..padded)
            .map(|index| {
                x.get(index)
                    .map_or(0, |&number| reference::quantize(number, inverse, 127.0))
            })
            .collect();
        let narrow: Vec<i32> = board
            .chip
            .bytes(codes, padded)
            .iter()
            .map(|&code| (code as i8).into())
            .collect();
        assert_eq!(narrow, expected, "{n} codes");
        let halves = |board: &Board, at: u32| -> Vec<i32> {
            let bytes = board.chip.bytes(at, 2 * padded).as_chunks().0;
            bytes
                .iter()
                .map(|&half| i16::from_le_bytes(half).into())
                .collect()
        };
        if wide != 0 {
            assert_eq!(halves(&board, wide), expected, "{n} wide codes");
        }
        let wide = board.put_codes(&vec![99; 2 * padded], false);
        let inverse = inverse * 128.0;
        board.call(
            Kernel::Quantize16,
            &[x_at, n as u32, inverse.to_bits(), wide, padded as u32],
        );
        let expected: Vec<i32> = (0..padded)
            .map(|index| {
                x.get(index)
                    .map_or(0, |&number| reference::quantize(number, inverse, 16_383.0))
            })
            .collect();
        assert_eq!(halves(&board, wide), expected, "{n} codes of 15 bits");
    }
}

#[test]
fn attention_over_int8_is_that_of_the_scalar_kernels() {
    let mut board = Board::new(5);
    for round in 0..60usize {
        board.chip.clear();
        let stride = 16 * (1 + round % 16);
        let count = [1, 2, 3, 5, 64, 65, 101, 512][round % 8].min(200_000 / stride);
        let external = round % 3 == 0;
        let cache = board.random.codes(stride * count);
        let query: Vec<i16> = (0..stride)
            .map(|_| match board.random.below(8) {
                0 => 16_383,
                1 => -16_383,
                _ => (board.random.below(32_767) as i32 - 16_383) as i16,
            })
            .collect();
        let weights: Vec<i16> = (0..count)
            .map(|_| {
                if round % 4 == 0 {
                    16_383
                } else {
                    board.random.below(16_384) as i16
                }
            })
            .collect();
        let scales = board.random.floats(count, 0.1);
        let halves =
            |numbers: &[i16]| -> Vec<u8> { numbers.iter().flat_map(|number| number.to_le_bytes()).collect() };
        let keys = board.put_codes(&cache, external);
        let query_at = board.chip.put(&halves(&query), false);
        let weights_at = board.chip.put(&halves(&weights), false);
        let scales_at = board.chip.put_floats(&scales, external);
        let out = board.room(count.max(stride));
        let factor = 0.017f32;
        let (rows, bytes) = (count as u32, stride as u32);
        board.call(
            Kernel::ScoresI8,
            &[query_at, keys, bytes, rows, scales_at, factor.to_bits(), out],
        );
        let expected: Vec<f32> = cache
            .chunks(stride)
            .zip(&scales)
            .map(|(key, scale)| (reference::dot_codes(&query, key) as f32 * scale) * factor)
            .collect();
        assert_same(&board.chip.words(out, count), &expected, "scores");
        board.call(Kernel::MixI8, &[weights_at, keys, bytes, rows, out]);
        let mixed: Vec<u32> = (0..stride)
            .map(|d| {
                let products = weights.iter().zip(cache[d..].iter().step_by(stride));
                products.map(|(&w, &v)| i32::from(w) * i32::from(v)).sum::<i32>() as u32
            })
            .collect();
        assert_eq!(board.chip.words(out, stride), mixed, "{count} rows of {stride}");
    }
}

#[test]
fn attention_over_floats_is_that_of_the_scalar_kernels() {
    let mut board = Board::new(6);
    for round in 0..80usize {
        board.chip.clear();
        let stride = 4 * (1 + round % 10);
        let count = 1 + board.random.below(150);
        let external = round % 3 == 0;
        let mut cache = board.random.floats(stride * count, 1.0);
        if round % 7 == 0 {
            cache[..stride].fill(-0.0);
        }
        let query = board
            .random
            .floats(stride, 2.0)
            .iter()
            .map(|x| x.abs())
            .collect::<Vec<_>>();
        let weights = board.random.floats(count, 1.0);
        let keys = board.chip.put_floats(&cache, external);
        let query_at = board.chip.put_floats(&query, false);
        let weights_at = board.chip.put_floats(&weights, false);
        let out = board.room(count.max(stride));
        let (rows, columns) = (count as u32, stride as u32);
        board.call(Kernel::ScoresF32, &[query_at, keys, columns, rows, out]);
        let expected: Vec<f32> = cache
            .chunks(stride)
            .map(|key| reference::dot(&query, key))
            .collect();
        assert_same(&board.chip.words(out, count), &expected, "scores");
        for more in [0, 1] {
            let begin = board.random.floats(stride, 1.0);
            let out = board.chip.put_floats(&begin, false);
            board.call(Kernel::MixF32, &[weights_at, keys, columns, rows, out, more]);
            let expected: Vec<f32> = (0..stride)
                .map(|d| {
                    let values = cache[d..].iter().step_by(stride);
                    let start = if more == 1 { begin[d] } else { 0.0 };
                    weights.iter().zip(values).fold(start, |sum, (w, v)| sum + w * v)
                })
                .collect();
            assert_same(&board.chip.words(out, stride), &expected, "weighted sums");
        }
    }
}

#[test]
fn exponentials_and_gates_are_those_of_the_scalar_kernels() {
    let mut board = Board::new(7);
    for n in 1..=130usize {
        board.chip.clear();
        let scale = [1.0, 10.0, 100.0, 1000.0][n % 4];
        let mut x = board.random.floats(n, scale);
        let position = board.random.below(n);
        match n % 11 {
            0 => x[position] = f32::NAN,
            1 => x[position] = f32::INFINITY,
            2 => x[position] = f32::NEG_INFINITY,
            3 => x.iter_mut().for_each(|number| *number = -number.abs()),
            _ => {}
        }
        let mut room = x.clone();
        room.resize(n.next_multiple_of(4), 3.0);
        let at = board.chip.put_floats(&room, false);
        let sum = board.call(Kernel::Exponentiate, &[at, n as u32]);
        let largest = reference::maximum(&x);
        let again = board.chip.put_floats(&x, false);
        let found = board.call(Kernel::Maximum, &[again, n as u32]);
        assert_same(&[found], &[largest], "the largest");
        let expected: Vec<f32> = x
            .iter()
            .map(|&number| reference::exponential(number - largest))
            .collect();
        assert_same(&board.chip.words(at, n), &expected, "exponentials");
        assert_same(&[sum], &[reference::lanes(expected.iter().copied())], "their sum");

        // In place, as the model does it: side by side, then alternating.
        let ups = board.random.floats(n, 2.0);
        let expected: Vec<f32> = x
            .iter()
            .zip(&ups)
            .map(|(&x, &up)| reference::silu(x) * up)
            .collect();
        let at = board.chip.put_floats(&[x.clone(), ups.clone()].concat(), false);
        board.call(Kernel::Gate, &[at, at + 4 * n as u32, 1, n as u32, at]);
        assert_same(&board.chip.words(at, n), &expected, "gates");
        let pairs: Vec<f32> = x.iter().zip(&ups).flat_map(|(&x, &up)| [x, up]).collect();
        let at = board.chip.put_floats(&pairs, false);
        board.call(Kernel::Gate, &[at, at + 4, 2, n as u32, at]);
        assert_same(&board.chip.words(at, n), &expected, "gates of alternating rows");
    }
}

#[test]
fn elements_are_scaled_multiplied_added_and_normed_as_by_the_scalar_kernels() {
    let mut board = Board::new(8);
    for n in 1..=70usize {
        board.chip.clear();
        let x = board.random.floats(n, 5.0);
        let y = board.random.floats(n, 5.0);
        let factor = 0.37f32;
        let y_at = board.chip.put_floats(&y, n % 2 == 0);
        let count = n as u32;
        let mut check = |kernel: Kernel, operation: fn(f32, f32, f32) -> f32, what: &str| {
            let at = board.chip.put_floats(&x, false);
            let (out, arguments) = match kernel {
                Kernel::Scale => (at, vec![at, factor.to_bits(), count]),
                Kernel::Norm => {
                    let out = board.room(n);
                    (out, vec![at, factor.to_bits(), y_at, out, count])
                }
                _ => (at, vec![at, y_at, count]),
            };
            board.call(kernel, &arguments);
            let expected: Vec<f32> = x.iter().zip(&y).map(|(&x, &y)| operation(x, y, factor)).collect();
            assert_same(&board.chip.words(out, n), &expected, what);
        };
        check(Kernel::Scale, |x, _, factor| x * factor, "scaled");
        check(Kernel::Multiply, |x, y, _| x * y, "multiplied");
        check(Kernel::Add, |x, y, _| x + y, "added");
        check(Kernel::Norm, |x, y, factor| (x * factor) * y, "normed");
        let at = board.chip.put_floats(&x, false);
        let out = board.room(n);
        board.call(Kernel::Norm, &[at, factor.to_bits(), 0, out, count]);
        let expected: Vec<f32> = x.iter().map(|x| x * factor).collect();
        assert_same(&board.chip.words(out, n), &expected, "normed without gain");
    }
}
