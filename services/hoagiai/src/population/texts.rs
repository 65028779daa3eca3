//! What the cases are about, who the parties are and what they agree: invented, in the words of a register.

use super::{AreaPlan, cases::PartyPlan, names, random::Random};

/// Why a first session comes later than three days after assignment.
pub(super) const LATE: &str = "Một bên đi vắng, hai bên thống nhất lùi ngày hòa giải.";

const CONFLICT: &[&str] = &[
    "Hai gia đình mâu thuẫn về việc mở loa hát karaoke quá giờ quy định.",
    "Mâu thuẫn giữa hai hộ liền kề về việc để xe máy chắn lối đi chung.",
    "Xích mích do nuôi chó thả rông, gây mất vệ sinh ngõ xóm.",
    "Mâu thuẫn về việc xả nước mái sang phần sân của nhà bên cạnh.",
    "Hai bên lời qua tiếng lại về việc đổ vật liệu xây dựng ra ngõ chung.",
];
const CIVIL: &[&str] = &[
    "Tranh chấp ranh giới thửa đất giữa hai hộ liền kề, chênh lệch khoảng 0,3 m chiều ngang.",
    "Tranh chấp khoản tiền vay 15 triệu đồng, giấy vay viết tay, đã quá hạn trả.",
    "Tranh chấp việc bồi thường tường nhà bị nứt khi hộ bên cạnh đào móng.",
    "Tranh chấp lối đi qua bất động sản liền kề.",
    "Tranh chấp tiền đặt cọc thuê nhà sau khi chấm dứt hợp đồng.",
];
const FAMILY: &[&str] = &[
    "Vợ chồng mâu thuẫn về việc chi tiêu trong gia đình, vợ về nhà bố mẹ đẻ ở.",
    "Anh em trong gia đình không thống nhất việc phụng dưỡng cha mẹ già.",
    "Mâu thuẫn giữa mẹ chồng và con dâu trong sinh hoạt hằng ngày.",
    "Anh em bất đồng về việc sử dụng nhà thờ họ.",
];
const MINOR: &[&str] = &[
    "Xô xát nhỏ giữa hai thanh niên, không gây thương tích, hai bên xin được hòa giải.",
    "Trẻ em nghịch làm vỡ kính ô tô của hàng xóm.",
    "Hái trộm quả trong vườn, giá trị nhỏ.",
];
const OTHER: &[&str] = &[
    "Vụ, việc được cơ quan có thẩm quyền chuyển về tổ hòa giải sau khi không khởi tố.",
    "Bất đồng về việc đóng góp sửa đường ngõ.",
    "Bất đồng về việc sử dụng nhà văn hóa của khu dân cư.",
];
const AGREEMENTS: &[&str] = &[
    "Hai bên bắt tay, xin lỗi nhau và cam kết không tái diễn.",
    "Hai bên thống nhất giữ nguyên hiện trạng, mỗi bên tự tháo dỡ phần lấn trong 15 ngày.",
    "Bên vay trả làm ba lần trong ba tháng, bên cho vay không tính lãi.",
    "Hai bên thống nhất sửa chữa, bên gây thiệt hại chịu toàn bộ chi phí.",
];
const FAMILY_AGREEMENTS: &[&str] = &[
    "Vợ chồng đoàn tụ, thống nhất cùng bàn bạc các khoản chi.",
    "Các con luân phiên chăm sóc cha mẹ theo tháng, cùng góp chi phí thuốc men.",
    "Các bên xin lỗi nhau và cam kết giữ hòa khí trong gia đình.",
];

pub(super) fn summary(random: &mut Random, category: i32) -> String {
    let texts = match category {
        1 => CONFLICT,
        2 => CIVIL,
        3 => FAMILY,
        4 => MINOR,
        _ => OTHER,
    };
    (*random.pick(texts)).to_owned()
}

pub(super) fn agreement(random: &mut Random, category: i32) -> String {
    (*random.pick(if category == 3 { FAMILY_AGREEMENTS } else { AGREEMENTS })).to_owned()
}

/// Two parties, sometimes three: persons, families, rarely an organisation.
pub(super) fn parties(random: &mut Random, area: &AreaPlan) -> Vec<PartyPlan> {
    let count = 2 + usize::from(random.per_mille(60));
    (0..count)
        .map(|_| {
            let kind = *random.weighted(&[(80, 1), (15, 3), (3, 2), (2, 5)]);
            let woman = random.per_mille(450);
            let minority = area.minority && random.per_mille(600);
            let name = names::person(random, woman, minority);
            let (full_name, age) = match kind {
                1 => (name, i32::try_from(random.between(19, 84)).unwrap_or_default()),
                2 => (format!("Nhóm hộ do {name} đại diện"), 0),
                3 => (format!("Gia đình {name}"), 0),
                _ => (format!("Hợp tác xã dịch vụ {}", area.name), 0),
            };
            PartyPlan { kind, full_name, age, address: names::address(random, &area.name) }
        })
        .collect()
}
