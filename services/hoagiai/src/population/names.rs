//! Names of persons and places. Surnames come as often as they do in the country; nobody real is meant.

use super::random::Random;

const SURNAMES: &[(u32, &str)] = &[
    (380, "Nguyễn"),
    (121, "Trần"),
    (95, "Lê"),
    (70, "Phạm"),
    (51, "Hoàng"),
    (45, "Vũ"),
    (39, "Phan"),
    (25, "Đặng"),
    (21, "Bùi"),
    (20, "Đỗ"),
    (13, "Hồ"),
    (13, "Ngô"),
    (10, "Dương"),
    (9, "Lý"),
    (9, "Đào"),
    (8, "Đinh"),
    (8, "Trịnh"),
    (7, "Lương"),
    (7, "Tạ"),
    (6, "Chu"),
    (6, "Khuất"),
    (5, "Kiều"),
    (5, "Phùng"),
    (5, "Cấn"),
    (4, "Quách"),
    (4, "Mai"),
    (4, "Vương"),
    (3, "Lưu"),
    (3, "Tống"),
    (3, "Doãn"),
    (2, "Nghiêm"),
    (2, "Bạch"),
];
const MINORITY_SURNAMES: &[(u32, &str)] =
    &[(30, "Đinh"), (25, "Bùi"), (15, "Quách"), (10, "Hà"), (8, "Triệu"), (6, "Dương"), (4, "Bàn"), (2, "Đặng")];
const MEN_MIDDLE: &[(u32, &str)] = &[
    (40, "Văn"),
    (10, "Đức"),
    (8, "Hữu"),
    (8, "Quang"),
    (7, "Đình"),
    (6, "Xuân"),
    (5, "Minh"),
    (5, "Công"),
    (4, "Ngọc"),
    (4, "Bá"),
    (3, "Trọng"),
    (3, "Thế"),
    (2, "Duy"),
    (2, "Viết"),
];
const WOMEN_MIDDLE: &[(u32, &str)] = &[
    (60, "Thị"),
    (8, "Thị Thu"),
    (6, "Thị Thanh"),
    (6, "Thị Kim"),
    (5, "Ngọc"),
    (5, "Thị Minh"),
    (4, "Thu"),
    (4, "Bích"),
];
const MEN: &[&str] = &[
    "An", "Bình", "Cường", "Dũng", "Đạt", "Định", "Đức", "Giang", "Hải", "Hiếu", "Hòa", "Hùng", "Hưng", "Khải",
    "Khánh", "Kiên", "Lâm", "Long", "Lực", "Mạnh", "Minh", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Quyết", "Sơn",
    "Tài", "Tân", "Thái", "Thắng", "Thành", "Thịnh", "Thọ", "Tiến", "Toàn", "Trung", "Tuấn", "Tùng", "Việt", "Vinh",
];
const WOMEN: &[&str] = &[
    "An", "Anh", "Bình", "Chi", "Dung", "Duyên", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hòa", "Hồng", "Huệ", "Hương",
    "Huyền", "Lan", "Liên", "Linh", "Loan", "Lý", "Mai", "Minh", "Nga", "Ngân", "Ngọc", "Nhung", "Oanh", "Phương",
    "Quyên", "Tâm", "Thanh", "Thảo", "Thơm", "Thu", "Thủy", "Trang", "Tuyết", "Vân", "Xuân", "Yến",
];
const HAMLETS: &[&str] = &[
    "Đông",
    "Đoài",
    "Thượng",
    "Hạ",
    "Trung",
    "Nội",
    "Ngoại",
    "Chùa",
    "Đình",
    "Cầu",
    "Chợ",
    "Giếng",
    "Đồng",
    "Gò",
    "Bãi",
    "Tân Tiến",
    "Tân Lập",
    "Tân Hòa",
    "Đại Đồng",
    "Đoàn Kết",
    "Yên Phú",
    "Yên Bình",
    "Phú Thịnh",
    "Phú An",
    "Phúc Lộc",
    "An Lạc",
    "An Thái",
    "Hòa Bình",
    "Hòa Lạc",
    "Thanh Trung",
    "Thanh Lâm",
    "Xuân Dục",
    "Xuân Tràng",
    "Vĩnh Lộc",
    "Vĩnh Ninh",
    "Quảng Minh",
    "Quyết Tiến",
    "Cao Sơn",
    "Đức Hậu",
    "Lai Cách",
];
const STREETS: &[&str] =
    &["ngõ 12", "ngõ 45", "ngõ 68", "ngách 7", "ngõ 101", "đường liên thôn", "ngõ chợ", "ngõ đình", "khu tập thể"];

/// A full name.
pub(super) fn person(random: &mut Random, woman: bool, minority: bool) -> String {
    let surname = random.weighted(if minority { MINORITY_SURNAMES } else { SURNAMES });
    let (middle, given) = if woman {
        (random.weighted(WOMEN_MIDDLE), random.pick(WOMEN))
    } else {
        (random.weighted(MEN_MIDDLE), random.pick(MEN))
    };
    format!("{surname} {middle} {given}")
}

/// The name of the area with the given index in its commune: `Tổ dân phố số 7`, `Thôn Đông`.
pub(super) fn area(ward: bool, index: usize) -> String {
    match (ward, HAMLETS[index % HAMLETS.len()], index / HAMLETS.len()) {
        (true, ..) => format!("Tổ dân phố số {}", index + 1),
        (false, name, 0) => format!("Thôn {name}"),
        (false, name, round) => format!("Thôn {name} {}", round + 1),
    }
}

/// An address in the area.
pub(super) fn address(random: &mut Random, area: &str) -> String {
    format!("Số {}, {}, {}", random.between(1, 160), random.pick(STREETS), in_sentence(area))
}

/// A name that goes on in a sentence: `Tổ dân phố số 7` → `tổ dân phố số 7`.
#[must_use]
pub fn in_sentence(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_of_a_commune_have_different_names() {
        for ward in [true, false] {
            let names: std::collections::BTreeSet<_> = (0..300).map(|i| area(ward, i)).collect();
            assert_eq!(names.len(), 300);
        }
        assert_eq!((area(true, 6), area(false, 40)), ("Tổ dân phố số 7".to_owned(), "Thôn Đông 2".to_owned()));
        assert_eq!(in_sentence("Đông Anh"), "đông Anh");
    }
}
