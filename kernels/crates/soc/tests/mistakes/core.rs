//! Mistakes with the cores: code, stacks, windows, coprocessors, the second core, the mask ROM.

use super::firmware::{Firmware, CODE, CODE_AS_DATA, DATA};
use super::{catch_program, warnings};
use soc::fault::Fault;

#[test]
fn byte_access_on_the_instruction_bus() {
    let mut program = Firmware::new();
    program.load(2, CODE).line("l8ui a3, a2, 1").stay();
    let caught = catch_program(&program);
    assert_eq!(
        caught.fault,
        Fault::InstructionBusWidth {
            address: CODE + 1,
            bytes: 1
        }
    );
    caught.says(&["0x40380001", "instruction bus", "32-bit", "l8ui a3, a2, 1"]);
}

#[test]
fn execution_of_data() {
    let mut program = Firmware::new();
    program.load(2, DATA).line("jx a2");
    let caught = catch_program(&program);
    assert_eq!(caught.fault, Fault::ExecutesData { address: DATA });
    caught.says(&["0x3fcb0000", "no place for code", "jx a2"]);
}

#[test]
fn code_reached_by_its_data_address() {
    let mut program = Firmware::new();
    program.load(2, CODE_AS_DATA).line("jx a2");
    let caught = catch_program(&program);
    assert_eq!(
        caught.fault,
        Fault::ExecutesData {
            address: CODE_AS_DATA
        }
    );
}

#[test]
fn fetch_from_the_middle_of_an_instruction() {
    let mut program = Firmware::new();
    // Two bytes into an instruction, zeros follow.
    program
        .lines(&["j {first+2}", "first:", "movi a5, 0", "ill"])
        .stay();
    let caught = catch_program(&program);
    caught.says(&["illegal instruction"]);
}

#[test]
fn missing_window_handlers() {
    let mut program = Firmware::new();
    // Vectors where nothing was put; each call keeps 8 registers, and the eighth finds no free ones.
    program.load(2, 0x403a_0000).lines(&["wsr a2, 231", "rsync"]);
    program.line("call8 {deeper}").stay().align();
    program.lines(&["deeper:", "entry a1, 32", "call8 {deeper}", "retw"]);
    let caught = catch_program(&program);
    let expected = Fault::WindowHandler {
        base: 0x403a_0000,
        vector: 0x80,
    };
    assert_eq!(caught.fault, expected, "{}", caught.text);
    caught.says(&["window overflow of 8 registers", "VECBASE", "0x403a0080"]);
}

#[test]
fn coprocessor_that_is_off() {
    let mut program = Firmware::new();
    program
        .lines(&["movi a2, 0", "wsr a2, 224", "rsync", "ee.zero.q q0"])
        .stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::ExceptionInRom { cause: 35, .. }),
        "{}",
        caught.text
    );
    caught.says(&["coprocessor 3", "CPENABLE"]);
}

#[test]
fn stack_in_no_memory() {
    let mut program = Firmware::bare();
    program.stack(0x3fd0_0000 + 4096).calm();
    program.lines(&["s32i a2, a1, 0"]).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::Stack { .. } | Fault::Unmapped { .. }),
        "{}",
        caught.text
    );
    caught.says(&["0x3fd00f00"]);
}

#[test]
fn rom_function_after_its_data_were_overwritten() {
    let mut program = Firmware::new();
    program.store(0x3fce_e000, 0xdead_beef);
    // ets_printf needs them; ets_delay_us and memcpy would not.
    program.call(0x4000_05d0, &[CODE_AS_DATA]).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(
            caught.fault,
            Fault::RomDataLost {
                address: 0x3fce_e000,
                ..
            }
        ),
        "{}",
        caught.text
    );
    caught.says(&["ets_printf", "0x3fcee000"]);
}

#[test]
fn call_of_nothing_in_the_rom() {
    let mut program = Firmware::new();
    program.call(0x4000_1004, &[]).stay();
    let caught = catch_program(&program);
    assert!(
        matches!(caught.fault, Fault::RomFunction { address: 0x4000_1004 }),
        "{}",
        caught.text
    );
}

#[test]
fn second_core_without_an_entry() {
    let mut program = Firmware::new();
    program.store(0x600c_0000, 6).store(0x600c_0000, 2).stay();
    let caught = catch_program(&program);
    assert_eq!(caught.fault, Fault::AppCoreWithoutEntry);
    caught.says(&["second core", "where to begin"]);
}

#[test]
fn misaligned_vector_access() {
    let mut program = Firmware::new();
    program.lines(&["movi a2, 8", "wsr a2, 224", "rsync"]);
    program.load(2, DATA + 4).line("ee.vld.128.ip q0, a2, 16").stay();
    let told = warnings(&program);
    assert!(
        told.contains("0x3fcb0004") && told.contains("low bits are dropped"),
        "{told}"
    );
}

#[test]
fn return_to_the_rom() {
    let mut program = Firmware::bare();
    program.calm().line("retw");
    let caught = catch_program(&program);
    assert_eq!(caught.fault, Fault::ReturnedToRom);
    caught.says(&["returned to the mask ROM"]);
}
