//! Rule 62: a new mediator is trained within so many months of recognition, and a share of all of them every year. Dated
//! data decides the months and the share; days are counted on the calendar, shares on whole numbers.

use hoagiai_types::Date;

/// A share that is to be reached: `90/100`, compared on integers (rule 48).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Above the line.
    pub numerator: i64,
    /// Below it; more than 0.
    pub denominator: i64,
}

impl Target {
    /// Whether `part` of `whole` is the share or more. A whole of nothing reaches no target.
    pub fn is_reached_by(self, part: i64, whole: i64) -> bool {
        whole > 0 && i128::from(part) * i128::from(self.denominator) >= i128::from(whole) * i128::from(self.numerator)
    }
}

/// One dated set of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingRules {
    /// Name of the set.
    pub version: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where the numbers stand.
    pub source: String,
    /// Calendar months within which a new mediator is trained.
    pub new_mediator_months: i32,
    /// Share of the mediators in force to be trained in a year.
    pub yearly_share: Target,
}

/// The sets in the order of their first days. Before the first, nobody is held to anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingRuleSets(Vec<TrainingRules>);

/// Days of recognition under one set, as seen on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First of these days.
    pub first: Date,
    /// Last of these days.
    pub last: Date,
    /// Who was recognised on this day or before has passed the last day to be trained.
    pub overdue_to: Date,
}

/// Where the training of a new mediator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewMediators {
    /// Trained by the last day.
    InTime,
    /// The last day passed without training.
    Missed,
    /// The last day is still to come.
    NotDue,
    /// Ceased, untrained, before the last day.
    Ceased,
}

impl TrainingRuleSets {
    /// Takes the sets; `None` when two begin on one day.
    pub fn new(mut sets: Vec<TrainingRules>) -> Option<Self> {
        sets.sort_by_key(|set| set.valid_from);
        let distinct = sets.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        distinct.then_some(Self(sets))
    }

    /// The set in force on a day.
    pub fn on(&self, day: Date) -> Option<&TrainingRules> {
        self.0.iter().rev().find(|set| set.valid_from <= day)
    }

    /// The last day by which somebody recognised on a day is to be trained.
    pub fn due_date(&self, recognized: Date) -> Option<Date> {
        self.on(recognized).map(|set| recognized.plus_months(set.new_mediator_months))
    }

    /// The days of recognition that bring the duty, as seen on a day.
    pub fn windows(&self, day: Date) -> Vec<Window> {
        let ends = self.0.iter().skip(1).map(|next| next.valid_from.plus_days(-1)).chain([day]);
        let sets = self.0.iter().zip(ends).filter(|(set, _)| set.valid_from <= day);
        sets.map(|(set, end)| Window {
            first: set.valid_from,
            last: end.min(day),
            overdue_to: last_overdue(day, set.new_mediator_months),
        })
        .collect()
    }
}

/// The latest day of recognition whose last day of training lies before `day`. Months differ in length and their ends fold
/// onto each other, so it is sought, from the nearest day that can be meant.
fn last_overdue(day: Date, months: i32) -> Date {
    let mut recognized = day.plus_months(-months).plus_days(4);
    while recognized.plus_months(months) >= day && recognized > Date::from_days_since_epoch(-719_162) {
        recognized = recognized.plus_days(-1);
    }
    recognized
}

/// Where a new mediator stands on a day: by the last day to be trained, the first day trained, the last day in force.
pub fn standing(due: Date, trained: Option<Date>, ceased: Option<Date>, day: Date) -> NewMediators {
    if trained.is_some_and(|on| on <= due && on <= day) {
        NewMediators::InTime
    } else if ceased.is_some_and(|last| last < due && last < day) {
        NewMediators::Ceased
    } else if day > due {
        NewMediators::Missed
    } else {
        NewMediators::NotDue
    }
}

/// The figures of a unit in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indicators {
    /// In force on the day.
    pub mediators: i64,
    /// Of these, trained in the year.
    pub trained: i64,
    /// Women in force.
    pub women: i64,
    /// Of these, trained.
    pub women_trained: i64,
    /// Minutes attended in the year by those in force.
    pub minutes: i64,
    /// Teams with a mediator in force.
    pub teams: i64,
    /// Of these, with one trained.
    pub teams_trained: i64,
    /// In force, and got material in the year.
    pub materials: i64,
    /// New mediators of the year trained in time.
    pub new_in_time: i64,
    /// New mediators who missed the last day.
    pub new_missed: i64,
    /// New mediators whose last day is to come.
    pub new_not_due: i64,
    /// New mediators who ceased untrained before it.
    pub new_ceased: i64,
}

impl Indicators {
    /// Counts new mediators.
    pub fn count_new(&mut self, standing: NewMediators, number: i64) {
        match standing {
            NewMediators::InTime => self.new_in_time += number,
            NewMediators::Missed => self.new_missed += number,
            NewMediators::NotDue => self.new_not_due += number,
            NewMediators::Ceased => self.new_ceased += number,
        }
    }

    /// All new mediators of the year who have the duty.
    pub fn new_mediators(&self) -> i64 {
        self.new_in_time + self.new_missed + self.new_not_due + self.new_ceased
    }

