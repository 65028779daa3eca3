//! Facts on two axes of time: what held on which days, as known at an instant. Nothing known is ever overwritten: what is
//! known anew takes the place of what was known before from now on, and both stay (ADR 0011).

use hoagiai_types::Date;

/// Days, both ends included, on which facts held. The spans of a record known at one instant follow each other without
/// a gap; the last one reaches the end of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span<T> {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// What held.
    pub facts: T,
}

/// Facts into which a change of an earlier day can be carried.
pub trait InTime: Clone {
    /// These facts, of a later day, once it is known that `before` became `after` on an earlier day: a number moves by
    /// the difference; anything else follows if it was still what it was before, and stays if it changed otherwise.
    #[must_use]
    fn carried(&self, before: &Self, after: &Self) -> Self;
}

/// What is known once facts changed on the days from `from` to `to`: `known` are the spans that reach `from` or later;
/// the answer takes their place. Days before the record began are not added.
pub fn amend<T: Clone>(
    mut known: Vec<Span<T>>,
    (from, to): (Date, Date),
    change: impl Fn(&Span<T>) -> T,
) -> Vec<Span<T>> {
    known.sort_by_key(|span| span.from);
    let mut told = Vec::with_capacity(known.len() + 2);
    for span in known {
        if span.to < from || span.from > to {
            told.push(span);
            continue;
        }
        if span.from < from {
            told.push(Span { from: span.from, to: from.plus_days(-1), facts: span.facts.clone() });
        }
        let inside = Span { from: span.from.max(from), to: span.to.min(to), facts: span.facts };
        let facts = change(&inside);
        if span.to > to {
            told.push(Span { from: inside.from, to, facts });
            told.push(Span { from: to.plus_days(1), to: span.to, facts: inside.facts });
        } else {
            told.push(Span { facts, ..inside });
        }
    }
    told
}

/// What is known once the record became `after` on `day`: the last span becomes exactly that, those between are carried
/// along and then `settled`, because what is derived must fit what it is derived from.
pub fn retell<T: InTime>(known: Vec<Span<T>>, day: Date, after: &T, settle: impl Fn(&mut T, Date)) -> Vec<Span<T>> {
    let Some(last) = known.iter().max_by_key(|span| span.from) else { return Vec::new() };
    let (before, end) = (last.facts.clone(), last.to);
    amend(known, (day, end), |span| {
        if span.to == end {
            return after.clone();
        }
        let mut facts = span.facts.carried(&before, after);
        settle(&mut facts, span.from);
        facts
    })
}

/// What is known once it is known that the span that began on `was` began on `is`: the span before it ends earlier or
/// later, and those between are gone; none if that would leave a span without a day.
pub fn shift<T: Clone>(mut known: Vec<Span<T>>, was: Date, is: Date) -> Option<Vec<Span<T>>> {
    known.sort_by_key(|span| span.from);
    let index = known.iter().position(|span| span.from == was)?;
    if is > known[index].to || index > 0 && is <= known[index - 1].from {
        return None;
    }
    known[index].from = is;
    if index > 0 {
        known[index - 1].to = is.plus_days(-1);
    }
    Some(known)
}

/// Moves a number of a later day by what it moved by on an earlier one.
pub(super) fn moved(number: u32, before: u32, after: u32) -> u32 {
    (number + after).saturating_sub(before)
}

