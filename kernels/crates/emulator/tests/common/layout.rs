//! From instructions with targets counted in instructions to bytes.

use emulator::isa::row::{Class, Rule};

use super::sequence::{Item, LITERAL_BYTES};

/// Places the instructions, resolves targets, and ends with a call of the system.
pub(super) fn layout(items: &[Item], address: u32) -> Vec<u8> {
    let start = address + LITERAL_BYTES;
    let destination = |index: usize| {
        let place = (index + 1 + items[index].skip.unwrap_or(0)).min(items.len());
        // What was prepared for an instruction is not skipped.
        place + items[place..].iter().take_while(|item| item.joined).count()
    };
    let aligned: Vec<bool> = (0..=items.len())
        .map(|place| {
            (0..place).any(|index| items[index].row.mnemonic == "call0" && destination(index) == place)
        })
        .collect();
    let mut bytes: Vec<u8> = Vec::new();
    let mut places = Vec::new();
    let pad = |bytes: &mut Vec<u8>| {
        let narrow = [0x3d, 0xf0];
        let wide = [0xf0, 0x20, 0x00];
        match bytes.len() % 4 {
            0 => {}
            1 => bytes.extend(wide),
            2 => bytes.extend(narrow),
            _ => bytes.extend(narrow.iter().chain(&wide)),
        }
    };
    for (index, item) in items.iter().enumerate() {
        if aligned[index] {
            pad(&mut bytes);
        }
        places.push(start + bytes.len() as u32);
        bytes.resize(bytes.len() + usize::from(item.row.length), 0);
    }
    if aligned[items.len()] {
        pad(&mut bytes);
    }
    places.push(start + bytes.len() as u32);
    for (index, item) in items.iter().enumerate() {
        let mut values = item.values.clone();
        if let Some(place) = item
            .row
            .operands
            .iter()
            .position(|operand| is_target(operand.class))
        {
            values[place] = if item.row.mnemonic == "l32r" {
                (address + 4 * values[place] as u32) as i32
            } else {
                places[destination(index)] as i32
            };
        }
        let word = item
            .row
            .encode(&values, places[index])
            .unwrap_or_else(|| panic!("{} {values:?}", item.row.mnemonic));
        let offset = (places[index] - start) as usize;
        bytes[offset..offset + usize::from(item.row.length)]
            .copy_from_slice(&word.to_le_bytes()[..usize::from(item.row.length)]);
    }
    // SYSCALL.
    bytes.extend([0x00, 0x50, 0x00]);
    bytes
}

fn is_target(class: Class) -> bool {
    matches!(
        class,
        Class::Number(Rule::Relative | Rule::Forward | Rule::Call | Rule::Literal)
    )
}
