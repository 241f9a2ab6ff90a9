//! That somebody brought history in. One stream for each import; everything it brought has the stream's id as its
//! correlation and the event that began it as its cause: history names its actors itself, and this says who vouches for that.

mod event;

pub use event::*;
