//! Lists that callers give: sets, of so many members at most.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Any of several: what a caller says twice counts once, in the order it was first said. More than `MOST` entries are refused
/// before anything is made of them, repeated ones counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AnyOf<T, const MOST: usize = 100>(Vec<T>);

impl<T: PartialEq, const MOST: usize> AnyOf<T, MOST> {
    fn add(&mut self, member: T) {
        if !self.0.contains(&member) {
            self.0.push(member);
        }
    }
}

/// How a list that is too long is refused; whoever names the field puts its name before it.
fn too_many<E: Error>(most: usize) -> E {
    E::custom(format_args!("{TOO_MANY} {most} entries"))
}

/// What the refusal of a list that is too long begins with.
pub const TOO_MANY: &str = "at most";

/// Reads `a,b` as a set: the form lists have as parameters of a query.
///
/// # Errors
/// The rule for a name that is none of the set's, or that there are too many.
pub fn comma_separated<'de, S: CommaSeparated, D: Deserializer<'de>>(deserializer: D) -> Result<S, D::Error> {
    S::of(&String::deserialize(deserializer)?)
}

/// What [`comma_separated`] reads.
pub trait CommaSeparated: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// As [`comma_separated`].
    fn of<E: Error>(text: &str) -> Result<Self, E>;
}

impl<T: FromStr<Err: fmt::Display> + PartialEq, const MOST: usize> CommaSeparated for AnyOf<T, MOST> {
    fn of<E: Error>(text: &str) -> Result<Self, E> {
        let mut set = Self::default();
        for (count, name) in text.split(',').map(str::trim).filter(|name| !name.is_empty()).enumerate() {
            if count >= MOST {
                return Err(too_many(MOST));
            }
            set.add(name.parse().map_err(E::custom)?);
        }
        Ok(set)
    }
}

impl<S: CommaSeparated> CommaSeparated for Option<S> {
    fn of<E: Error>(text: &str) -> Result<Self, E> {
        S::of(text).map(Some)
    }
}

impl<'de, T: Deserialize<'de> + PartialEq, const MOST: usize> Deserialize<'de> for AnyOf<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T, const MOST: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + PartialEq, const MOST: usize> Visitor<'de> for Members<T, MOST> {
            type Value = AnyOf<T, MOST>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut set = AnyOf::default();
                for _ in 0..MOST {
                    match members.next_element()? {
                        Some(member) => set.add(member),
                        None => return Ok(set),
                    }
                }
                match members.next_element::<IgnoredAny>()? {
                    None => Ok(set),
                    Some(_) => Err(too_many(MOST)),
                }
            }
        }

        deserializer.deserialize_seq(Members(PhantomData))
    }
}

impl<T, const MOST: usize> Default for AnyOf<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MOST: usize> Deref for AnyOf<T, MOST> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MOST: usize> From<AnyOf<T, MOST>> for Vec<T> {
    fn from(set: AnyOf<T, MOST>) -> Self {
        set.0
    }
}

/// What the desk itself says, and has held to a limit already.
impl<T: PartialEq, const MOST: usize> From<Vec<T>> for AnyOf<T, MOST> {
    fn from(members: Vec<T>) -> Self {
        let mut set = Self::default();
        members.into_iter().for_each(|member| set.add(member));
        set
    }
}

impl<T, const MOST: usize> IntoIterator for AnyOf<T, MOST> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T, const MOST: usize> IntoIterator for &'a AnyOf<T, MOST> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_counts_once_in_its_first_place() {
        let set: AnyOf<i32, 4> = serde_json::from_str("[3, 1, 3, 1]").unwrap();
        assert_eq!(*set, [3, 1]);
        assert_eq!(serde_json::to_string(&set).unwrap(), "[3,1]");
        let refused = serde_json::from_str::<AnyOf<i32, 4>>("[1, 1, 1, 1, 1]").unwrap_err();
        assert!(refused.to_string().starts_with("at most 4 entries"), "{refused}");
    }

    #[test]
    fn a_parameter_is_read_the_same_way() {
        let read = |text: &str| comma_separated::<AnyOf<i32, 3>, _>(serde_json::Value::from(text));
        assert_eq!(*read("2, 1,,2").unwrap(), [2, 1]);
        assert!(read("1,1,1,1").unwrap_err().to_string().starts_with(TOO_MANY));
        assert!(read("1,x").is_err());
    }
}
