//! The read models, one file each.

pub(crate) mod agents;
pub(crate) mod audit;
pub(crate) mod calendars;
pub(crate) mod chats;
pub(crate) mod counters;
pub(crate) mod customers;
pub(crate) mod departments;
pub(crate) mod messages;
pub(crate) mod organisations;
pub(crate) mod ratings;
pub(crate) mod reads;
pub(crate) mod roles;
pub(crate) mod sla;
pub(crate) mod sla_policies;
pub(crate) mod tickets;
pub(crate) mod views;

/// The beginning of a message, on one line: what lists show. At most 160 characters.
pub(crate) fn preview(body: &str) -> String {
    let mut preview = String::new();
    for word in body.split_whitespace() {
        if preview.len() + word.len() > 640 {
            break;
        }
        if !preview.is_empty() {
            preview.push(' ');
        }
        preview.push_str(word);
    }
    if preview.is_empty() && !body.trim().is_empty() {
        preview = body.trim().to_owned();
    }
    match preview.char_indices().nth(160) {
        Some((cut, _)) => preview[..cut].to_owned(),
        None => preview,
    }
}
