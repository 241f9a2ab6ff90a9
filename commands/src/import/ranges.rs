//! A set of numbers, kept as ranges: a file may skip billions of them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Numbers, each range by its first with its last; no two ranges touch.
#[derive(Debug, Default)]
pub(super) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Takes a range in, in which none may be there already.
    pub(super) fn insert(&mut self, range: RangeInclusive<u64>) {
        let (mut first, mut last) = range.into_inner();
        if first > last {
            return;
        }
        if let Some((&before, &end)) = self.0.range(..first).next_back()
            && end + 1 == first
        {
            first = before;
        }
        if let Some(end) = last.checked_add(1).and_then(|after| self.0.remove(&after)) {
            last = end;
        }
        self.0.insert(first, last);
    }

    /// Whether it is there.
    #[cfg(test)]
    fn contains(&self, number: u64) -> bool {
        self.0.range(..=number).next_back().is_some_and(|(_, &last)| number <= last)
    }

    /// Takes a number out. False if it was not there.
    pub(super) fn remove(&mut self, number: u64) -> bool {
        let Some((&first, &last)) = self.0.range(..=number).next_back() else { return false };
        if number > last {
            return false;
        }
        self.0.remove(&first);
        if first < number {
            self.0.insert(first, number - 1);
        }
        if number < last {
            self.0.insert(number + 1, last);
        }
        true
    }

    /// Takes the smallest out that is larger than `number`.
    pub(super) fn pop_after(&mut self, number: u64) -> Option<u64> {
        let begun = self.0.range(..=number).next_back().filter(|&(_, &last)| last > number).map(|_| number + 1);
        let next = begun.or_else(|| self.0.range(number.checked_add(1)?..).next().map(|(&first, _)| first))?;
        self.remove(next).then_some(next)
    }

    /// Takes the smallest out.
    pub(super) fn pop_first(&mut self) -> Option<u64> {
        let number = *self.0.first_key_value()?.0;
        self.remove(number);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ranges_hold_what_a_set_would() {
        let (mut ranges, mut set) = (Ranges::default(), BTreeSet::new());
        let mut dice = 7_u64;
        for _ in 0..20_000 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (dice >> 33) % 60;
            match dice >> 62 {
                0 if number.is_multiple_of(2) => assert_eq!(ranges.pop_first(), set.pop_first()),
                0 => {
                    let next = set.range(number + 1..).next().copied();
                    assert_eq!(ranges.pop_after(number), next);
                    next.map(|next| set.remove(&next));
                }
                1 => assert_eq!(ranges.remove(number), set.remove(&number)),
                _ if set.insert(number) => ranges.insert(number..=number),
                _ => {}
            }
            assert!((0..62).all(|number| ranges.contains(number) == set.contains(&number)));
            let touching =
                ranges.0.iter().zip(ranges.0.iter().skip(1)).any(|((_, last), (first, _))| last + 1 >= *first);
            assert!(!touching, "{ranges:?}");
        }
    }

    #[test]
    fn what_is_skipped_takes_no_room() {
        let mut ranges = Ranges::default();
        ranges.insert(5..=u64::MAX);
        assert!(ranges.remove(1 << 40) && ranges.contains(u64::MAX));
        assert_eq!((ranges.0.len(), ranges.pop_first()), (2, Some(5)));
    }
}
