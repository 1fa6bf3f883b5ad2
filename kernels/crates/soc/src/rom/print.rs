//! The ROM's formatted output: the conversions of `ets_printf`.

/// Longest string that is followed, for a pointer to anything else.
const LONGEST: usize = 4096;

/// Where arguments and strings come from.
pub trait Source {
    /// The next argument.
    fn argument(&mut self) -> u32;
    /// The byte at an address, `None` where no memory is.
    fn byte(&mut self, address: u32) -> Option<u8>;
}

fn text<S: Source>(source: &mut S, address: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for offset in 0..LONGEST as u32 {
        match source.byte(address.wrapping_add(offset))? {
            0 => return Some(bytes),
            byte => bytes.push(byte),
        }
    }
    None
}

/// The text that the format at `address` gives; `None` when a string has no end or lies in no memory.
pub fn format<S: Source>(source: &mut S, address: u32) -> Option<Vec<u8>> {
    let format = text(source, address)?;
    let mut out = Vec::new();
    let mut rest = format.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut zeros = false;
        let mut left = false;
        let mut width = 0usize;
        while let Some(&flag) = rest.peek() {
            match flag {
                b'0' if width == 0 => zeros = true,
                b'0'..=b'9' => width = (width * 10 + usize::from(flag - b'0')).min(LONGEST),
                b'-' => left = true,
                b'l' | b'h' | b'z' | b'#' | b' ' | b'+' | b'.' => {}
                _ => break,
            }
            rest.next();
        }
        let field = match rest.next()? {
            b'%' => vec![b'%'],
            b'c' => vec![source.argument() as u8],
            b'd' | b'i' => (source.argument() as i32).to_string().into_bytes(),
            b'u' => source.argument().to_string().into_bytes(),
            b'x' => format!("{:x}", source.argument()).into_bytes(),
            b'X' => format!("{:X}", source.argument()).into_bytes(),
            b'p' => format!("0x{:08x}", source.argument()).into_bytes(),
            b's' => {
                let address = source.argument();
                text(source, address)?
            }
            other => vec![b'%', other],
        };
        let padding = width.saturating_sub(field.len());
        if left {
            out.extend_from_slice(&field);
            out.extend(std::iter::repeat_n(b' ', padding));
        } else {
            out.extend(std::iter::repeat_n(if zeros { b'0' } else { b' ' }, padding));
            out.extend_from_slice(&field);
        }
    }
    Some(out)
}
