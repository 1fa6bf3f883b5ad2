//! The part of CBOR (RFC 8949) in which a description crosses from TypeScript (`src/quantize/cbor.ts`): null, truths,
//! 64-bit floats, texts, arrays and maps with texts as keys, every length in 32 bits. JSON would bring tables for
//! decimal numbers with it that weigh more than all else that reads.

/// Deepest nesting: a description nests nine deep.
const MAX_DEPTH: usize = 16;

/// A value and what is in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `false`, `true`
    Truth(bool),
    /// Any number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// An array.
    List(Vec<Value<'a>>),
    /// A map, in the order in which it was written.
    Map(Vec<(&'a str, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The one value that `bytes` hold; `None` when they are anything else.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        let value = read(&mut rest, MAX_DEPTH)?;
        rest.is_empty().then_some(value)
    }
}

fn read<'a>(rest: &mut &'a [u8], depth: usize) -> Option<Value<'a>> {
    Some(match rest.split_off_first()? {
        0xF4 => Value::Truth(false),
        0xF5 => Value::Truth(true),
        0xF6 => Value::Null,
        0xFB => Value::Number(f64::from_be_bytes(*rest.split_off(..8)?.first_chunk()?)),
        0x7A => Value::Text(read_text(rest)?),
        0x9A => {
            let (count, depth) = (read_length(rest)?, depth.checked_sub(1)?);
            let mut list = Vec::new();
            for _ in 0..count {
                list.push(read(rest, depth)?);
            }
            Value::List(list)
        }
        0xBA => {
            let (count, depth) = (read_length(rest)?, depth.checked_sub(1)?);
            let mut map = Vec::new();
            for _ in 0..count {
                if *rest.split_off_first()? != 0x7A {
                    return None;
                }
                map.push((read_text(rest)?, read(rest, depth)?));
            }
            Value::Map(map)
        }
        _ => return None,
    })
}

fn read_length(rest: &mut &[u8]) -> Option<usize> {
    Some(u32::from_be_bytes(*rest.split_off(..4)?.first_chunk()?) as usize)
}

fn read_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = read_length(rest)?;
    core::str::from_utf8(rest.split_off(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = b"\xBA\0\0\0\x02\x7A\0\0\0\x01a\xFB\x40\x08\0\0\0\0\0\0\x7A\0\0\0\x01b\x9A\0\0\0\x03\xF6\xF5\x7A\0\0\0\x02\xC3\xA9";

    #[test]
    fn reads_what_is_written() {
        let value = Value::read(SAMPLE).unwrap();
        let list = Value::List(vec![Value::Null, Value::Truth(true), Value::Text("é")]);
        assert_eq!(value, Value::Map(vec![("a", Value::Number(3.0)), ("b", list)]));
    }

    #[test]
    fn nothing_else_is_a_value() {
        for end in 0..SAMPLE.len() {
            assert_eq!(Value::read(&SAMPLE[..end]), None, "{end}");
        }
        assert_eq!(
            Value::read(&[SAMPLE, &[0xF6]].concat()),
            None,
            "more than one value"
        );
        // A whole number, a key that is no text, texts that are no UTF-8, and arrays longer than the bytes.
        for bytes in [
            &b"\x01"[..],
            b"\xBA\0\0\0\x01\xF6\xF6",
            b"\x7A\0\0\0\x01\xFF",
            b"\x9A\xFF\xFF\xFF\xFF\xF6",
            b"\x7A\xFF\xFF\xFF\xFFa",
        ] {
            assert_eq!(Value::read(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn nests_to_a_limit() {
        let nested = |depth: usize| [b"\x9A\0\0\0\x01".repeat(depth), vec![0xF6]].concat();
        assert!(Value::read(&nested(MAX_DEPTH)).is_some());
        assert_eq!(Value::read(&nested(MAX_DEPTH + 1)), None);
        assert_eq!(Value::read(&nested(100_000)), None);
    }
}
