//! Computing a report: a pure function of the form, the counts of each row, the period and the positions.

use hoagiai_rules::{EvaluationError, Numbers};
use hoagiai_types::{Date, Ratio, Uuid};

use super::{CompiledForm, Counts, Meaning, Refusal};

/// A period, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

impl Period {
    /// A period of at most ten years.
    ///
    /// # Errors
    /// [`Refusal::PeriodWrong`].
    pub fn new(first: Date, last: Date) -> Result<Self, Refusal> {
        let fits = first <= last && last <= first.plus_months(120);
        if fits { Ok(Period { first, last }) } else { Err(Refusal::PeriodWrong) }
    }
}

/// Positions of the journals that a report was computed at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Positions {
    /// The registry's.
    pub registry: i64,
    /// The case service's.
    pub cases: i64,
    /// The evaluation service's.
    pub evaluation: i64,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Unit or team.
    pub id: Uuid,
    /// Code; empty for a team.
    pub code: String,
    /// Name.
    pub display_name: String,
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// An exact count.
    Count(i64),
    /// A ratio in two numbers (rule 48).
    Ratio(Ratio),
}

impl Cell {
    fn count(self) -> i64 {
        match self {
            Cell::Count(count) => count,
            Cell::Ratio(_) => 0,
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub subject: Subject,
    /// Values in the order of the columns.
    pub cells: Vec<Cell>,
}

/// A computed report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The total.
    pub total: Row,
    /// The rows below.
    pub rows: Vec<Row>,
    /// Identities that do not hold, with the row.
    pub broken_identities: Vec<String>,
}

/// Computes the cells of the total and of each row, and checks the identities of the form in all of them (rule 49).
///
/// # Errors
/// If an expression overflows.
pub fn compute(
    form: &CompiledForm,
    total: (Subject, Counts),
    rows: Vec<(Subject, Counts)>,
) -> Result<Report, EvaluationError> {
    let mut broken = Vec::new();
    let mut row = |(subject, counts): (Subject, Counts), name: &str| {
        let cells = cells(form, &counts)?;
        let values = form.columns.iter().zip(&cells).map(|(column, cell)| (column.code.as_str(), cell.count()));
        let values = Numbers::of(values);
        for identity in &form.identities {
            if !values.truth(identity)? {
                broken.push(format!("{name}: {}", identity.text()));
            }
        }
        Ok(Row { subject, cells })
    };
    let total = row(total, "total")?;
    let mut computed = Vec::with_capacity(rows.len());
    for one in rows {
        let name = one.0.id.to_string();
        computed.push(row(one, &name)?);
    }
    Ok(Report { total, rows: computed, broken_identities: broken })
}

fn cells(form: &CompiledForm, counts: &Counts) -> Result<Vec<Cell>, EvaluationError> {
    let numbers = Numbers::of(form.counts.iter().map(|count| count.name.as_str()).zip(counts.0.iter().copied()));
    let mut cells = Vec::with_capacity(form.columns.len());
    for column in &form.columns {
        cells.push(match &column.meaning {
            Meaning::Count(expression, _) => Cell::Count(numbers.integer(expression)?),
            // Its two columns may stand on either side of it.
            Meaning::Ratio(..) => Cell::Ratio(Ratio::new(0, 0)),
        });
    }
    for (place, column) in form.columns.iter().enumerate() {
        if let Meaning::Ratio(numerator, denominator) = column.meaning {
            cells[place] = Cell::Ratio(Ratio::new(cells[numerator].count(), cells[denominator].count()));
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{CaseState, Kind, case_slot, mediator_slot},
        rules,
    };

    fn subject() -> Subject {
        Subject { id: Uuid::from_u128(7), code: String::new(), display_name: "Tổ hòa giải số 7".into() }
    }

    fn report(code: &str, records: &[(Kind, i32, i64)]) -> (Vec<Cell>, Vec<String>) {
        let forms = rules::builtin();
        let form = forms.in_force(code, "2022-12-31".parse().unwrap()).unwrap();
        let mut counts = Counts::zero(&form.counts);
        for (kind, slot, number) in records {
            counts.add(&form.counts, *kind, *slot, *number);
        }
        let report = compute(&form, (subject(), counts), Vec::new()).unwrap();
        (report.total.cells, report.broken_identities)
    }

    fn counts(cells: &[Cell]) -> Vec<i64> {
        cells.iter().map(|cell| cell.count()).collect()
    }

    #[test]
    fn rule_48_the_published_figures_of_2022_come_out() {
        use CaseState::*;
        let case = |state, category, number| (Kind::Case, case_slot(state, category), number);
        let (cells, broken) = report(
            "results",
            &[
                case(Successful, 1, 2_000),
                case(Successful, 2, 700),
                case(Successful, 3, 486),
                case(Unsuccessful, 4, 540),
                case(Paused, 5, 24),
                case(InMediation, 6, 100),
                case(Declined, 1, 9),
                case(OutOfScope, 7, 9),
            ],
        );
        assert_eq!(counts(&cells)[..11], [3_850, 700, 486, 2_664, 3_186, 700, 486, 2_000, 540, 24, 100]);
        assert_eq!(cells[12], Cell::Ratio(Ratio::new(3_186, 3_726)));
        assert_eq!(Ratio::new(3_186, 3_726).percent().unwrap(), "85.51");
        assert_eq!(broken, Vec::<String>::new());
        let (cells, _) =
            report("five_good", &[(Kind::Team, 0, 4_964), (Kind::Assessment, 2, 3_001), (Kind::Assessment, 0, 5)]);
        assert_eq!(counts(&cells)[..4], [4_964, 3_006, 3_001, 3_001]);
        assert_eq!(cells[4], Cell::Ratio(Ratio::new(3_001, 4_964)));
    }

    #[test]
    fn rule_49_an_identity_that_does_not_hold_is_named_with_its_row() {
        let sound = [(Kind::Mediator, mediator_slot(1, 1, 1), 3), (Kind::Mediator, mediator_slot(2, 2, 3), 4)];
        let (cells, broken) = report("organization", &sound);
        assert_eq!((counts(&cells), broken.len()), (vec![0, 0, 7, 3, 4, 3, 4, 3, 0, 4, 0], 0));
        let (_, broken) = report("organization", &[(Kind::Mediator, mediator_slot(0, 1, 1), 1)]);
        assert_eq!(broken, ["total: c3 == c4 + c5"]);
    }

    #[test]
    fn a_period_is_at_most_ten_years() {
        let period = |first: &str, last: &str| Period::new(first.parse().unwrap(), last.parse().unwrap());
        assert!(period("2022-01-01", "2022-01-01").is_ok() && period("2015-01-01", "2024-12-31").is_ok());
        assert_eq!(period("2022-01-02", "2022-01-01"), Err(Refusal::PeriodWrong));
        assert_eq!(period("2015-01-01", "2025-01-02"), Err(Refusal::PeriodWrong));
    }
}
