//! Writes JSON: a screen of values in one direction needs no library.

use std::fmt::Write;

/// JSON under construction; commas come by themselves.
#[derive(Debug, Default)]
pub struct Json {
    text: String,
    /// A value stands before the next one.
    follows: bool,
}

impl Json {
    fn separate(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.follows = true;
    }

    /// Begins an object or array.
    pub fn open(&mut self, bracket: char) -> &mut Self {
        self.separate();
        self.text.push(bracket);
        self.follows = false;
        self
    }

    /// Ends it.
    pub fn close(&mut self, bracket: char) -> &mut Self {
        self.text.push(bracket);
        self.follows = true;
        self
    }

    /// The name of the next value.
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.text.push(':');
        self.follows = false;
        self
    }

    /// A string.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.separate();
        self.text.push('"');
        for character in value.chars() {
            match character {
                '"' | '\\' => self.text.extend(['\\', character]),
                '\n' => self.text.push_str("\\n"),
                character if (character as u32) < 0x20 => {
                    // Writing to a string does not fail.
                    let _ = write!(self.text, "\\u{:04x}", character as u32);
                }
                character => self.text.push(character),
            }
        }
        self.text.push('"');
        self
    }

    /// A string, or null.
    pub fn maybe(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(value),
            None => {
                self.separate();
                self.text.push_str("null");
                self
            }
        }
    }

    /// Whether something is so.
    pub fn truth(&mut self, value: bool) -> &mut Self {
        self.separate();
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    /// A finite number.
    pub fn number(&mut self, value: f64) -> &mut Self {
        self.separate();
        let _ = write!(self.text, "{value}");
        self
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nests_and_escapes() {
        let mut json = Json::default();
        json.open('{')
            .key("a")
            .open('[')
            .number(1.5)
            .maybe(None)
            .truth(true)
            .close(']');
        json.key("b\"").text("x\n\u{1}\\").close('}');
        assert_eq!(json.finish(), r#"{"a":[1.5,null,true],"b\"":"x\n\u0001\\"}"#);
    }
}
