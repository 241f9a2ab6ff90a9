//! What a text is found by. One way of making terms of it, for what is indexed and for what is asked, on both databases:
//! those only keep terms and know nothing of language.
//!
//! Index and query differ in one thing. A text is indexed under whatever somebody may begin to type of it (every part of
//! an address, every sign of a text without spaces), and each term of a query is the beginning of one of those.
//!
//! What is made of a text is stored: whoever changes it raises the version of the models that are searched (a test holds
//! some terms as they are).

mod era;
mod fold;
mod index;
mod named;
mod query;
mod runs;
#[cfg(test)]
mod tests;

pub(crate) use era::{ANY_ERA, in_era};
pub(crate) use index::{Tag, terms};
pub(crate) use named::Named;
pub(crate) use query::{Clause, Query};

/// Characters of a term; what is longer is found by its beginning.
const LONGEST: usize = 40;
/// Characters of what is asked that are looked at.
const LOOKED_AT: usize = 400;
