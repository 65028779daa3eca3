//! How Vietnamese papers write days, hours, numbers, names of units and persons.

use hoagiai_types::Date;

use crate::domain::{EducationClass, ElectionForm, ElectionRound, Gender, Person, UnitKind};

/// A day in words. Days below 10 and the months 1 and 2 take a zero (Nghị định 30/2020/NĐ-CP, Phụ lục I): nothing can be
/// written before them.
pub(super) fn date(day: Date) -> String {
    let month = if day.month() < 3 { format!("{:02}", day.month()) } else { day.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", day.day(), day.year())
}

/// A number with a zero before it below 10, for the same reason.
pub(super) fn count(number: usize) -> String {
    format!("{number:02}")
}

/// The name of a unit as a place of writing: without its kind, but with it where the rest is a number.
pub(super) fn proper_name(kind: UnitKind, name: &str) -> &str {
    let kind = match kind {
        UnitKind::Ward => "phường",
        UnitKind::Commune => "xã",
        UnitKind::Township => "thị trấn",
        UnitKind::SpecialZone => "đặc khu",
        _ => return name,
    };
    let letters = kind.chars().count();
    let start: String = name.chars().take(letters).flat_map(char::to_lowercase).collect();
    let rest = name.char_indices().nth(letters).map_or("", |(at, _)| &name[at..]);
    let proper = rest.trim_start();
    let named = proper.len() < rest.len() && proper.chars().next().is_some_and(|first| !first.is_ascii_digit());
    if start == kind && named { proper } else { name }
}

/// Who heads an area.
pub(super) fn head_of(area: UnitKind) -> &'static str {
    if area == UnitKind::ResidentialGroup { "Tổ trưởng tổ dân phố" } else { "Trưởng thôn" }
}

/// How a person is addressed.
pub(super) fn title(person: &Person) -> &'static str {
    match person.statistics.gender {
        Gender::Male => "Ông",
        Gender::Female => "Bà",
    }
}

/// Gender as lists have it.
pub(super) fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "Nam",
        Gender::Female => "Nữ",
    }
}

/// Education as the statistics class it.
pub(super) fn education(class: EducationClass) -> &'static str {
    match class {
        EducationClass::Law => "Chuyên môn luật",
        EducationClass::Other => "Chuyên môn khác",
        EducationClass::None => "Chưa qua đào tạo",
    }
}

/// A way of voting.
pub(super) fn voting(form: ElectionForm) -> &'static str {
    match form {
        ElectionForm::PublicVote => "biểu quyết công khai",
        ElectionForm::SecretBallot => "bỏ phiếu kín",
        ElectionForm::HouseholdBallot => "phát phiếu lấy ý kiến các hộ gia đình",
    }
}

/// The number of the form of the minutes of an election of mediators.
pub(super) fn minutes_form(form: ElectionForm) -> &'static str {
    match form {
        ElectionForm::PublicVote => "Mẫu 01",
        ElectionForm::SecretBallot => "Mẫu 02",
        ElectionForm::HouseholdBallot => "Mẫu 03",
    }
}

/// A round.
pub(super) fn round(round: ElectionRound) -> &'static str {
    match round {
        ElectionRound::First => "bầu lần đầu",
        ElectionRound::Supplementary => "bầu bổ sung",
        ElectionRound::Repeat => "bầu lại",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_so_that_nothing_fits_before_them() {
        let words = |text: &str| date(text.parse().unwrap());
        assert_eq!(words("2026-03-05"), "ngày 05 tháng 3 năm 2026");
        assert_eq!(words("2026-02-28"), "ngày 28 tháng 02 năm 2026");
        assert_eq!(words("2026-10-10"), "ngày 10 tháng 10 năm 2026");
        assert_eq!(words("2026-01-01"), "ngày 01 tháng 01 năm 2026");
        assert_eq!((count(5), count(12)), ("05".into(), "12".into()));
    }

    #[test]
    fn a_place_is_named_without_its_kind_unless_it_is_a_number() {
        for (kind, name, proper) in [
            (UnitKind::Ward, "Phường Ba Đình", "Ba Đình"),
            (UnitKind::Ward, "phường Đống Đa", "Đống Đa"),
            (UnitKind::Commune, "Xã Ứng Hòa", "Ứng Hòa"),
            (UnitKind::SpecialZone, "Đặc khu Côn Đảo", "Côn Đảo"),
            (UnitKind::Ward, "Phường 22", "Phường 22"),
            (UnitKind::Commune, "Xãng Lớn", "Xãng Lớn"),
            (UnitKind::Ward, "Ba Đình", "Ba Đình"),
            (UnitKind::Ward, "Phường", "Phường"),
            (UnitKind::Hamlet, "Thôn Đoài", "Thôn Đoài"),
        ] {
            assert_eq!(proper_name(kind, name), proper, "{name}");
        }
    }
}
