//! The quantizer against its definition, element by element in plain scalar arithmetic.

use super::*;
use crate::random::Random;

/// So many scales a row, none of groups.
fn floats(floats: usize) -> ScalesPerRow {
    ScalesPerRow {
        floats,
        bytes: 0,
        offsets: 0,
    }
}

struct Case {
    dtype: Dtype,
    rows: usize,
    cols: usize,
    encoding: Encoding,
    gain: Vec<f32>,
    multiplier: f32,
}

/// Random finite elements of a type as bytes, and their values.
fn tensor(random: &mut Random, dtype: Dtype, count: usize) -> (Vec<u8>, Vec<f32>) {
    let mut bytes = Vec::with_capacity(count * dtype.size());
    while bytes.len() < count * dtype.size() {
        let element: Vec<u8> = match dtype {
            Dtype::F32 => (random.normal() * 0.02).to_le_bytes().to_vec(),
            Dtype::Bf16 => ((random.normal() * 0.02).to_bits() >> 16).to_le_bytes()[..2].to_vec(),
            Dtype::F16 | Dtype::F8E4M3 | Dtype::F8E5M2 => {
                random.bits().to_le_bytes()[..dtype.size()].to_vec()
            }
        };
        if crate::dtype::decode_vec(dtype, &element)[0].is_finite() {
            bytes.extend(element);
        }
    }
    let values = crate::dtype::decode_vec(dtype, &bytes);
    (bytes, values)
}

/// What a conversion gives.
struct Defined {
    codes: Vec<i8>,
    scales: Vec<f32>,
    group_scales: Vec<u8>,
    signal: f64,
    error: f64,
}

/// The number of 8 bits, of four around the group's largest magnitude, that loses least.
fn best_number(values: &[f32], scale: f32) -> u8 {
    let amax = values.iter().fold(0.0f32, |a, v| a.max(v.abs()));
    if amax == 0.0 || scale == 0.0 {
        return 0;
    }
    let above = (amax / (127.0 * scale)).ceil().min(255.0) as i32;
    // In the kernel's arithmetic, eight lanes of f32: numbers may tie but for rounding.
    let loss = |number: i32| -> f32 {
        let number = number as f32;
        let mut lanes = [0f32; 8];
        for (i, value) in values.iter().enumerate() {
            let exact = value / (number * scale);
            let lost = exact.round_ties_even().clamp(-127.0, 127.0) - exact;
            lanes[i % 8] += lost * lost;
        }
        let [a, b, c, d] = [0, 1, 2, 3].map(|lane| lanes[lane] + lanes[lane + 4]);
        ((a + b) + (c + d)) * (number * number)
    };
    let mut best = (f32::INFINITY, 0);
    for number in above - 1..=above + 2 {
        let number = number.clamp(1, 255);
        if loss(number) < best.0 {
            best = (loss(number), number);
        }
    }
    best.1 as u8
}

/// Codes, scales and squares by definition.
fn by_definition(case: &Case, values: &[f32]) -> Defined {
    let folded: Vec<f32> = values
        .iter()
        .enumerate()
        .map(|(i, v)| v * case.gain.get(i % case.cols).copied().unwrap_or(1.0) * case.multiplier)
        .collect();
    let amax = |values: &[f32]| values.iter().fold(0.0f32, |a, v| a.max(v.abs()));
    let group = match case.encoding {
        Encoding::Int8Group(size) | Encoding::Int8GroupU8(size) => size,
        _ => case.cols,
    };
    let tensor_scale = amax(&folded) / 127.0;
    let stride = case.encoding.row_stride(case.cols);
    let mut codes = vec![0i8; case.rows * stride];
    let (mut scales, mut group_scales, mut signal, mut error) = (Vec::new(), Vec::new(), 0.0, 0.0);
    for (r, row) in folded.chunks(case.cols).enumerate() {
        for (g, values) in row.chunks(group).enumerate() {
            let scale = match case.encoding {
                Encoding::Int8Tensor => tensor_scale,
                Encoding::Int8GroupU8(_) => {
                    let scale = amax(row) / (127.0 * 255.0);
                    if g == 0 {
                        scales.push(scale);
                    }
                    let number = best_number(values, scale);
                    group_scales.push(number);
                    f32::from(number) * scale
                }
                _ => {
                    scales.push(amax(values) / 127.0);
                    amax(values) / 127.0
                }
            };
            for (i, &value) in values.iter().enumerate() {
                let code = if scale == 0.0 {
                    0.0
                } else {
                    (value / scale).round_ties_even().clamp(-127.0, 127.0)
                };
                codes[r * stride + g * group + i] = code as i8;
                signal += f64::from(value).powi(2);
                error += (f64::from(code) * f64::from(scale) - f64::from(value)).powi(2);
            }
        }
    }
    Defined {
        codes,
        scales,
        group_scales,
        signal,
        error,
    }
}

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs())
}

