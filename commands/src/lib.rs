//! The write side of the desk: authorise, load, decide, append, retry.
