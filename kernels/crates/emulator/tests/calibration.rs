//! Cycles of the pipeline's model against cycles that others measured on the chip, code and data in internal
//! memory. The loops follow the published descriptions; what surrounds them is written here.

mod common;

use common::clock::{cycles, DATA};

/// A kernel that was measured.
struct Kernel {
    name: &'static str,
    /// Measured cycles.
    measured: u64,
    /// The behaviour that it shows was measured independently a second time.
    twice: bool,
    lines: &'static [&'static str],
    arguments: [u32; 4],
}

const TARGET: u32 = DATA + 0x2_0000;

/// Measured by project-x51/esp32-s3-memorycopy (copies) and espressif/esp-dsp (products), at 240 MHz.
const KERNELS: &[Kernel] = &[
    Kernel {
        name: "copy of 102,400 bytes, two vectors a round",
        measured: 12_809,
        twice: true,
        lines: &[
            "entry a1, 32",
            ".align",
            "nop.n",
            "nop",
            "loop a4, {end}",
            "ee.vld.128.ip q0, a2, 16",
            "ee.vld.128.ip q1, a2, 16",
            "ee.vst.128.ip q0, a3, 16",
            "ee.vst.128.ip q1, a3, 16",
            "end:",
            "retw.n",
        ],
        arguments: [DATA, TARGET, 3200, 0],
    },
    Kernel {
        name: "copy of 102,400 bytes, one vector a round",
        measured: 19_408,
        twice: true,
        lines: &[
            "entry a1, 32",
            ".align",
            "nop.n",
            "nop",
            "loop a4, {end}",
            "ee.vld.128.ip q0, a2, 16",
            "ee.vst.128.ip q0, a3, 16",
            "end:",
            "retw.n",
        ],
        arguments: [DATA, TARGET, 6400, 0],
    },
    Kernel {
        name: "copy of 102,400 bytes, words in compiled C",
        measured: 102_415,
        twice: true,
        lines: &[
            "entry a1, 32",
            ".align",
            "nop.n",
            "nop",
            "loop a4, {end}",
            "l32i.n a8, a2, 0",
            "addi.n a2, a2, 4",
            "s32i.n a8, a3, 0",
            "addi.n a3, a3, 4",
            "end:",
            "retw.n",
        ],
        arguments: [DATA, TARGET, 25_600, 0],
    },
    Kernel {
        name: "copy of 102,400 bytes, library",
        measured: 64_039,
        twice: true,
        lines: &[
            "entry a1, 32",
            "extui a8, a2, 0, 2",
            "bnez a8, {end}",
            "mov.n a5, a2",
            ".align",
            "nop.n",
            "nop",
            "loop a4, {end}",
            "l32i.n a6, a3, 0",
            "l32i.n a7, a3, 4",
            "s32i.n a6, a5, 0",
            "l32i.n a6, a3, 8",
            "s32i.n a7, a5, 4",
            "l32i.n a7, a3, 12",
            "s32i.n a6, a5, 8",
            "addi a3, a3, 16",
            "s32i.n a7, a5, 12",
            "addi a5, a5, 16",
            "end:",
            "retw.n",
        ],
        arguments: [TARGET, DATA, 6400, 0],
    },
    Kernel {
        name: "dot product of 256 floats with steps",
        measured: 1307,
        twice: true,
        lines: &[
            "entry a1, 32",
            "movi.n a8, 0",
            "wfr f2, a8",
            "movi.n a9, 4",
            "lsi f0, a2, 0",
            ".align",
            "nop.n",
            "nop",
            "loopnez a5, {end}",
            "lsx f1, a3, a8",
            "madd.s f2, f0, f1",
            "add.n a8, a8, a9",
            "lsx f0, a2, a8",
            "end:",
            "ssi f2, a4, 0",
            "movi.n a2, 0",
            "retw.n",
        ],
        arguments: [DATA, DATA + 0x1000, TARGET, 256],
    },
    Kernel {
        name: "dot product of 256 floats, four at a time",
        measured: 432,
        twice: false,
        lines: &[
            "entry a1, 32",
            "movi.n a8, 0",
            "wfr f0, a8",
            "wfr f1, a8",
            "wfr f2, a8",
            "wfr f3, a8",
            "srli a5, a5, 3",
            "ee.ldf.128.ip f7, f6, f5, f4, a2, 16",
            "ee.ldf.128.ip f11, f10, f9, f8, a3, 16",
            ".align",
            "nop.n",
            "nop",
            "loopnez a5, {end}",
            // The other half's operands arrive while this one's are multiplied.
            "ee.ldf.128.ip f15, f14, f13, f12, a2, 16",
            "madd.s f0, f4, f8",
            "madd.s f1, f5, f9",
            "madd.s f2, f6, f10",
            "madd.s f3, f7, f11",
            "ee.ldf.128.ip f11, f10, f9, f8, a3, 16",
            "ee.ldf.128.ip f7, f6, f5, f4, a2, 16",
            "madd.s f0, f12, f8",
            "madd.s f1, f13, f9",
            "madd.s f2, f14, f10",
            "madd.s f3, f15, f11",
            "ee.ldf.128.ip f11, f10, f9, f8, a3, 16",
            "end:",
            "add.s f0, f0, f1",
            "add.s f2, f2, f3",
            "add.s f0, f0, f2",
            "ssi f0, a4, 0",
            "movi.n a2, 0",
            "retw.n",
        ],
        arguments: [DATA, DATA + 0x1000, TARGET, 256],
    },
    Kernel {
        name: "dot product of 256 halfwords, scalar accumulator",
        measured: 307,
        twice: false,
        lines: &[
            "entry a1, 32",
            "movi.n a8, 4",
            "blt a5, a8, {short}",
            "movi.n a8, 0",
            "wsr a8, 17",
            "movi a8, 2047",
            "slli a8, a8, 4",
            "movi.n a6, 0",
            "ssr a6",
            "srl a8, a8",
            "wsr a8, 16",
            "neg a6, a6",
            "addi a6, a6, 15",
            "srli a7, a5, 2",
            "addi.n a7, a7, -1",
            "addi a2, a2, -4",
            "addi a3, a3, -4",
            "ldinc m0, a2",
            "ldinc m2, a3",
            "ldinc m1, a2",
            ".align",
            "nop.n",
            "nop",
            "loopnez a7, {end}",
            "mula.dd.ll.ldinc m3, a3, m0, m2",
            "mula.dd.hh.ldinc m0, a2, m0, m2",
            "mula.dd.ll.ldinc m2, a3, m1, m3",
            "mula.dd.hh.ldinc m1, a2, m1, m3",
            "end:",
            "mula.dd.ll.ldinc m3, a3, m0, m2",
            "mula.dd.hh m0, m2",
            "mula.dd.ll m1, m3",
            "mula.dd.hh m1, m3",
            "ssr a6",
            "rsr a2, 17",
            "rsr a3, 16",
            "src a2, a2, a3",
            "s16i a2, a4, 0",
            "movi.n a2, 0",
            "short:",
            "retw.n",
        ],
        arguments: [DATA, DATA + 0x1000, TARGET, 256],
    },
    Kernel {
        name: "dot product of two images of 64 by 64 bytes",
        measured: 689,
        twice: false,
        lines: &[
            "entry a1, 32",
            "movi.n a8, 0",
            "movi.n a9, 16",
            "ee.zero.accx",
            "ee.vld.128.ip q0, a2, 16",
            ".align",
            "nop.n",
            "nop",
            "loopnez a5, {end}",
            // A row: four products, each beside the load of its next operand, then on to the next row.
            "ee.vld.128.ip q1, a3, 16",
            "ee.vld.128.ip q2, a2, 16",
            "ee.vmulas.s8.accx.ld.ip q3, a3, 16, q0, q1",
            "ee.vld.128.ip q0, a2, 16",
            "ee.vmulas.s8.accx.ld.ip q1, a3, 16, q2, q3",
            "ee.vld.128.ip q2, a2, 16",
            "ee.vmulas.s8.accx.ld.ip q3, a3, 16, q0, q1",
            "add.n a2, a2, a8",
            "add.n a3, a3, a8",
            "ee.vmulas.s8.accx.ld.ip q0, a2, 16, q2, q3",
            "end:",
            "ee.srs.accx a8, a9, 0",
            "s8i a8, a4, 0",
            "movi.n a2, 0",
            "retw.n",
        ],
        arguments: [DATA, DATA + 0x1000, TARGET, 64],
    },
];

/// Errors allowed of what was measured twice.
const MEDIAN: f64 = 0.05;
const WORST: f64 = 0.15;

#[test]
fn kernels_take_the_measured_cycles() {
    let mut errors = Vec::new();
    for kernel in KERNELS {
        let modelled = cycles(kernel.lines, &kernel.arguments);
        let error = modelled as f64 / kernel.measured as f64 - 1.0;
        println!(
            "{}: {modelled} modelled, {} measured, {:+.1} %{}",
            kernel.name,
            kernel.measured,
            100.0 * error,
            if kernel.twice { "" } else { " (one source)" }
        );
        assert!(error.abs() <= WORST, "{}", kernel.name);
        if kernel.twice {
            errors.push(error.abs());
        }
    }
    errors.sort_by(f64::total_cmp);
    let median = errors[errors.len() / 2];
    println!("median error of what was measured twice: {:.1} %", 100.0 * median);
    assert!(median <= MEDIAN);
}
