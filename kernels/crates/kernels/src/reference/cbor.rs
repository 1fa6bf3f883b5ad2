//! The part of CBOR (RFC 8949) in which a description crosses from TypeScript (`src/quantize/cbor.ts`): null, truths,
//! 64-bit floats, texts, arrays and maps with texts as keys, every length in 32 bits. JSON would bring tables for
//! decimal numbers with it that weigh more than all else that reads.

use crate::error::{Error, Result};

/// Deepest nesting: a description nests nine deep.
const MAX_DEPTH: usize = 16;

const REMEDY: &str = "Check the model's config.json and tensor shapes.";

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

/// A place in a value, which errors name by the way to it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    value: &'a Value<'a>,
    step: Step<'a>,
    from: Option<&'a Place<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// An object all of whose fields are known.
#[derive(Clone, Copy)]
pub struct Object<'a> {
    place: &'a Place<'a>,
    map: &'a [(&'a str, Value<'a>)],
}

impl<'a> Object<'a> {
    /// A field, which is [`Value::Null`] when it is absent.
    pub fn get(&self, name: &'a str) -> Place<'a> {
        self.place.inside(self.map, name)
    }
}

// A description is read once a model, and every page downloads what reads it: it is not worth being inlined.
impl<'a> Place<'a> {
    /// The place of a whole value, which `name` stands for in errors.
    pub fn whole(value: &'a Value<'a>, name: &'a str) -> Self {
        Self {
            value,
            step: Step::Field(name),
            from: None,
        }
    }

    /// The way to it: `blocks[0].attention.heads`.
    pub fn path(&self) -> String {
        let Some(from) = self.from else {
            return match self.step {
                Step::Field(name) => name.into(),
                Step::Item(_) => String::new(),
            };
        };
        // The whole is not named in the way to its parts.
        let mut path = if from.from.is_some() {
            from.path()
        } else {
            String::new()
        };
        match self.step {
            Step::Field(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
            Step::Item(index) => path.push_str(&format!("[{index}]")),
        }
        path
    }

    /// That something is wrong here.
    #[cold]
    #[inline(never)]
    pub fn bad(&self, problem: impl Into<String>) -> Error {
        Error::format(self.path(), problem, REMEDY)
    }

    /// A field, which is [`Value::Null`] when it is absent.
    pub fn field<'s>(&'s self, name: &'s str) -> Result<Place<'s>> {
        Ok(self.inside(self.map()?, name))
    }

    /// An object that has no other fields than these.
    #[inline(never)]
    pub fn object<'s>(&'s self, names: &[&str]) -> Result<Object<'s>> {
        let map = self.map()?;
        match map.iter().find(|(key, _)| !names.contains(key)) {
            Some((key, _)) => Err(self
                .inside(map, key)
                .bad("The reference does not know this field.")),
            None => Ok(Object { place: self, map }),
        }
    }

