//! Scores of keys and sums of values, in int8 and in floats.

use crate::board::{assert_same, Board, Kernel};
use crate::reference;

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