/// Lets fields of later facts follow a change unless they changed otherwise since.
macro_rules! follow {
    ($told:ident, $before:ident, $after:ident: $($field:ident),+ $(,)?) => {$(
        if $told.$field == $before.$field {
            $told.$field.clone_from(&$after.$field);
        }
    )+};
}
pub(super) use follow;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hoagiai_types::Date;
    use proptest::prelude::*;

    use super::*;

    /// A number and a word: the two kinds of facts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Facts {
        number: u32,
        word: u8,
    }

    impl InTime for Facts {
        fn carried(&self, before: &Self, after: &Self) -> Self {
            let mut told = self.clone();
            follow!(told, before, after: word);
            told.number = moved(told.number, before.number, after.number);
            told
        }
    }

    const LAST: i64 = 60;

    fn day(n: i64) -> Date {
        Date::from_days_since_epoch(n)
    }

    fn spans(known: &[(i64, i64, u32)]) -> Vec<Span<Facts>> {
        let span = |(from, to, number): &(i64, i64, u32)| Span {
            from: day(*from),
            to: day(*to),
            facts: Facts { number: *number, word: 0 },
        };
        known.iter().map(span).collect()
    }

    #[test]
    fn a_change_today_ends_the_last_span_and_begins_another() {
        let told = retell(spans(&[(0, LAST, 3)]), day(10), &Facts { number: 4, word: 0 }, |_, _| {});
        assert_eq!(told, spans(&[(0, 9, 3), (10, LAST, 4)]));
        let told = retell(told.into_iter().skip(1).collect(), day(10), &Facts { number: 5, word: 0 }, |_, _| {});
        assert_eq!(told, spans(&[(10, LAST, 5)]), "a second change of the same day takes its place");
    }

    #[test]
    fn a_change_told_late_moves_the_days_since() {
        let told = retell(spans(&[(0, 9, 3), (10, LAST, 5)]), day(4), &Facts { number: 4, word: 0 }, |_, _| {});
        assert_eq!(told, spans(&[(0, 3, 3), (4, 9, 2), (10, LAST, 4)]), "one fewer since day 4");
    }

    #[test]
    fn a_correction_of_some_days_leaves_the_others() {
        let known = spans(&[(0, 9, 3), (10, LAST, 5)]);
        let told = amend(known.clone(), (day(5), day(12)), |span| Facts { number: 7, ..span.facts.clone() });
        assert_eq!(told, spans(&[(0, 4, 3), (5, 9, 7), (10, 12, 7), (13, LAST, 5)]));
        assert_eq!(amend(known.clone(), (day(-9), day(-1)), |span| span.facts.clone()), known);
    }

    #[test]
    fn a_corrected_first_day_moves_the_border_of_two_spans() {
        let known = spans(&[(0, 9, 3), (10, LAST, 5)]);
        assert_eq!(shift(known.clone(), day(10), day(7)).unwrap(), spans(&[(0, 6, 3), (7, LAST, 5)]));
        assert_eq!(shift(known.clone(), day(10), day(20)).unwrap(), spans(&[(0, 19, 3), (20, LAST, 5)]));
        assert_eq!(shift(known.clone(), day(0), day(-4)).unwrap(), spans(&[(-4, 9, 3), (10, LAST, 5)]));
        assert_eq!(shift(known.clone(), day(10), day(0)), None, "the first span had no day left");
        assert_eq!(shift(known, day(0), day(10)), None);
    }

    proptest! {
        /// Whatever is told in whatever order, on each day holds what a list of days would say.
        #[test]
        fn spans_say_of_each_day_what_a_list_of_days_says(
            changes in prop::collection::vec((0i64..LAST, -3i32..4, 0u8..4), 1..24),
        ) {
            let mut known = spans(&[(0, LAST, 100)]);
            let mut list: BTreeMap<i64, Facts> =
                (0..=LAST).map(|n| (n, Facts { number: 100, word: 0 })).collect();
            for (on, by, word) in changes {
                let before = list[&LAST].clone();
                let after = Facts { number: before.number.saturating_add_signed(by), word };
                let (mut kept, reached): (Vec<_>, Vec<_>) = known.into_iter().partition(|span| span.to < day(on));
                kept.extend(retell(reached, day(on), &after, |_, _| {}));
                known = kept;
                for (_, facts) in list.range_mut(on..) {
                    *facts = facts.carried(&before, &after);
                }
            }
            prop_assert!(known.windows(2).all(|pair| pair[0].to.plus_days(1) == pair[1].from), "no gap: {known:?}");
            for (n, facts) in list {
                let on: Vec<_> = known.iter().filter(|span| span.from <= day(n) && span.to >= day(n)).collect();
                prop_assert_eq!(on.len(), 1);
                prop_assert_eq!(&on[0].facts, &facts);
            }
        }
    }
}
