//! What is known of a person beside who it is: languages, expertise, the identity number.

/// An identity number (số định danh): twelve digits. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityNumber(String);

impl IdentityNumber {
    /// Takes twelve digits; none for anything else.
    pub fn new(text: &str) -> Option<Self> {
        (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
    }

    /// All digits: for sealing and for the blind index.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// What answers show: the last three digits. They tell two numbers apart for one who has the paper at hand, and give
    /// neither place nor year of birth nor gender, which the first six do.
    pub fn masked(&self) -> String {
        format!("{}{}", "*".repeat(9), &self.0[9..])
    }
}

impl std::fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityNumber(..)")
    }
}

/// What is known of a person beside who it is. Sealed with the person.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// The identity number as a request states it; what is kept is never read back.
    pub identity_number: Option<IdentityNumber>,
    /// What is shown of the one that is kept; empty: none is.
    pub masked_identity_number: String,
    /// Languages beside Vietnamese, ISO 639.
    pub languages: Vec<String>,
    /// Fields of expertise.
    pub expertises: Vec<String>,
}

impl Details {
    /// Takes an identity number, if one is given.
    pub fn identify(&mut self, number: Option<IdentityNumber>) {
        if let Some(number) = &number {
            self.masked_identity_number = number.masked();
        }
        self.identity_number = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_number_is_shown_by_its_last_three_digits_alone() {
        let number = IdentityNumber::new("001190012345").unwrap();
        assert_eq!(number.masked(), "*********345");
        assert_eq!(format!("{number:?}"), "IdentityNumber(..)");
        for wrong in ["", "00119001234", "0011900123456", "00119001234a", "００１１９００１２３４５"] {
            assert_eq!(IdentityNumber::new(wrong), None, "{wrong}");
        }
    }
}
