//! Places as rosters name them, and the units that they mean.

use std::collections::HashMap;

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

/// Names of units, folded once: a roster asks for them by the ten thousand.
#[derive(Debug, Default)]
struct Names {
    /// As written, without marks.
    exact: HashMap<String, Vec<usize>>,
    /// By what they mean.
    alike: HashMap<String, Vec<usize>>,
}

impl Names {
    fn of<'u>(units: impl Iterator<Item = (usize, &'u UnitVersion)>) -> Self {
        let mut names = Self::default();
        for (index, unit) in units {
            names.exact.entry(text::fold(&unit.name)).or_default().push(index);
            names.alike.entry(key(&unit.name)).or_default().push(index);
        }
        names
    }

    /// The one unit of a name: of those that are written alike, else of those that mean alike.
    fn find(&self, name: &str) -> Result<Option<usize>, ()> {
        let like = self.exact.get(&text::fold(name)).or_else(|| self.alike.get(&key(name)));
        match like.map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([one]) => Ok(Some(*one)),
            Some(_) => Err(()),
        }
    }
}

/// The places of a ground, found by their names and codes.
#[derive(Debug)]
pub struct Places<'g> {
    ground: &'g Ground,
    names: Names,
    codes: HashMap<&'g str, usize>,
    /// Of each commune.
    areas: Vec<Names>,
}

impl<'g> Places<'g> {
    /// Folds the names of a ground.
    pub fn over(ground: &'g Ground) -> Self {
        let names = Names::of(ground.communes.iter().map(|commune| &commune.unit).enumerate());
        let codes = ground.communes.iter().enumerate().map(|(index, commune)| (commune.unit.code.as_str(), index));
        let admitted = |area: &UnitVersion| ground.only_area.is_none_or(|only| area.id == only);
        let of_commune =
            |commune: &'g CommuneGround| Names::of(commune.areas.iter().enumerate().filter(|(_, area)| admitted(area)));
        let areas = ground.communes.iter().map(of_commune).collect();
        Self { ground, names, codes: codes.collect(), areas }
    }

    /// The commune of a line, by its place in `communes`.
    pub fn commune(&self, place: &PlaceText) -> Found<usize> {
        let unknown = (LineField::Commune, LineReason::CommuneUnknown);
        if !place.commune.is_empty() {
            return self.names.find(&place.commune).ok().flatten().ok_or(unknown);
        }
        if self.ground.one_commune {
            return if self.ground.communes.is_empty() { Err(unknown) } else { Ok(0) };
        }
        // The code of a thôn begins with that of its commune.
        let code = place.area_code.split('-').next().filter(|code| !code.is_empty());
        let found = code.and_then(|code| self.codes.get(code).copied());
        found
            .ok_or((LineField::Commune, if code.is_some() { LineReason::CommuneUnknown } else { LineReason::Required }))
    }

    /// The thôn or tổ dân phố of a line; none if it names none.
    pub fn area(&self, commune: usize, place: &PlaceText) -> Found<Option<&'g UnitVersion>> {
        let areas = self.ground.communes.get(commune).map(|commune| commune.areas.as_slice()).unwrap_or_default();
        let admitted = |area: &&UnitVersion| self.ground.only_area.is_none_or(|only| area.id == only);
        if !place.area_code.is_empty() {
            let found = areas.iter().filter(admitted).find(|area| area.code == place.area_code);
            return found.map(Some).ok_or((LineField::AreaCode, LineReason::AreaUnknown));
        }
        if !place.area.is_empty() {
            let names = self.areas.get(commune).map_or(Ok(None), |names| names.find(&place.area));
            let found = names.map_err(|()| (LineField::Area, LineReason::AreaAmbiguous))?;
            return found
                .and_then(|index| areas.get(index))
                .map(Some)
                .ok_or((LineField::Area, LineReason::AreaUnknown));
        }
        Ok(if self.ground.only_area.is_some() { areas.iter().find(admitted) } else { None })
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
