//! Eras: parts of the log, by position. On PostgreSQL a term begins with the era of its row, so that the newest hits of a word are
//! found without all the others: a GIN index gives hits in no order, and each has to be fetched to know when it was.

/// Positions of an era, as a power of two. `migrations/postgres/read/_prepare.sql` reckons with the same.
const BITS: u32 = 14;
/// What stands for the era in a query, which is asked of one era after the other.
pub(crate) const ANY_ERA: char = '~';
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The terms of a row with its era before each. Eras have their names again after 1296 others; what is found is held to the
/// position all the same.
pub(crate) fn in_era(terms: &str, position: i64) -> String {
    let era = position.cast_unsigned() >> BITS;
    let digit = |place: u32| char::from(DIGITS[(era / 36_u64.pow(place) % 36) as usize]);
    let era = String::from_iter([digit(0), digit(1)]);
    let mut all = String::with_capacity(terms.len() + 3 * terms.len() / 4);
    for term in terms.split(' ').filter(|term| !term.is_empty()) {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(&era);
        all.push_str(term);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_their_era() {
        assert_eq!(in_era("abcone abctwo", 1), "00abcone 00abctwo");
        assert_eq!(in_era("abcone", (1 << BITS) - 1), "00abcone");
        assert_eq!(in_era("abcone", 37 << BITS), "11abcone");
        assert_eq!(in_era("abcone", (1296 + 35) << BITS), "z0abcone");
        assert_eq!(in_era("", 5), "");
    }
}
