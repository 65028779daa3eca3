//! `Ratio`: two whole numbers. Thresholds are decided on them; a percentage is made for print alone.

/// `numerator / denominator`, both not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Ratio {
    /// The part.
    pub numerator: i64,
    /// The whole; 0 when there is nothing to take a part of.
    pub denominator: i64,
}

impl Ratio {
    /// `numerator` of `denominator`.
    #[must_use]
    pub const fn new(numerator: i64, denominator: i64) -> Self {
        Self { numerator, denominator }
    }

    /// The percentage with two decimals, half rounded up: `85.51`. `None` when the whole is nothing.
    #[must_use]
    pub fn percent(self) -> Option<String> {
        if self.denominator <= 0 {
            return None;
        }
        let (n, d) = (i128::from(self.numerator), i128::from(self.denominator));
        let hundredths = (n * 20_000 + d).div_euclid(2 * d);
        let sign = if hundredths < 0 { "-" } else { "" };
        let hundredths = hundredths.abs();
        Some(format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100))
    }

    /// Whether the ratio reaches `threshold_percent`, decided on whole numbers: 79.996 % prints as 80.00 but is below 80.
    /// A whole of nothing reaches no threshold.
    #[must_use]
    pub fn at_least(self, threshold_percent: i64) -> bool {
        let (n, d) = (i128::from(self.numerator), i128::from(self.denominator));
        d > 0 && n * 100 >= d * i128::from(threshold_percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_rounds_half_up_to_two_decimals() {
        let p = |n, d| Ratio::new(n, d).percent();
        assert_eq!(p(59, 69).as_deref(), Some("85.51"));
        assert_eq!(p(1, 3).as_deref(), Some("33.33"));
        assert_eq!(p(2, 3).as_deref(), Some("66.67"));
        assert_eq!(p(1, 800).as_deref(), Some("0.13"));
        assert_eq!(p(0, 5).as_deref(), Some("0.00"));
        assert_eq!(p(5, 5).as_deref(), Some("100.00"));
        assert_eq!(p(i64::MAX, i64::MAX).as_deref(), Some("100.00"));
        assert_eq!(p(0, 0), None);
    }

    #[test]
    fn a_threshold_is_decided_before_rounding() {
        let near = Ratio::new(79_996, 100_000);
        assert_eq!(near.percent().as_deref(), Some("80.00"));
        assert!(!near.at_least(80));
        assert!(Ratio::new(4, 5).at_least(80));
        assert!(!Ratio::new(0, 0).at_least(0));
    }
}
