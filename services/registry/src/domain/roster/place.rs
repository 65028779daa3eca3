//! Places as rosters name them, and the units that they mean.

use hoagiai_types::text;

use super::{Found, LineField, LineReason};
use crate::domain::{UnitId, UnitVersion};

/// Where a line lies, in the words of the roster; empty where it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceText {
    /// The commune.
    pub commune: String,
    /// The thôn or tổ dân phố.
    pub area: String,
    /// Its code.
    pub area_code: String,
}

/// A commune with its thôn and tổ dân phố.
#[derive(Debug, Clone)]
pub struct CommuneGround {
    /// The commune.
    pub unit: UnitVersion,
    /// What lies below it.
    pub areas: Vec<UnitVersion>,
}

/// Where lines of an import may lie.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The communes.
    pub communes: Vec<CommuneGround>,
    /// The one thôn or tổ dân phố, if the import is of one.
    pub only_area: Option<UnitId>,
    /// Whether the import is of one commune or less: lines need not name it.
    pub one_commune: bool,
}

/// A name of a place or team without its kind, marks, and zeros before numbers: `TDP 07`, `Tổ dân phố số 7` and
/// `Tổ hòa giải tổ 7` are one.
pub(super) fn key(name: &str) -> String {
    const KINDS: [&str; 16] = [
        "to hoa giai",
        "to dan pho",
        "khu dan cu",
        "dac khu",
        "thi tran",
        "phuong",
        "thon",
        "tdp",
        "kdc",
        "xa",
        "to",
        "xom",
        "lang",
        "ban",
        "cum",
        "so",
    ];
    let folded = text::fold(name);
    let plain =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut rest = plain.as_str();
    while let Some(shorter) = KINDS.iter().find_map(|kind| rest.strip_prefix(kind)?.strip_prefix(' ')) {
        rest = shorter;
    }
    let words = rest.split(' ').map(|word| {
        let number = word.bytes().all(|b| b.is_ascii_digit());
        let bare = if number { word.trim_start_matches('0') } else { word };
        if bare.is_empty() { word } else { bare }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The one unit of a name: of those that are written alike, else of those that mean alike.
fn named<'u>(units: impl Iterator<Item = &'u UnitVersion> + Clone, name: &str) -> Result<Option<&'u UnitVersion>, ()> {
    let (folded, wanted) = (text::fold(name), key(name));
    let exact: Vec<_> = units.clone().filter(|unit| text::fold(&unit.name) == folded).collect();
    let like: Vec<_> = if exact.is_empty() { units.filter(|unit| key(&unit.name) == wanted).collect() } else { exact };
    match like.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(()),
    }
}

impl Ground {
    /// The commune of a line, by its place in `communes`.
    pub fn commune(&self, place: &PlaceText) -> Found<usize> {
        let position = |unit: &UnitVersion| self.communes.iter().position(|commune| commune.unit.id == unit.id);
        let unknown = (LineField::Commune, LineReason::CommuneUnknown);
        if !place.commune.is_empty() {
            let found =
                named(self.communes.iter().map(|commune| &commune.unit), &place.commune).map_err(|()| unknown)?;
            return found.and_then(position).ok_or(unknown);
        }
        if self.one_commune {
            return Ok(0).and_then(|first| if self.communes.is_empty() { Err(unknown) } else { Ok(first) });
        }
        // The code of a thôn begins with that of its commune.
        let code = place.area_code.split('-').next().filter(|code| !code.is_empty());
        let found = code.and_then(|code| self.communes.iter().position(|commune| commune.unit.code == code));
        found
            .ok_or((LineField::Commune, if code.is_some() { LineReason::CommuneUnknown } else { LineReason::Required }))
    }

    /// The thôn or tổ dân phố of a line; none if it names none.
    pub fn area(&self, commune: usize, place: &PlaceText) -> Found<Option<&UnitVersion>> {
        let areas = self.communes.get(commune).map(|commune| commune.areas.as_slice()).unwrap_or_default();
        let areas = || areas.iter().filter(|area| self.only_area.is_none_or(|only| area.id == only));
        if !place.area_code.is_empty() {
            let found = areas().find(|area| area.code == place.area_code);
            return found.map(Some).ok_or((LineField::AreaCode, LineReason::AreaUnknown));
        }
        if !place.area.is_empty() {
            let found = named(areas(), &place.area).map_err(|()| (LineField::Area, LineReason::AreaAmbiguous))?;
            return found.map(Some).ok_or((LineField::Area, LineReason::AreaUnknown));
        }
        Ok(if self.only_area.is_some() { areas().next() } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_many_spellings() {
        for name in ["Tổ dân phố số 7", "TDP 07", "TDP số 7", "tổ 7", "Tổ hòa giải TDP số 07", "7"] {
            assert_eq!(key(name), "7", "{name}");
        }
        assert_eq!(key("Tổ hoà giải thôn Đông"), key("Đông"));
        assert_eq!(key("Xã Phúc Thọ"), "phuc tho");
        assert_eq!(key("Thôn"), "thon");
    }
}
