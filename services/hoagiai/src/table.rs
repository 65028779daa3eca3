//! The city's figures as a table for people, in Vietnamese.

use comfy_table::{CellAlignment, Table, presets};

use crate::figures::Figures;

/// Communes shown under the city.
const SHOWN: usize = 6;

/// The table of a city: its total, then a few communes of different size.
#[must_use]
pub fn city(total: &Figures, communes: &[(String, Figures)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header([
        "Đơn vị",
        "Tổ hòa giải",
        "Hòa giải viên",
        "Tiếp nhận",
        "Kết thúc",
        "Hòa giải thành",
        "Không thành",
        "Chưa, đang giải quyết",
        "Tỷ lệ thành (%)",
        "Tổ 5 tốt",
        "Tỷ lệ 5 tốt (%)",
    ]);
    table.add_row(row(&format!("Thành phố Hà Nội ({} xã, phường)", total.communes), total));
    for (name, figures) in shown(communes) {
        table.add_row(row(name, figures));
    }
    (1..11).for_each(|index| {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    });
    table.to_string()
}

/// Every so many-th commune by the number of teams, the largest first.
fn shown(communes: &[(String, Figures)]) -> Vec<&(String, Figures)> {
    let mut order: Vec<_> = communes.iter().collect();
    order.sort_by_key(|(name, figures)| (std::cmp::Reverse(figures.teams), name.clone()));
    order.into_iter().step_by((communes.len() / SHOWN).max(1)).take(SHOWN).collect()
}

fn row(name: &str, f: &Figures) -> Vec<String> {
    let counts = [f.teams, f.mediators, f.received, f.concluded, f.successful, f.unsuccessful, f.in_progress];
    let mut cells = vec![name.to_owned()];
    cells.extend(counts.map(number));
    cells.extend([decimal(&f.success_rate.percent), number(f.five_good.numerator), decimal(&f.five_good.percent)]);
    cells
}

/// An integer as Vietnamese print it: `32.024`.
fn number(value: i64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digit.is_ascii_digit() {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// A percentage as Vietnamese print it: `85,51`; a dash for none.
fn decimal(percent: &str) -> String {
    if percent.is_empty() { "–".to_owned() } else { percent.replace('.', ",") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Share;

    #[test]
    fn numbers_are_printed_the_vietnamese_way() {
        assert_eq!([number(0), number(999), number(32_024), number(1_000_000)], ["0", "999", "32.024", "1.000.000"]);
        assert_eq!((decimal("85.51"), decimal("")), ("85,51".to_owned(), "–".to_owned()));
    }

    #[test]
    fn the_table_shows_the_city_and_some_communes() {
        let share = Share { numerator: 3, denominator: 4, percent: "75.00".to_owned() };
        let figures = |teams| Figures {
            communes: 126,
            teams,
            mediators: 5,
            received: 4,
            concluded: 4,
            successful: 3,
            unsuccessful: 1,
            in_progress: 0,
            success_rate: share.clone(),
            five_good: share.clone(),
        };
        let communes: Vec<_> = (0..126).map(|n| (format!("Xã {n:03}"), figures(n))).collect();
        let text = city(&figures(4_964), &communes);
        assert!(text.contains("Thành phố Hà Nội (126 xã, phường)") && text.contains("4.964") && text.contains("75,00"));
        assert_eq!(text.matches("Xã ").count(), SHOWN);
        assert!(text.contains("Xã 125"), "the largest is shown");
    }
}
