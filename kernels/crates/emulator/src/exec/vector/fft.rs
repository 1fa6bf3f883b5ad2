//! The butterflies of fast Fourier transforms on 16-bit numbers, each with its memory access.
//!
//! ESP32-S3 Technical Reference Manual, chapter 1, "Processor Instruction Extensions". It does not say how wide
//! sums and differences are before a shift; here they are exact, and only the result is cut to 16 bits.

use crate::bus::Bus;
use crate::core::stop::Cause;
use crate::core::{Core, Raised};
use crate::exec::vector::lanes::{shift_pair, Lanes};
use crate::exec::vector::{access, lanes_of, q};
use crate::operation::slot::{AD, AS, PAIR0, PAIR1, U, X, Y, Z};
use crate::operation::Operation;
use crate::quad::Quad;

group! {
    /// Instructions for Fourier transforms.
    Fft {
        Reverse = "ee.bitrev", Step0 = "ee.fft.ams.s16.ld.incp.uaup", Step1 = "ee.fft.ams.s16.ld.incp",
        Step2 = "ee.fft.ams.s16.ld.r32.decp", Step3 = "ee.fft.ams.s16.st.incp", ComplexLoad = "ee.fft.cmul.s16.ld.xp",
        ComplexStore = "ee.fft.cmul.s16.st.xp", Butterfly = "ee.fft.r2bf.s16",
        ButterflyStore = "ee.fft.r2bf.s16.st.incp", StoreReversed = "ee.fft.vst.r32.decp",
    }
}

/// Index widths that BITREV knows.
const REVERSED_BITS: std::ops::RangeInclusive<u8> = 3..=10;

pub(super) fn execute<B: Bus>(
    core: &mut Core,
    bus: &mut B,
    op: Fft,
    operation: &Operation,
) -> Result<(), Raised> {
    let address = core.reg(operation, AS);
    let x: [i16; 8] = lanes_of(core, operation, X);
    let y: [i16; 8] = lanes_of(core, operation, Y);
    let v: [i16; 8] = lanes_of(core, operation, U);
    let selector = |number: usize| (operation.imm2 >> (8 * number)) as usize & 255;
    let next = match op {
        Fft::Reverse => {
            let width = core.vectors.fft_bit_width;
            if !REVERSED_BITS.contains(&width) {
                return Err(core.stop(Cause::Undefined));
            }
            core.vectors.q[q(operation, Z)] = Quad::from(reversed(address, width).to_bytes());
            address.wrapping_add(8)
        }
        Fft::Step0 => {
            let loaded = access::load128(core, bus, address)?;
            let sums = step(core, operation, 0);
            keep_first(core, operation, 0, sums);
            keep_second(core, operation, 0, sums);
            let unaligned = shift_pair(
                core.vectors.ua_state,
                loaded.bytes(),
                core.vectors.sar_byte.into(),
            );
            core.vectors.q[q(operation, U)] = Quad::from(unaligned);
            core.vectors.ua_state = loaded.bytes();
            address.wrapping_add(16)
        }
        Fft::Step1 => {
            let loaded = access::load128(core, bus, address)?;
            let sums = step(core, operation, 1);
            keep_first(core, operation, 1, sums);
            keep_second(core, operation, 1, sums);
            core.vectors.q[q(operation, U)] = loaded;
            address.wrapping_add(16)
        }
        Fft::Step2 => {
            let mut loaded = <[u32; 4]>::from_bytes(access::load128(core, bus, address)?.bytes());
            let sums = step(core, operation, 2);
            keep_first(core, operation, 2, sums);
            keep_second(core, operation, 2, sums);
            loaded.reverse();
            core.vectors.q[q(operation, U)] = Quad::from(loaded.to_bytes());
            address.wrapping_sub(16)
        }
        Fft::Step3 => {
            let kept = core.reg(operation, AD);
            let halve = 1 - (selector(0) & 1);
            let low = [kept as u16 as i16, (kept >> 16) as u16 as i16];
            let stored = std::array::from_fn::<i16, 8, _>(|lane| {
                let value = if lane < 2 { low[lane] } else { v[lane - 2] };
                value >> halve
            });
            access::store128(core, bus, address, Quad::from(stored.to_bytes()))?;
            let sums = step(core, operation, 3);
            keep_second(core, operation, 3, sums);
            let first = |a: i64, b: i64| u32::from((a + b) as u16);
            core.set_reg(
                operation,
                AD,
                first(sums[0], sums[2]) | first(sums[1], sums[3]) << 16,
            );
            address.wrapping_add(16)
        }
        Fft::ComplexLoad => {
            let loaded = access::load128(core, bus, address)?;
            let step = core.reg(operation, AD);
            let (pair, product) = complex(core, x, y, selector(0));
            let mut z: [i16; 8] = lanes_of(core, operation, Z);
            z[pair..pair + 2].copy_from_slice(&product);
            core.vectors.q[q(operation, Z)] = Quad::from(z.to_bytes());
            core.vectors.q[q(operation, U)] = loaded;
            address.wrapping_add(step)
        }
        Fft::ComplexStore => {
            let (_, product) = complex(core, x, y, selector(0));
            let shift = selector(2) & 3;
            let s = |lane: usize| x[lane] >> shift;
            let low = match selector(1) {
                0 => [v[0], v[1], v[2], v[3], v[4], v[5]],
                1 => [s(0), s(1), s(2), s(3), v[4], v[5]],
                2 => [s(0), s(1), v[4], v[5], s(2), s(3)],
                _ => return Err(core.stop(Cause::Undefined)),
            };
            let stored: [i16; 8] =
                std::array::from_fn(|lane| if lane < 6 { low[lane] } else { product[lane - 6] });
            access::store128(core, bus, address, Quad::from(stored.to_bytes()))?;
            address.wrapping_add(core.reg(operation, AD))
        }
        Fft::Butterfly => {
            let [a, b] = if selector(0) & 1 == 0 {
                [[0, 1, 2, 3], [4, 5, 6, 7]]
            } else {
                [[0, 1, 4, 5], [2, 3, 6, 7]]
            };
            let butterfly = |source: [i16; 8]| {
                std::array::from_fn::<i16, 8, _>(|lane| {
                    let (first, second) = (source[a[lane % 4]], source[b[lane % 4]]);
                    if lane < 4 {
                        first.wrapping_add(second)
                    } else {
                        first.wrapping_sub(second)
                    }
                })
            };
            core.vectors.q[q(operation, PAIR0)] = Quad::from(butterfly(y).to_bytes());
            core.vectors.q[q(operation, Z)] = Quad::from(butterfly(x).to_bytes());
            return Ok(());
        }
        Fft::ButterflyStore => {
            let shift = selector(0) & 3;
            let sums: [i16; 8] =
                std::array::from_fn(|lane| ((i32::from(x[lane]) + i32::from(y[lane])) >> shift) as i16);
            access::store128(core, bus, address, Quad::from(sums.to_bytes()))?;
            let differences: [i16; 8] = std::array::from_fn(|lane| x[lane].wrapping_sub(y[lane]));
            core.vectors.q[q(operation, Z)] = Quad::from(differences.to_bytes());
            address.wrapping_add(16)
        }
        Fft::StoreReversed => {
            let shift = selector(0) & 1;
            let stored: [i16; 8] = std::array::from_fn(|lane| v[(3 - lane / 2) * 2 + lane % 2] >> shift);
            access::store128(core, bus, address, Quad::from(stored.to_bytes()))?;
            address.wrapping_sub(16)
        }
    };
    core.set_reg(operation, AS, next);
    Ok(())
}

