//! Chance that can be repeated.

/// The variable that sets the seed of every test in a run.
const SEED: &str = "DOCKET_TEST_SEED";

/// A small generator of numbers. Its seed is printed, so that a failed test says how to run it again.
#[derive(Debug)]
pub struct Random {
    seed: u128,
    state: u128,
}

impl Random {
    /// With the seed in `DOCKET_TEST_SEED`, or a new one.
    ///
    /// # Panics
    /// If what stands there is no number.
    #[allow(clippy::new_without_default, reason = "what comes out is another thing each time")]
    pub fn new() -> Self {
        let seed = match std::env::var(SEED) {
            Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("{SEED} is no whole number: {seed}")),
            Err(_) => docket_store::new_id().as_u128(),
        };
        println!("to repeat this choice of chance: {SEED}={seed}");
        Self { seed, state: seed }
    }

    /// What it began with.
    pub const fn seed(&self) -> u128 {
        self.seed
    }

    /// A number from 0 to `limit - 1`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.state =
            self.state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(0x5851_F42D_4C95_7F2D);
        usize::try_from((self.state >> 64) % limit as u128).unwrap_or(0)
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}