fn quantizer(case: &Case) -> Quantizer {
    Quantizer::new(Spec {
        dtype: case.dtype,
        rows: case.rows,
        cols: case.cols,
        encoding: case.encoding,
        gain: case.gain.clone(),
        multiplier: case.multiplier,
        importance: Vec::new(),
    })
    .unwrap()
}

#[test]
fn codes_and_scales_are_those_of_the_definition() {
    let mut random = Random::new(1);
    for dtype in Dtype::ALL {
        for encoding in [
            Encoding::Int8Tensor,
            Encoding::Int8Channel,
            Encoding::Int8Group(32),
            Encoding::Int8Group(64),
            Encoding::Int8Group(128),
            Encoding::Int8GroupU8(32),
            Encoding::Int8GroupU8(64),
        ] {
            for cols in [1, 4, 15, 16, 17, 20, 64, 100, 172, 256, 577] {
                for folded in [false, true] {
                    let rows = 1 + random.below(9);
                    let case = Case {
                        dtype,
                        rows,
                        cols,
                        encoding,
                        gain: if folded {
                            (0..cols).map(|_| random.normal() + 1.0).collect()
                        } else {
                            Vec::new()
                        },
                        multiplier: if folded { 0.353_553_4 } else { 1.0 },
                    };
                    let (bytes, values) = tensor(&mut random, dtype, rows * cols);
                    let Defined {
                        codes,
                        scales,
                        group_scales,
                        signal,
                        error,
                    } = by_definition(&case, &values);
                    let mut quantizer = quantizer(&case);
                    if encoding == Encoding::Int8Tensor {
                        quantizer.measure(&bytes).unwrap();
                    }
                    let stride = encoding.row_stride(cols);
                    let mut block = OutputBlock::new(rows, stride, encoding.scales_per_row(cols)).unwrap();
                    // In two pieces.
                    let cut = random.below(rows + 1);
                    let (head, tail) = bytes.split_at(cut * quantizer.row_bytes());
                    assert_eq!(quantizer.quantize(head, &mut block, 0, 1), Ok(cut));
                    assert_eq!(quantizer.quantize(tail, &mut block, cut, 1), Ok(rows - cut));
                    let got: Vec<i8> = block.codes().iter().map(|&c| c as i8).collect();
                    assert!(got == codes, "{dtype:?} {encoding:?} {rows}x{cols}");
                    assert_eq!(block.scales(), scales);
                    assert_eq!(block.group_scales(), group_scales);
                    let statistics = quantizer.statistics();
                    assert_eq!(statistics.count, (rows * cols) as u64);
                    assert_eq!(statistics.non_finite, 0);
                    assert!(close(statistics.signal_squares, signal, 1e-5));
                    assert!(
                        close(statistics.error_squares, error, 1e-3) || error < 1e-9 * signal,
                        "{} {error}",
                        statistics.error_squares
                    );
                    assert_eq!(statistics.before.iter().sum::<u32>(), (rows * cols) as u32);
                    assert_eq!(statistics.after.iter().sum::<u32>(), (rows * cols) as u32);
                    assert_eq!(statistics.codes.iter().sum::<u32>(), (rows * cols) as u32);
                }
            }
        }
    }
}

