//! Black-box and fault tests: what a client, an operator and an accident can do to a running desk.

mod servers;
