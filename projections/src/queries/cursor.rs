//! Opaque cursors: where a page ended, by the values it was sorted by, so that what is inserted or removed before
//! that place moves nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Datelike as _, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ReadError;
use crate::views::Page;

/// Makes a cursor of the list's order and the last item's place in it.
pub(super) fn encode<P: Serialize>(order: &str, place: &P) -> Option<String> {
    serde_json::to_vec(&(order, place)).ok().map(|json| BASE64.encode(json))
}

/// Reads a cursor of the list's order.
pub(super) fn decode<P: DeserializeOwned>(order: &str, cursor: Option<&str>) -> Result<Option<P>, ReadError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let json = BASE64.decode(cursor).map_err(|_| ReadError::BadCursor)?;
    let (made_for, place): (String, P) = serde_json::from_slice(&json).map_err(|_| ReadError::BadCursor)?;
    if made_for == order { Ok(Some(place)) } else { Err(ReadError::BadCursor) }
}

/// Refuses a cursor made up with a time that not every database can compare with.
pub(super) fn check_time(at: DateTime<Utc>) -> Result<(), ReadError> {
    if (1..=9999).contains(&at.year()) { Ok(()) } else { Err(ReadError::BadCursor) }
}

/// A page of at most `limit` of `items`, of which one more than that was asked for.
pub(super) fn page<T, P: Serialize>(mut items: Vec<T>, limit: u32, order: &str, place: impl Fn(&T) -> P) -> Page<T> {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next_cursor = last.and_then(|last| encode(order, &place(last)));
    Page { items, next_cursor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_order() {
        let cursor = encode("newest", &(1_i64, "x")).unwrap();
        assert_eq!(decode::<(i64, String)>("newest", Some(&cursor)).unwrap(), Some((1, "x".to_owned())));
        assert!(matches!(decode::<(i64, String)>("oldest", Some(&cursor)), Err(ReadError::BadCursor)));
        assert!(matches!(decode::<(i64, String)>("newest", Some("%%%")), Err(ReadError::BadCursor)));
        assert!(matches!(decode::<(i64, String)>("newest", Some("e30")), Err(ReadError::BadCursor)));
        assert_eq!(decode::<(i64, String)>("newest", None).unwrap(), None);
    }
}