#[test]
fn f32_rows_are_decoded_folded_and_padded() {
    let case = Case {
        dtype: Dtype::F16,
        rows: 3,
        cols: 5,
        encoding: Encoding::Float32,
        gain: vec![2.0, 1.0, 0.5, -1.0, 3.0],
        multiplier: 0.5,
    };
    let (bytes, values) = tensor(&mut Random::new(3), Dtype::F16, 15);
    let mut quantizer = quantizer(&case);
    let mut block = OutputBlock::new(3, 32, floats(0)).unwrap();
    quantizer.quantize(&bytes, &mut block, 0, 1).unwrap();
    for (r, row) in block.codes().chunks(32).enumerate() {
        let floats: Vec<f32> = row
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&b| f32::from_le_bytes(b))
            .collect();
        for (c, &got) in floats.iter().enumerate() {
            assert_eq!(
                got,
                if c < 5 {
                    values[r * 5 + c] * case.gain[c] * 0.5
                } else {
                    0.0
                }
            );
        }
    }
    assert_eq!(quantizer.statistics().error_squares, 0.0);
    assert!(quantizer.statistics().signal_squares > 0.0);
}

#[test]
fn two_tensors_interleave() {
    let bytes = |base: f32| {
        (0..4)
            .flat_map(|i| (base + i as f32).to_le_bytes())
            .collect::<Vec<u8>>()
    };
    let case = Case {
        dtype: Dtype::F32,
        rows: 2,
        cols: 2,
        encoding: Encoding::Int8Channel,
        gain: Vec::new(),
        multiplier: 1.0,
    };
    let mut block = OutputBlock::new(4, 16, floats(1)).unwrap();
    quantizer(&case).quantize(&bytes(1.0), &mut block, 0, 2).unwrap();
    quantizer(&case).quantize(&bytes(10.0), &mut block, 1, 2).unwrap();
    assert_eq!(
        block.scales(),
        [2.0 / 127.0, 11.0 / 127.0, 4.0 / 127.0, 13.0 / 127.0]
    );
}

#[test]
fn non_finite_elements_are_counted_located_and_zeroed() {
    let mut values = vec![1.0f32; 3 * 40];
    values[40 + 33] = f32::NAN;
    values[80] = f32::NEG_INFINITY;
    let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    for encoding in [
        Encoding::Int8Channel,
        Encoding::Int8Group(32),
        Encoding::Int8GroupU8(32),
        Encoding::Int8Tensor,
        Encoding::Float32,
    ] {
        let case = Case {
            dtype: Dtype::F32,
            rows: 3,
            cols: 40,
            encoding,
            gain: Vec::new(),
            multiplier: 1.0,
        };
        let mut quantizer = quantizer(&case);
        if encoding == Encoding::Int8Tensor {
            quantizer.measure(&bytes).unwrap();
            assert_eq!(quantizer.statistics().non_finite, 2);
        }
        let mut block = OutputBlock::new(3, encoding.row_stride(40), encoding.scales_per_row(40)).unwrap();
        quantizer.quantize(&bytes, &mut block, 0, 1).unwrap();
        let statistics = quantizer.statistics();
        assert_eq!(
            (statistics.non_finite, statistics.first_non_finite),
            (2, Some((1, 33)))
        );
        assert_eq!((statistics.zeros, statistics.min, statistics.max), (2, 0.0, 1.0));
        if encoding != Encoding::Float32 {
            assert_eq!(block.codes()[48 + 33], 0);
            assert_eq!(block.codes()[96], 0);
        }
    }
}

#[test]
fn extreme_magnitudes_stay_defined() {
    for (value, code) in [
        (f32::MAX, 127),
        (1e-38, 0),
        (f32::MIN_POSITIVE * 127.0, 127),
        (0.0, 0),
        (-0.0, 0),
    ] {
        let case = Case {
            dtype: Dtype::F32,
            rows: 1,
            cols: 2,
            encoding: Encoding::Int8Channel,
            gain: Vec::new(),
            multiplier: 1.0,
        };
        let bytes: Vec<u8> = [value, -value].iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut block = OutputBlock::new(1, 16, floats(1)).unwrap();
        let mut quantizer = quantizer(&case);
        quantizer.quantize(&bytes, &mut block, 0, 1).unwrap();
        assert_eq!(block.codes()[..2], [code as u8, (-code) as u8], "{value}");
        assert!(block.scales()[0].is_finite());
        assert!(quantizer.statistics().limit.is_finite());
    }
}

