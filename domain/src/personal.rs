//! Text about a person, which can be sealed and erased.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text about a person: a name, an address, what somebody wrote.
///
/// In the log it is sealed with the person's own key; once that key is destroyed it can only ever be
/// read as [`PersonalText::Erased`]. In JSON: known text is a string, erased text `null`, sealed text
/// `{"$sealed": "<base64>"}`. An `Option<PersonalText>` therefore reads erased text as `None`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum PersonalText {
    /// Readable text.
    Known(String),
    /// Ciphertext, base64, as it lies in the log. Only the sealing code makes or opens it.
    Sealed(String),
    /// The key is gone, and the text with it.
    Erased,
}

impl PersonalText {
    /// How many bytes the text takes.
    pub const fn heap_bytes(&self) -> usize {
        match self {
            Self::Known(text) | Self::Sealed(text) => text.len(),
            Self::Erased => 0,
        }
    }

    /// The text, unless it is sealed or erased.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Sealed(_) | Self::Erased => None,
        }
    }

    /// The text as an owned value, unless it is sealed or erased.
    pub fn to_known(&self) -> Option<String> {
        self.known().map(str::to_owned)
    }
}

impl From<String> for PersonalText {
    fn from(text: String) -> Self {
        Self::Known(text)
    }
}

impl From<&str> for PersonalText {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// Personal text does not end up in a debug log by accident.
impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) => write!(f, "Known({} bytes)", text.len()),
            Self::Sealed(_) => f.write_str("Sealed"),
            Self::Erased => f.write_str("Erased"),
        }
    }
}

impl Serialize for PersonalText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(text) => serializer.serialize_str(text),
            Self::Sealed(ciphertext) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("$sealed", ciphertext)?;
                map.end()
            }
            Self::Erased => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for PersonalText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = PersonalText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a sealed value or null")
            }
            fn visit_str<E>(self, text: &str) -> Result<PersonalText, E> {
                Ok(PersonalText::Known(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<PersonalText, E> {
                Ok(PersonalText::Known(text))
            }
            fn visit_unit<E>(self) -> Result<PersonalText, E> {
                Ok(PersonalText::Erased)
            }
            fn visit_none<E>(self) -> Result<PersonalText, E> {
                Ok(PersonalText::Erased)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PersonalText, A::Error> {
                match map.next_entry::<Cow<'de, str>, String>()? {
                    Some((key, ciphertext)) if key == "$sealed" => Ok(PersonalText::Sealed(ciphertext)),
                    _ => Err(serde::de::Error::custom("expected $sealed")),
                }
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// For `#[serde(default, deserialize_with = "…")]` on an `Option<PersonalText>`: a field that is there but erased stays
/// there, as [`PersonalText::Erased`], so that it is told apart from one that never was.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PersonalText>, D::Error> {
    PersonalText::deserialize(deserializer).map(Some)
}

impl JsonSchema for PersonalText {
    fn schema_name() -> Cow<'static, str> {
        "PersonalText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Text about a person; null once the person's data has been erased.",
            "type": ["string", "null"],
            "x-personal": true,
        })
    }
}
