//! Time limits as dated data: which hold on which day.

use hoagiai_types::Date;

/// The limits of one rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// First day on which the set holds.
    pub valid_from: Date,
    /// Days from assignment in which the first session is due (rule 28).
    pub first_session_days: i32,
    /// Months from the agreement in which a court may be asked (rule 61); none: no such procedure.
    pub court_months: Option<i32>,
}

/// Rule sets, by first day rising; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable(Vec<Terms>);

impl Timetable {
    /// A timetable of at least one set whose first days rise; none otherwise.
    pub fn new(sets: Vec<Terms>) -> Option<Self> {
        let rising = sets.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        (rising && !sets.is_empty()).then_some(Timetable(sets))
    }

    /// The set of a day; a day before the first set is judged by the first.
    pub fn on(&self, day: Date) -> Terms {
        let next = self.0.partition_point(|set| set.valid_from <= day);
        self.0[next.saturating_sub(1)]
    }
}
