//! The units of Hà Nội since 1 July 2025, compiled in: a demo needs nothing outside the binary.

const UNITS: &str = include_str!("../../../data/hanoi/units-2025.csv");

/// Where the units come from, as the import states it.
pub const SOURCE: &str = "Quyết định 19/2025/QĐ-TTg";

/// A unit of the file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Unit {
    /// Code.
    pub code: String,
    /// Name with its kind.
    pub name: String,
    /// Kind, as the contract names it without its prefix.
    pub kind: String,
    /// Code of the unit above; empty for the city.
    pub parent_code: String,
}

impl Unit {
    /// Whether it is a phường.
    #[must_use]
    pub fn ward(&self) -> bool {
        self.kind == "WARD"
    }
}

/// The city, then its communes, in the order of the file.
///
/// # Errors
/// Never in a build whose tests passed: they read the file.
pub fn units() -> Result<Vec<Unit>, csv::Error> {
    csv::Reader::from_reader(UNITS.as_bytes()).deserialize().collect()
}

/// The communes alone.
///
/// # Errors
/// Never in a build whose tests passed.
pub fn communes() -> Result<Vec<Unit>, csv::Error> {
    Ok(units()?.into_iter().filter(|unit| !unit.parent_code.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_city_has_126_communes() {
        let (all, communes) = (units().unwrap(), communes().unwrap());
        assert_eq!((all.len(), communes.len()), (127, 126));
        assert_eq!((all[0].code.as_str(), all[0].kind.as_str()), ("01", "MUNICIPALITY"));
        assert_eq!(communes.iter().filter(|c| c.ward()).count(), 51);
        assert!(communes.iter().all(|c| c.parent_code == "01" && (c.ward() || c.kind == "COMMUNE")));
    }
}