#[test]
fn histogram_grows_by_merging() {
    let rows: Vec<f32> = vec![0.0, 0.25, -0.25, 0.1, 5.0, -100.0, 0.25, 99.0];
    let bytes: Vec<u8> = rows.iter().flat_map(|v| v.to_le_bytes()).collect();
    let case = Case {
        dtype: Dtype::F32,
        rows: 2,
        cols: 4,
        encoding: Encoding::Float32,
        gain: Vec::new(),
        multiplier: 1.0,
    };
    let mut quantizer = quantizer(&case);
    let mut block = OutputBlock::new(2, 16, floats(0)).unwrap();
    quantizer.quantize(&bytes, &mut block, 0, 1).unwrap();
    let statistics = quantizer.statistics();
    assert_eq!(statistics.limit, 128.0);
    // Bins of width 2: -0.25 in [-2, 0), the small ones in [0, 2).
    assert_eq!(
        (
            statistics.before[63],
            statistics.before[64],
            statistics.before[66]
        ),
        (1, 4, 1)
    );
    assert_eq!((statistics.before[64 - 50], statistics.before[64 + 49]), (1, 1));
}

#[test]
fn wrong_calls_are_refused() {
    let spec = |rows, cols, encoding, gain: usize| Spec {
        dtype: Dtype::Bf16,
        rows,
        cols,
        encoding,
        gain: vec![1.0; gain],
        multiplier: 1.0,
        importance: Vec::new(),
    };
    for bad in [
        spec(0, 4, Encoding::Int8Channel, 0),
        spec(4, 0, Encoding::Int8Channel, 0),
        spec(4, MAX_COLS + 1, Encoding::Int8Channel, 0),
        spec(MAX_ROWS + 1, 4, Encoding::Int8Channel, 0),
        spec(4, 4, Encoding::Int8Group(16), 0),
        spec(4, 4, Encoding::Int8Channel, 3),
    ] {
        assert!(Quantizer::new(bad).is_err());
    }
    assert!(OutputBlock::new(0, 16, floats(1)).is_err());
    assert!(OutputBlock::new(1, 17, floats(1)).is_err());
    assert!(OutputBlock::new(usize::MAX, 16, floats(1)).is_err());
    assert!(OutputBlock::new(1, 16, floats(usize::MAX)).is_err());
    let mut block = OutputBlock::new(2, 16, floats(1)).unwrap();
    let mut quantizer = Quantizer::new(spec(3, 4, Encoding::Int8Channel, 0)).unwrap();
    assert!(quantizer.quantize(&[0; 7], &mut block, 0, 1).is_err());
    assert!(quantizer.quantize(&[0; 8], &mut block, 2, 1).is_err());
    assert!(quantizer.quantize(&[0; 16], &mut block, 0, 2).is_err());
    assert!(quantizer.quantize(&[0; 16], &mut block, 0, 0).is_err());
    assert!(quantizer.quantize(&[0; 16], &mut block, 0, usize::MAX).is_err());
    assert!(quantizer.quantize(&[0; 32], &mut block, 0, 1).is_err());
    assert!(quantizer.measure(&[0; 8]).is_err());
    assert_eq!(quantizer.quantize(&[], &mut block, 9, 9), Ok(0));
    assert_eq!(quantizer.quantize(&[0; 16], &mut block, 0, 1), Ok(2));
    assert!(
        quantizer.quantize(&[0; 16], &mut block, 0, 1).is_err(),
        "only one row is left"
    );
    let mut tensor = Quantizer::new(spec(2, 4, Encoding::Int8Tensor, 0)).unwrap();
    let mut codes_only = OutputBlock::new(2, 16, floats(0)).unwrap();
    tensor.measure(&[0; 8]).unwrap();
    assert!(
        tensor.quantize(&[0; 8], &mut codes_only, 0, 1).is_err(),
        "one row is not measured"
    );
}
