//! Mistakes that firmware and images can have, one a test: each ends the run, or is warned of, with a message that
//! names it. The message is part of what is tested, as it is what a person reads.

mod boot;
mod core;
mod external;
mod firmware;
mod peripherals;

use firmware::Firmware;
use soc::chip::ChipOptions;
use soc::fault::Fault;
use soc::machine::Machine;
use soc::time::TICKS_PER_SECOND;

/// What a run ended with.
struct Caught {
    fault: Fault,
    /// The whole report as a person reads it.
    text: String,
}

impl Caught {
    /// Checks that the report says all of this.
    fn says(&self, words: &[&str]) {
        for word in words {
            assert!(
                self.text.contains(word),
                "\"{word}\" is missing in:\n{}",
                self.text
            );
        }
    }
}

/// Boots an image on a board and gives what ends the run within ten seconds.
fn catch(flash: Vec<u8>, options: ChipOptions) -> Caught {
    let mut machine = Machine::new(ChipOptions { flash, ..options });
    let report = match machine.run(10 * TICKS_PER_SECOND) {
        Ok(_) => panic!(
            "nothing was caught in ten seconds; warnings: {:?}",
            machine.warnings()
        ),
        Err(report) => report,
    };
    Caught {
        fault: report.fault.clone(),
        text: report.to_string(),
    }
}

/// Runs a program on the usual board.
fn catch_program(program: &Firmware) -> Caught {
    catch(program.image(), ChipOptions::default())
}

/// Runs a program for a tenth of a second, which nothing ends, and gives its warnings as text.
fn warnings(program: &Firmware) -> String {
    let mut machine = Machine::new(ChipOptions {
        flash: program.image(),
        ..ChipOptions::default()
    });
    if let Err(report) = machine.run(TICKS_PER_SECOND / 10) {
        panic!("{report}");
    }
    let warnings: Vec<String> = machine.warnings().iter().map(ToString::to_string).collect();
    warnings.join("\n")
}

#[test]
fn a_program_without_mistakes_is_left_alone() {
    let mut program = Firmware::new();
    program.data_cache(2).map(0, 0).fetch(firmware::EXTERNAL).stay();
    assert_eq!(warnings(&program), "");
}
