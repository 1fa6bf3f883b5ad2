//! The vector kernels of the firmware (device-runtime/boards/esp32s3/pie) give the bits of the scalar ones, for all
//! remainders of rows and columns, all encodings, several tokens, weights in internal memory and behind the cache.

mod attention;
mod board;
mod chip;
mod int4;
mod products;
mod random;
mod reference;
mod tensor;

use board::{assert_same, Board, Kernel};

/// Of `s3lm_function_kind`.
const SILU: u32 = 0;

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
            &[x_at, n as u32, inverse.to_bits(), 16_383, wide, padded as u32],
        );
        let expected: Vec<i32> = (0..padded)
            .map(|index| {
                x.get(index)
                    .map_or(0, |&number| reference::quantize(number, inverse, 16_383.0))
            })
            .collect();
        assert_eq!(halves(&board, wide), expected, "{n} codes of 15 bits");
        let inverse = inverse * 2.0;
        board.call(
            Kernel::QuantizeInt16,
            &[x_at, n as u32, inverse.to_bits(), wide, padded as u32],
        );
        let bytes: Vec<i8> = board
            .chip
            .bytes(wide, 2 * padded)
            .iter()
            .map(|&byte| byte as i8)
            .collect();
        let (high, low) = bytes.split_at(padded);
        for index in 0..padded {
            let code = x
                .get(index)
                .map_or(0, |&number| reference::quantize(number, inverse, 32_639.0));
            let parts = 256 * i32::from(high[index]) + i32::from(low[index]);
            assert_eq!(parts, code, "{n} codes of 16 bits");
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

        let factors: Vec<f32> = board.random.floats(n, 0.3).iter().map(|x| x.abs()).collect();
        let weights: Vec<f32> = expected
            .iter()
            .zip(&factors)
            .map(|(x, factor)| x * factor)
            .collect();
        let at = board.chip.put_floats(&room, false);
        let factors_at = board.chip.put_floats(&factors, n % 2 == 0);
        let largest_at = board.room(1);
        let sum = board.call(Kernel::Weigh, &[at, factors_at, n as u32, largest_at]);
        assert_same(&board.chip.words(at, n), &weights, "weights");
        assert_same(
            &[sum],
            &[reference::lanes(expected.iter().copied())],
            "the sum before them",
        );
        let most = weights
            .iter()
            .fold(0, |most, weight| most.max(weight.to_bits() & 0x7fff_ffff));
        assert_same(
            &board.chip.words(largest_at, 1),
            &[f32::from_bits(most)],
            "the largest weight",
        );

        // In place, as the model does it: side by side, then alternating.
        let ups = board.random.floats(n, 2.0);
        let expected: Vec<f32> = x
            .iter()
            .zip(&ups)
            .map(|(&x, &up)| reference::silu(x) * up)
            .collect();
        let at = board.chip.put_floats(&[x.clone(), ups.clone()].concat(), false);
        board.call(Kernel::Gate, &[SILU, at, at + 4 * n as u32, 1, n as u32, at]);
        assert_same(&board.chip.words(at, n), &expected, "gates");
        let pairs: Vec<f32> = x.iter().zip(&ups).flat_map(|(&x, &up)| [x, up]).collect();
        let at = board.chip.put_floats(&pairs, false);
        board.call(Kernel::Gate, &[SILU, at, at + 4, 2, n as u32, at]);
        assert_same(&board.chip.words(at, n), &expected, "gates of alternating rows");
    }
}

#[test]
fn functions_of_feed_forwards_are_those_of_the_scalar_kernels() {
    let functions: [fn(f32) -> f32; 5] = [
        reference::silu,
        reference::gelu,
        reference::gelu_tanh,
        reference::relu,
        |x| reference::relu(x) * reference::relu(x),
    ];
    let mut board = Board::new(11);
    for n in 1..=70usize {
        board.chip.clear();
        let scale = [0.1, 1.0, 10.0, 1000.0][n % 4];
        let mut x = board.random.floats(n, scale);
        let position = board.random.below(n);
        match n % 9 {
            0 => x[position] = f32::NAN,
            1 => x[position] = f32::INFINITY,
            2 => x[position] = f32::NEG_INFINITY,
            3 => x[position] = -0.0,
            4 => x[position] = 0.0,
            _ => {}
        }
        let ups = board.random.floats(n, 2.0);
        for (number, function) in functions.iter().enumerate() {
            let expected: Vec<f32> = x.iter().map(|&x| function(x)).collect();
            let at = board.chip.put_floats(&x, false);
            board.call(Kernel::Apply, &[number as u32, at, n as u32]);
            assert_same(
                &board.chip.words(at, n),
                &expected,
                &format!("function {number} of {x:?}"),
            );
            let gated: Vec<f32> = expected.iter().zip(&ups).map(|(&x, &up)| x * up).collect();
            let pairs: Vec<f32> = x.iter().zip(&ups).flat_map(|(&x, &up)| [x, up]).collect();
            let at = board.chip.put_floats(&pairs, false);
            board.call(Kernel::Gate, &[number as u32, at, at + 4, 2, n as u32, at]);
            assert_same(
                &board.chip.words(at, n),
                &gated,
                &format!("gates of function {number}"),
            );
        }
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
