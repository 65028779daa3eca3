//! Closed lists of the law, with the words under which the tables keep them.

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the law.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word in tables and metadata.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value of a word.
            pub fn of_word(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What may be mediated: Nghị định 15/2014/NĐ-CP, Điều 5 khoản 1.
    Category {
        /// Mâu thuẫn giữa các bên.
        Conflict "conflict",
        /// Tranh chấp dân sự.
        CivilDispute "civil_dispute",
        /// Hôn nhân và gia đình.
        FamilyDispute "family_dispute",
        /// Vi phạm chưa đến mức xử lý.
        MinorViolation "minor_violation",
        /// Vi phạm hình sự không khởi tố hoặc đình chỉ.
        CriminalNotProsecuted "criminal_not_prosecuted",
        /// Biện pháp giáo dục hoặc thay thế.
        AlternativeMeasure "alternative_measure",
        /// Việc khác mà pháp luật không cấm.
        OtherPermitted "other_permitted",
    }
}

words! {
    /// Why a team took a case up: Luật 35/2013, Điều 16.
    Ground {
        /// Các bên yêu cầu.
        PartyRequest "party_request",
        /// Chứng kiến hoặc biết.
        Witnessed "witnessed",
        /// Phân công hoặc đề nghị.
        AssignedOrReferred "assigned_or_referred",
    }
}

words! {
    /// Why a case may not be mediated: Luật Điều 3, Nghị định 15/2014 Điều 5 khoản 2.
    Exclusion {
        /// Lợi ích Nhà nước, công cộng.
        PublicInterest "public_interest",
        /// Không được hòa giải theo tố tụng dân sự.
        NotConciliable "not_conciliable",
        /// Phải truy cứu hình sự.
        Criminal "criminal",
        /// Phải xử lý hành chính.
        Administrative "administrative",
        /// Thương mại, lao động.
        CommercialOrLabour "commercial_or_labour",
        /// Luật khác cấm.
        OtherLaw "other_law",
    }
}

words! {
    /// Why a case ended without success: Điều 23 khoản 2 and 3.
    UnsuccessfulReason {
        /// Một bên hoặc các bên yêu cầu chấm dứt.
        PartyRequest "party_request",
        /// Không thể đạt thỏa thuận.
        NoProspect "no_prospect",
    }
}

words! {
    /// What a party is: Điều 2 khoản 3.
    PartyKind {
        /// Cá nhân.
        Person "person",
        /// Nhóm cá nhân.
        Group "group",
        /// Gia đình.
        Family "family",
        /// Nhóm gia đình.
        FamilyGroup "family_group",
        /// Tổ chức.
        Organization "organization",
    }
}

words! {
    /// How a mediator came to a case.
    Source {
        /// Chosen by the parties.
        Parties "parties",
        /// Assigned by the leader.
        Leader "leader",
        /// Stepped in at once in what he or she witnessed.
        Witness "witness",
    }
}
