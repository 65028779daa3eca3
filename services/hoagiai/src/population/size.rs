//! How large the population is: the published figures of the city, and multiples of them.

/// Totals of a population; every figure that is not here follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Teams in force.
    pub teams: u32,
    /// Mediators in force.
    pub mediators: u32,
    /// Cases concluded with agreement.
    pub successful: u32,
    /// Cases concluded without.
    pub unsuccessful: u32,
    /// Cases received and not concluded.
    pub in_progress: u32,
    /// Teams recognised as Tổ hòa giải 5 tốt.
    pub recognized: u32,
}

/// Why a population of that size cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// `--scale 0`, or more than the forms can hold: 1,000 teams in one commune.
    #[error("the scale must lie between 1 and {}", Size::MAX_SCALE)]
    Scale,
    /// A team has three to fifteen mediators here.
    #[error("{mediators} mediators do not make {teams} teams of {} to {} mediators", Size::LEAST, Size::MOST)]
    Mediators {
        /// Teams asked for.
        teams: u32,
        /// Mediators asked for.
        mediators: u32,
    },
    /// Recognised teams have no unsuccessful case here, so that other teams must exist for these.
    #[error("{recognized} of {teams} teams recognised leaves no team for the other cases")]
    Recognized {
        /// Teams asked for.
        teams: u32,
        /// Recognised teams asked for.
        recognized: u32,
    },
}

impl Size {
    /// Hà Nội, 2022, as published by the city (domain reference, section 9.1).
    pub const PUBLISHED: Self = Self {
        teams: 4_964,
        mediators: 32_024,
        successful: 3_186,
        unsuccessful: 540,
        in_progress: 124,
        recognized: 3_001,
    };
    /// Mediators of the smallest team (rule 3).
    pub const LEAST: u32 = 3;
    /// Mediators of the largest team that is made here.
    pub const MOST: u32 = 15;
    /// The largest multiple: a report holds at most 1,000 rows, so a commune at most 1,000 teams.
    pub const MAX_SCALE: u32 = 12;

    /// The published figures times `scale`, each exactly.
    ///
    /// # Errors
    /// When the scale is 0 or too large.
    pub fn published(scale: u32) -> Result<Self, SizeError> {
        if !(1..=Self::MAX_SCALE).contains(&scale) {
            return Err(SizeError::Scale);
        }
        let p = Self::PUBLISHED;
        Ok(Self {
            teams: p.teams * scale,
            mediators: p.mediators * scale,
            successful: p.successful * scale,
            unsuccessful: p.unsuccessful * scale,
            in_progress: p.in_progress * scale,
            recognized: p.recognized * scale,
        })
    }

    /// Whether a population of this size can be made.
    ///
    /// # Errors
    /// When the figures do not fit each other.
    pub fn check(self) -> Result<Self, SizeError> {
        let Self { teams, mediators, recognized, .. } = self;
        if mediators < teams * Self::LEAST || mediators > teams * Self::MOST {
            return Err(SizeError::Mediators { teams, mediators });
        }
        let cases = self.received() > 0;
        if recognized > teams || (cases && teams == 0) || (self.unsuccessful > 0 && recognized == teams) {
            return Err(SizeError::Recognized { teams, recognized });
        }
        Ok(self)
    }

    /// Cases received.
    #[must_use]
    pub const fn received(self) -> u32 {
        self.concluded() + self.in_progress
    }

    /// Cases concluded.
    #[must_use]
    pub const fn concluded(self) -> u32 {
        self.successful + self.unsuccessful
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_figures_are_those_of_2022() {
        assert_eq!((Size::PUBLISHED.received(), Size::PUBLISHED.concluded()), (3_850, 3_726));
        assert_eq!(Size::published(1), Ok(Size::PUBLISHED));
        assert_eq!(Size::published(3).map(|s| (s.mediators, s.received())), Ok((96_072, 11_550)));
        assert_eq!(Size::published(0), Err(SizeError::Scale));
        assert_eq!(Size::published(u32::MAX), Err(SizeError::Scale));
    }

    #[test]
    fn sizes_that_contradict_themselves_are_refused() {
        let p = Size::PUBLISHED;
        assert!(p.check().is_ok());
        assert!(Size { mediators: p.teams * 3 - 1, ..p }.check().is_err());
        assert!(Size { mediators: p.teams * 15 + 1, ..p }.check().is_err());
        assert!(Size { recognized: p.teams, ..p }.check().is_err());
        assert!(Size { recognized: p.teams, unsuccessful: 0, ..p }.check().is_ok());
        assert!(Size { teams: 0, mediators: 0, recognized: 0, ..p }.check().is_err());
    }
}