    #[inline(never)]
    fn inside<'s>(&'s self, map: &'s [(&'s str, Value<'s>)], name: &'s str) -> Place<'s> {
        Place {
            value: map
                .iter()
                .find(|(key, _)| *key == name)
                .map_or(&Value::Null, |(_, value)| value),
            step: Step::Field(name),
            from: Some(self),
        }
    }

    fn map(&self) -> Result<&'a [(&'a str, Value<'a>)]> {
        match self.value {
            Value::Map(map) => Ok(map),
            _ => Err(self.bad("It is not an object.")),
        }
    }

    /// The place itself unless it is null.
    pub fn present(self) -> Option<Self> {
        (*self.value != Value::Null).then_some(self)
    }

    /// How many things an array has.
    #[inline(never)]
    pub fn len(&self) -> Result<usize> {
        match self.value {
            Value::List(list) => Ok(list.len()),
            _ => Err(self.bad("It is not an array.")),
        }
    }

    /// Everything in an array.
    pub fn items(&self) -> Result<impl Iterator<Item = Place<'_>>> {
        let Value::List(list) = self.value else {
            return Err(self.bad("It is not an array."));
        };
        Ok(list.iter().enumerate().map(move |(index, value)| Place {
            value,
            step: Step::Item(index),
            from: Some(self),
        }))
    }

    /// A text.
    #[inline(never)]
    pub fn text(&self) -> Result<&'a str> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.bad("It is not a text.")),
        }
    }

    /// A number, finite or not.
    #[inline(never)]
    pub fn number(&self) -> Result<f64> {
        match self.value {
            Value::Number(number) => Ok(*number),
            _ => Err(self.bad("It is not a number.")),
        }
    }

    /// A number without a fraction.
    #[inline(never)]
    pub fn whole_number(&self) -> Result<usize> {
        let number = self.number()?;
        let whole = number as u32;
        if f64::from(whole) == number {
            Ok(whole as usize)
        } else {
            Err(self.bad(format!("It is not a whole number from 0 to {}.", u32::MAX)))
        }
    }

    /// A number without a fraction from 1 to `max`.
    #[inline(never)]
    pub fn within(&self, max: usize) -> Result<usize> {
        let value = self.whole_number()?;
        if (1..=max).contains(&value) {
            Ok(value)
        } else {
            Err(self.bad(format!("{value} is not within 1..={max}.")))
        }
    }

    /// A number that is finite in f32.
    #[inline(never)]
    pub fn finite(&self) -> Result<f32> {
        let value = self.number()? as f32;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(self.bad("It is not a finite number."))
        }
    }

    /// `true` or `false`.
    #[inline(never)]
    pub fn truth(&self) -> Result<bool> {
        match self.value {
            Value::Truth(truth) => Ok(*truth),
            _ => Err(self.bad("It is neither true nor false.")),
        }
    }

    /// The kind that a text stands for.
    pub fn kind<K>(&self, from_word: fn(&str) -> Option<K>) -> Result<K> {
        let word = self.text()?;
        from_word(word).ok_or_else(|| self.not_computed(word))
    }

    #[cold]
    #[inline(never)]
    fn not_computed(&self, word: &str) -> Error {
        self.bad(format!("\"{word}\" is not computed by the reference."))
    }
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

    #[test]
    fn places_are_named_by_the_way_to_them() {
        let value = Value::read(SAMPLE).unwrap();
        let whole = Place::whole(&value, "sample");
        assert_eq!(whole.path(), "sample");
        assert_eq!(whole.field("a").unwrap().within(3), Ok(3));
        let b = whole.field("b").unwrap();
        assert_eq!(b.len(), Ok(3));
        let items: Vec<_> = b.items().unwrap().collect();
        assert_eq!(items[2].path(), "b[2]");
        assert_eq!(items[2].text(), Ok("é"));
        assert!(items[0].present().is_none() && items[1].present().is_some());
        assert!(whole.field("c").unwrap().present().is_none());
        let inside = items[1].field("d").map(|_| ()).unwrap_err();
        assert_eq!(inside, items[1].bad("It is not an object."));
    }

    #[test]
    fn objects_have_no_other_fields() {
        let value = Value::read(SAMPLE).unwrap();
        let whole = Place::whole(&value, "sample");
        let object = whole.object(&["c", "b", "a"]).unwrap();
        let (a, b) = (object.get("a"), object.get("b"));
        assert!(object.get("c").present().is_none());
        assert_eq!((b.path(), a.path()), ("b".into(), "a".into()));
        assert_eq!((b.len(), a.within(3)), (Ok(3), Ok(3)));
        let other = whole.object(&["a"]).map(|_| ()).unwrap_err();
        assert_eq!(other, b.bad("The reference does not know this field."));
        let none = a.object(&["a"]).map(|_| ()).unwrap_err();
        assert_eq!(none, a.bad("It is not an object."));
    }

    #[test]
    fn truths_and_kinds_are_checked() {
        let value = Value::read(SAMPLE).unwrap();
        let whole = Place::whole(&value, "sample");
        let list = whole.field("b").unwrap();
        let items: Vec<_> = list.items().unwrap().collect();
        assert_eq!(items[1].truth(), Ok(true));
        assert!(items[0].truth().is_err() && items[2].truth().is_err());
        let from_word = |word: &str| (word == "é").then_some(7);
        assert_eq!(items[2].kind(from_word), Ok(7));
        assert!(items[1].kind(from_word).is_err());
        let unknown = items[2].kind(|_| None::<u8>).unwrap_err();
        assert_eq!(unknown, items[2].bad("\"é\" is not computed by the reference."));
    }

    #[test]
    fn numbers_are_checked() {
        for (number, whole) in [
            (0.0, Some(0)),
            (4_294_967_295.0, Some(0xFFFF_FFFF)),
            (4_294_967_296.0, None),
            (-1.0, None),
            (0.5, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            let value = Value::Number(number);
            assert_eq!(Place::whole(&value, "n").whole_number().ok(), whole, "{number}");
        }
        let value = Value::Number(1e300);
        assert!(Place::whole(&value, "n").finite().is_err());
    }
}
