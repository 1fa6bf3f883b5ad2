//! Scores of keys and sums of values, in codes of 8 and 16 bits and in floats.

use crate::board::{assert_same, Board, Kernel};
use crate::reference;

/// A cache of `count` rows of `stride` codes of `bytes` bytes, and what meets it.
struct Codes {
    bytes: usize,
    stride: usize,
    count: usize,
    cache: Vec<i32>,
    query: Vec<i16>,
    weights: Vec<i16>,
    scales: Vec<f32>,
}

impl Codes {
    /// Other sizes and numbers in every round, at most 4,096 bytes as the engine hands them over; in some all as large as they
    /// can be.
    fn random(board: &mut Board, round: usize, bytes: usize) -> Self {
        let most = if bytes == 1 { 127 } else { 32_639 };
        let step = 16 / bytes;
        let stride = if round.is_multiple_of(9) {
            256
        } else {
            step * (1 + round % (256 / step))
        };
        let count = [1, 2, 3, 5, 64, 65, 101, 256][round % 8].min(4096 / (stride * bytes));
        let extreme = round.is_multiple_of(4);
        let cache = (0..stride * count)
            .map(|_| match (extreme, round % 8) {
                (true, 0) => most,
                (true, _) => -most,
                _ => board.random.below(2 * most as usize + 1) as i32 - most,
            })
            .collect();
        let largest: i16 = if bytes == 2 && stride == 8 { 8_191 } else { 16_383 };
        let query = (0..stride)
            .map(|_| match board.random.below(if extreme { 1 } else { 8 }) {
                0 => largest,
                1 => -largest,
                _ => (board.random.below(2 * largest as usize + 1) as i32 - i32::from(largest)) as i16,
            })
            .collect();
        let weights = (0..count)
            .map(|_| {
                if extreme {
                    16_383
                } else {
                    board.random.below(16_384) as i16
                }
            })
            .collect();
        let scales = board.random.floats(count, 0.1);
        Self {
            bytes,
            stride,
            count,
            cache,
            query,
            weights,
            scales,
        }
    }

    /// The cache as it lies in memory.
    fn stored(&self) -> Vec<u8> {
        self.cache
            .iter()
            .flat_map(|code| code.to_le_bytes().into_iter().take(self.bytes))
            .collect()
    }

    fn scores(&self, factor: f32) -> Vec<f32> {
        self.cache
            .chunks(self.stride)
            .zip(&self.scales)
            .map(|(key, scale)| {
                let products = self.query.iter().zip(key);
                let sum: i64 = products.map(|(&q, &k)| i64::from(q) * i64::from(k)).sum();
                (sum as f32 * scale) * factor
            })
            .collect()
    }

    /// What `before` becomes: `n` weighted sums of values, added to it or in its place, and the rest of it.
    fn mixed(&self, before: &[u32], n: usize, adds: bool) -> Vec<f32> {
        (0..self.stride)
            .map(|d| {
                let products = self
                    .weights
                    .iter()
                    .zip(self.cache[d..].iter().step_by(self.stride));
                let sum: i64 = products.map(|(&w, &v)| i64::from(w) * i64::from(v)).sum();
                match (d < n, adds) {
                    (true, false) => sum as f32,
                    (true, true) => f32::from_bits(before[d]) + sum as f32,
                    (false, _) => f32::from_bits(before[d]),
                }
            })
            .collect()
    }
}

/// Keys and values of 8 or 16 bits, a cache at a time.
fn attention_over_codes(seed: u64, bytes: usize, scores: Kernel, mix: Kernel) {
    let mut board = Board::new(seed);
    let halves =
        |numbers: &[i16]| -> Vec<u8> { numbers.iter().flat_map(|number| number.to_le_bytes()).collect() };
    for round in 0..64usize {
        board.chip.clear();
        let external = round % 3 == 0;
        let codes = Codes::random(&mut board, round, bytes);
        let (stride, rows) = (codes.stride, codes.count as u32);
        let keys = board.chip.put(&codes.stored(), external);
        let query = board.chip.put(&halves(&codes.query), false);
        let weights = board.chip.put(&halves(&codes.weights), false);
        let scales = board.chip.put_floats(&codes.scales, external);
        let out = board.room(codes.count.max(stride));
        let factor = 0.017f32;
        let columns = stride as u32;
        board.call(
            scores,
            &[query, keys, columns, rows, scales, factor.to_bits(), out],
        );
        assert_same(
            &board.chip.words(out, codes.count),
            &codes.scores(factor),
            "scores",
        );
        let n = stride - board.random.below(16 / bytes);
        for more in [0u32, 1] {
            let before = board.chip.words(out, stride);
            let mix_at = board.put_words(&[weights, columns, rows, n as u32, more]);
            board.call(mix, &[mix_at, keys, out]);
            let mixed = codes.mixed(&before, n, more != 0);
            assert_same(&board.chip.words(out, stride), &mixed, "weighted values");
        }
    }
}

#[test]
fn attention_over_int8_is_that_of_the_scalar_kernels() {
    attention_over_codes(5, 1, Kernel::ScoresI8, Kernel::MixI8);
}

#[test]
fn attention_over_16_bits_is_that_of_the_scalar_kernels() {
    attention_over_codes(7, 2, Kernel::ScoresI16, Kernel::MixI16);
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