    /// Adds the figures of a part.
    pub fn add(&mut self, part: &Indicators) {
        self.mediators += part.mediators;
        self.trained += part.trained;
        self.women += part.women;
        self.women_trained += part.women_trained;
        self.minutes += part.minutes;
        self.teams += part.teams;
        self.teams_trained += part.teams_trained;
        self.materials += part.materials;
        self.new_in_time += part.new_in_time;
        self.new_missed += part.new_missed;
        self.new_not_due += part.new_not_due;
        self.new_ceased += part.new_ceased;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn set(version: &str, from: &str, months: i32) -> TrainingRules {
        TrainingRules {
            version: version.into(),
            valid_from: day(from),
            source: String::new(),
            new_mediator_months: months,
            yearly_share: Target { numerator: 90, denominator: 100 },
        }
    }

    #[test]
    fn rule_62_six_months_are_months_of_the_calendar() {
        let sets = TrainingRuleSets::new(vec![set("one", "2025-07-10", 6)]).unwrap();
        for (recognized, due) in [
            ("2025-08-31", "2026-02-28"),
            ("2025-09-10", "2026-03-10"),
            ("2025-12-31", "2026-06-30"),
            ("2026-01-01", "2026-07-01"),
        ] {
            assert_eq!(sets.due_date(day(recognized)), Some(day(due)));
        }
        assert_eq!(sets.due_date(day("2025-07-09")), None, "no duty before the plan");
    }

    #[test]
    fn rule_62_the_set_of_the_day_of_recognition_decides() {
        let sets = TrainingRuleSets::new(vec![set("two", "2026-07-01", 3), set("one", "2025-07-10", 6)]).unwrap();
        assert_eq!(sets.due_date(day("2026-06-30")), Some(day("2026-12-30")));
        assert_eq!(sets.due_date(day("2026-07-01")), Some(day("2026-10-01")));
        let windows = sets.windows(day("2026-12-31"));
        assert_eq!((windows[0].first, windows[0].last), (day("2025-07-10"), day("2026-06-30")));
        assert_eq!((windows[1].first, windows[1].last), (day("2026-07-01"), day("2026-12-31")));
        assert_eq!(sets.windows(day("2026-01-01")).len(), 1);
        assert!(TrainingRuleSets::new(vec![set("a", "2026-01-01", 6), set("b", "2026-01-01", 3)]).is_none());
    }

    #[test]
    fn rule_62_a_new_mediator_is_in_time_missed_not_due_or_gone() {
        let due = day("2026-03-10");
        let on = |trained: Option<&str>, ceased: Option<&str>, at: &str| {
            standing(due, trained.map(day), ceased.map(day), day(at))
        };
        assert_eq!(on(Some("2026-03-10"), None, "2026-12-31"), NewMediators::InTime, "the last day counts");
        assert_eq!(on(Some("2026-03-11"), None, "2026-12-31"), NewMediators::Missed, "trained late is missed");
        assert_eq!(on(Some("2026-03-09"), None, "2026-03-01"), NewMediators::NotDue, "not trained yet that day");
        assert_eq!(on(None, None, "2026-03-10"), NewMediators::NotDue);
        assert_eq!(on(None, None, "2026-03-11"), NewMediators::Missed);
        assert_eq!(on(None, Some("2026-03-09"), "2026-12-31"), NewMediators::Ceased);
        assert_eq!(on(None, Some("2026-03-10"), "2026-12-31"), NewMediators::Missed, "in force to the last day");
        assert_eq!(on(None, Some("2026-03-09"), "2026-03-01"), NewMediators::NotDue, "not ceased yet that day");
        assert_eq!(on(Some("2026-01-01"), Some("2026-02-01"), "2026-12-31"), NewMediators::InTime);
    }

    #[test]
    fn rule_62_the_share_of_the_city_is_reached_on_whole_numbers() {
        let target = Target { numerator: 90, denominator: 100 };
        assert!(target.is_reached_by(9, 10) && !target.is_reached_by(89, 99) && !target.is_reached_by(0, 0));
        assert!(target.is_reached_by(i64::MAX, i64::MAX), "no overflow");
    }

    proptest! {
        #[test]
        fn rule_62_overdue_is_the_same_asked_from_either_side(
            at in 18_000i64..40_000, before in 0i64..900, months in 1i32..25
        ) {
            let (at, recognized) = (Date::from_days_since_epoch(at), Date::from_days_since_epoch(at - before));
            let overdue = recognized.plus_months(months) < at;
            prop_assert_eq!(recognized <= last_overdue(at, months), overdue);
        }

        #[test]
        fn rule_62_parts_add_up_to_the_whole(numbers in proptest::collection::vec((0usize..4, 0i64..1000), 0..20)) {
            let kinds = [NewMediators::InTime, NewMediators::Missed, NewMediators::NotDue, NewMediators::Ceased];
            let mut total = Indicators::default();
            let mut sum = 0;
            for (kind, number) in numbers {
                let mut part = Indicators::default();
                part.count_new(kinds[kind], number);
                total.add(&part);
                sum += number;
            }
            prop_assert_eq!(total.new_mediators(), sum);
        }
    }
}
