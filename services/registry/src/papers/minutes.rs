//! What minutes hold beside the votes (forms 01 to 05).

use hoagiai_documents::Values;

use crate::domain::{BoardRole, ElectionForm, Minutes, Named};

/// A person with the office, if the minutes tell it.
fn with_office(named: &Named) -> String {
    match named.position.as_str() {
        "" => named.full_name.clone(),
        office => format!("{}, {office}", named.full_name),
    }
}

fn row(named: &Named) -> Values {
    let mut row = Values::new();
    row.text("full_name", &named.full_name).text("person", with_office(named));
    row
}

fn role(role: BoardRole) -> &'static str {
    match role {
        BoardRole::Head => "Tổ trưởng",
        BoardRole::Deputy => "Tổ phó",
        BoardRole::Member => "Thành viên",
    }
}

/// The minutes; none while they are kept on paper only. Numbers of ballots are printed where there were ballots.
pub(crate) fn of_minutes(values: &mut Values, minutes: Option<&Minutes>, form: ElectionForm) {
    let Some(minutes) = minutes else { return };
    let (start, end) = &minutes.clock;
    for (clock, hour, minute) in
        [(start, "minutes.start_hour", "minutes.start_minute"), (end, "minutes.end_hour", "minutes.end_minute")]
    {
        if let Some((hours, minutes)) = clock.split_once(':') {
            values.text(hour, hours).text(minute, minutes);
        }
    }
    let board = minutes.board.iter().map(|(held, named)| {
        let mut row = row(named);
        row.text("role", role(*held));
        row
    });
    values
        .text("minutes.place", &minutes.place)
        .text("minutes.chair", with_office(&minutes.chair))
        .text("minutes.chair_name", &minutes.chair.full_name)
        .text("minutes.secretary", with_office(&minutes.secretary))
        .text("minutes.secretary_name", &minutes.secretary.full_name)
        .text("minutes.remarks", &minutes.remarks)
        .rows("minutes.board_members", board.collect())
        .rows("minutes.witnesses", minutes.witnesses.iter().map(row).collect())
        .rows("minutes.attendees", minutes.attendees.iter().map(row).collect());
    // Ballots that nobody counted are kept as 0: a paper says nothing rather than that.
    if form != ElectionForm::PublicVote && minutes.ballots.issued > 0 {
        let ballots = minutes.ballots;
        values
            .text("minutes.issued", ballots.issued)
            .text("minutes.returned", ballots.returned)
            .text("minutes.valid", ballots.valid)
            .text("minutes.invalid", ballots.invalid);
    }
}