/// The larger of each index and its reversal, of eight indices in a row; with three bits the last two are zero.
fn reversed(first: u32, width: u8) -> [u16; 8] {
    std::array::from_fn(|lane| {
        if width == 3 && lane > 5 {
            return 0;
        }
        let index = first.wrapping_add(lane as u32) as u16 & ((1 << width) - 1);
        index.max(index.reverse_bits() >> (16 - width))
    })
}

/// Sum and difference of one pair of lanes, and the product with the third source: the four terms of the results.
fn step(core: &Core, operation: &Operation, pair: usize) -> [i64; 4] {
    let x: [i16; 8] = lanes_of(core, operation, X);
    let y: [i16; 8] = lanes_of(core, operation, Y);
    let m: [i16; 8] = lanes_of(core, operation, PAIR1);
    let (re, im) = (pair * 2, pair * 2 + 1);
    let wide = |lanes: [i16; 8], lane: usize| i64::from(lanes[lane]);
    let (difference, sum) = (wide(x, re) - wide(y, re), wide(x, im) + wide(y, im));
    let (m_re, m_im) = (wide(m, re), wide(m, im));
    let sar = core.sar & 63;
    let (third, fourth) = if operation.imm2 & 1 == 0 {
        (difference * m_re - sum * m_im, difference * m_im + sum * m_re)
    } else {
        (sum * m_im + difference * m_re, sum * m_re - difference * m_im)
    };
    [
        wide(x, re) + wide(y, re),
        wide(x, im) - wide(y, im),
        third >> sar,
        fourth >> sar,
    ]
}

fn keep_first(core: &mut Core, operation: &Operation, pair: usize, sums: [i64; 4]) {
    let mut lanes: [i16; 8] = lanes_of(core, operation, Z);
    lanes[pair * 2] = (sums[0] + sums[2]) as i16;
    lanes[pair * 2 + 1] = (sums[1] + sums[3]) as i16;
    core.vectors.q[q(operation, Z)] = Quad::from(lanes.to_bytes());
}

fn keep_second(core: &mut Core, operation: &Operation, pair: usize, sums: [i64; 4]) {
    let mut lanes: [i16; 8] = lanes_of(core, operation, PAIR0);
    lanes[pair * 2] = (sums[0] - sums[2]) as i16;
    lanes[pair * 2 + 1] = (sums[3] - sums[1]) as i16;
    core.vectors.q[q(operation, PAIR0)] = Quad::from(lanes.to_bytes());
}

/// The first lane of the selected pair and its complex product; an even selector takes the conjugate of `y`.
fn complex(core: &Core, x: [i16; 8], y: [i16; 8], selector: usize) -> (usize, [i16; 2]) {
    let re = (selector >> 1 & 3) * 2;
    let im = re + 1;
    let sign = if selector & 1 == 0 { 1 } else { -1 };
    let product = |a: usize, b: usize| i64::from(x[a]) * i64::from(y[b]);
    let sar = core.sar & 63;
    let real = (product(re, re) + sign * product(im, im)) >> sar;
    let imaginary = (product(im, re) - sign * product(re, im)) >> sar;
    (re, [real as i16, imaginary as i16])
}
