//! The fields of a description: each is checked where it is read, and what is wrong names the way to it.

use core::cell::Cell;
use core::fmt;

use super::cbor::Value;
use crate::error::{Error, Result};

const REMEDY: &str = "Check the model's config.json and tensor shapes.";

/// What is wrong with a description: the first thing that was found, as everything after may follow from it. Reading goes on
/// with harmless values, so that no step of it has to ask whether the one before went well: that would be half of the code.
#[derive(Default)]
pub struct Trouble(Cell<Option<Error>>);

impl Trouble {
    /// What was read, unless something was wrong with it.
    pub fn unless<T>(&self, read: T) -> Result<T> {
        match self.0.take() {
            Some(error) => Err(error),
            None => Ok(read),
        }
    }
}

/// A place in a value, which errors name by the way to it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    value: &'a Value<'a>,
    step: Step<'a>,
    from: Option<&'a Place<'a>>,
    trouble: &'a Trouble,
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
    pub fn whole(value: &'a Value<'a>, name: &'a str, trouble: &'a Trouble) -> Self {
        Self {
            value,
            step: Step::Field(name),
            from: None,
            trouble,
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

    /// Something is wrong here.
    #[cold]
    #[inline(never)]
    pub fn bad(&self, problem: fmt::Arguments<'_>) {
        let first = self.trouble.0.take();
        let error = first.unwrap_or_else(|| Error::format(self.path(), problem, REMEDY));
        self.trouble.0.set(Some(error));
    }

    /// A field, which is [`Value::Null`] when it is absent.
    pub fn field<'s>(&'s self, name: &'s str) -> Place<'s> {
        self.inside(self.map(), name)
    }

    /// An object that has no other fields than these.
    #[inline(never)]
    pub fn object<'s>(&'s self, names: &[&str]) -> Object<'s> {
        let map = self.map();
        if let Some((key, _)) = map.iter().find(|(key, _)| !names.contains(key)) {
            self.inside(map, key)
                .bad(format_args!("The reference does not know this field."));
        }
        Object { place: self, map }
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
            trouble: self.trouble,
        }
    }

    #[inline(never)]
    fn map(&self) -> &'a [(&'a str, Value<'a>)] {
        match self.value {
            Value::Map(map) => map,
            _ => {
                self.bad(format_args!("It is not an object."));
                &[]
            }
        }
    }

    /// The place itself unless it is null.
    pub fn present(self) -> Option<Self> {
        (*self.value != Value::Null).then_some(self)
    }

    #[inline(never)]
    fn list(&self) -> &'a [Value<'a>] {
        match self.value {
            Value::List(list) => list,
            _ => {
                self.bad(format_args!("It is not an array."));
                &[]
            }
        }
    }

    /// How many things an array has.
    pub fn len(&self) -> usize {
        self.list().len()
    }

    /// Everything in an array.
    pub fn items(&self) -> impl Iterator<Item = Place<'_>> {
        self.list().iter().enumerate().map(move |(index, value)| Place {
            value,
            step: Step::Item(index),
            from: Some(self),
            trouble: self.trouble,
        })
    }

    /// A text.
    #[inline(never)]
    pub fn text(&self) -> &'a str {
        match self.value {
            Value::Text(text) => text,
            _ => {
                self.bad(format_args!("It is not a text."));
                ""
            }
        }
    }

    /// A number, finite or not.
    #[inline(never)]
    pub fn number(&self) -> f64 {
        match self.value {
            Value::Number(number) => *number,
            _ => {
                self.bad(format_args!("It is not a number."));
                1.0
            }
        }
    }

    /// A number without a fraction.
    #[inline(never)]
    pub fn whole_number(&self) -> usize {
        let number = self.number();
        let whole = number as u32;
        if f64::from(whole) != number {
            self.bad(format_args!("It is not a whole number from 0 to {}.", u32::MAX));
        }
        whole as usize
    }

    /// A number without a fraction from 1 to `max`.
    #[inline(never)]
    pub fn within(&self, max: usize) -> usize {
        let value = self.whole_number();
        if !(1..=max).contains(&value) {
            self.bad(format_args!("{value} is not within 1..={max}."));
        }
        value.clamp(1, max)
    }

    /// A number that is finite in f32.
    #[inline(never)]
    pub fn finite(&self) -> f32 {
        let value = self.number() as f32;
        if !value.is_finite() {
            self.bad(format_args!("It is not a finite number."));
        }
        value
    }

    /// `true` or `false`.
    #[inline(never)]
    pub fn truth(&self) -> bool {
        match self.value {
            Value::Truth(truth) => *truth,
            _ => {
                self.bad(format_args!("It is neither true nor false."));
                false
            }
        }
    }

    /// The kind that a text stands for; `otherwise` where it stands for none.
    pub fn kind<K>(&self, from_word: fn(&str) -> Option<K>, otherwise: K) -> K {
        let word = self.text();
        from_word(word).unwrap_or_else(|| {
            self.not_computed(word);
            otherwise
        })
    }

    #[cold]
    #[inline(never)]
    fn not_computed(&self, word: &str) {
        self.bad(format_args!("\"{word}\" is not computed by the reference."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = b"\xBA\0\0\0\x02\x7A\0\0\0\x01a\xFB\x40\x08\0\0\0\0\0\0\x7A\0\0\0\x01b\x9A\0\0\0\x03\xF6\xF5\x7A\0\0\0\x02\xC3\xA9";

    /// What is wrong so far, as `field: problem`; nothing is from now on.
    fn wrong(trouble: &Trouble) -> Option<String> {
        let error = trouble.unless(()).err()?;
        Some(error.to_string().replace(&format!(" {REMEDY}"), ""))
    }

    #[test]
    fn places_are_named_by_the_way_to_them() {
        let (value, trouble) = (Value::read(SAMPLE).unwrap(), Trouble::default());
        let whole = Place::whole(&value, "sample", &trouble);
        assert_eq!(whole.path(), "sample");
        assert_eq!(whole.field("a").within(3), 3);
        let b = whole.field("b");
        assert_eq!(b.len(), 3);
        let items: Vec<_> = b.items().collect();
        assert_eq!(items[2].path(), "b[2]");
        assert_eq!(items[2].text(), "é");
        assert!(items[0].present().is_none() && items[1].present().is_some());
        assert!(whole.field("c").present().is_none());
        assert_eq!(wrong(&trouble), None);
        assert!(items[1].field("d").present().is_none());
        assert_eq!(wrong(&trouble).as_deref(), Some("b[1]: It is not an object."));
    }

    #[test]
    fn the_first_trouble_is_told() {
        let (value, trouble) = (Value::read(SAMPLE).unwrap(), Trouble::default());
        let whole = Place::whole(&value, "sample", &trouble);
        assert_eq!(whole.field("a").within(2), 2);
        assert_eq!((whole.field("a").text(), whole.field("b").len()), ("", 3));
        assert_eq!(wrong(&trouble).as_deref(), Some("a: 3 is not within 1..=2."));
    }

    #[test]
    fn objects_have_no_other_fields() {
        let (value, trouble) = (Value::read(SAMPLE).unwrap(), Trouble::default());
        let whole = Place::whole(&value, "sample", &trouble);
        let object = whole.object(&["c", "b", "a"]);
        let (a, b) = (object.get("a"), object.get("b"));
        assert!(object.get("c").present().is_none());
        assert_eq!((b.path(), a.path()), ("b".into(), "a".into()));
        assert_eq!((b.len(), a.within(3)), (3, 3));
        assert_eq!(wrong(&trouble), None);
        whole.object(&["a"]);
        let unknown = "b: The reference does not know this field.";
        assert_eq!(wrong(&trouble).as_deref(), Some(unknown));
        a.object(&["a"]);
        assert_eq!(wrong(&trouble).as_deref(), Some("a: It is not an object."));
    }

    #[test]
    fn truths_and_kinds_are_checked() {
        let (value, trouble) = (Value::read(SAMPLE).unwrap(), Trouble::default());
        let whole = Place::whole(&value, "sample", &trouble);
        let list = whole.field("b");
        let items: Vec<_> = list.items().collect();
        let from_word = |word: &str| (word == "é").then_some(7);
        assert!(items[1].truth());
        assert_eq!(items[2].kind(from_word, 0), 7);
        assert_eq!(wrong(&trouble), None);
        for item in [items[0], items[2]] {
            assert!(!item.truth());
            assert!(wrong(&trouble)
                .unwrap()
                .ends_with("It is neither true nor false."));
        }
        assert_eq!(items[1].kind(from_word, 0), 0);
        assert_eq!(wrong(&trouble).as_deref(), Some("b[1]: It is not a text."));
        assert_eq!(items[2].kind(|_| None, 1), 1);
        let unknown = "b[2]: \"é\" is not computed by the reference.";
        assert_eq!(wrong(&trouble).as_deref(), Some(unknown));
    }

    #[test]
    fn numbers_are_checked() {
        let trouble = Trouble::default();
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
            let read = Place::whole(&value, "n", &trouble).whole_number();
            assert_eq!(trouble.unless(read).ok(), whole, "{number}");
        }
        let value = Value::Number(1e300);
        Place::whole(&value, "n", &trouble).finite();
        assert!(wrong(&trouble).is_some());
    }
}
