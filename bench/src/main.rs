//! `docket-bench`.

fn main() {}
