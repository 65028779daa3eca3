//! The papers of the procedures: which there are, and what each is made of (rule 13).

use super::{ElectionForm, words};

words! {
    /// The papers.
    PaperKind {
        /// Mẫu 01.
        ElectionMinutesPublicVote = "election_minutes_public_vote",
        /// Mẫu 02.
        ElectionMinutesSecretBallot = "election_minutes_secret_ballot",
        /// Mẫu 03.
        ElectionMinutesHouseholdBallot = "election_minutes_household_ballot",
        /// Mẫu 04.
        LeaderMinutesPublicVote = "leader_minutes_public_vote",
        /// Mẫu 05.
        LeaderMinutesSecretBallot = "leader_minutes_secret_ballot",
        /// Mẫu 06.
        RecognitionList = "recognition_list",
        /// Mẫu 07.
        LeaderProposal = "leader_proposal",
        /// Mẫu 08.
        CessationProposal = "cessation_proposal",
        /// Mẫu 09.
        CessationDisagreement = "cessation_disagreement",
        /// The decision on a list.
        RecognitionDecision = "recognition_decision",
        /// The decision on a leader.
        LeaderDecision = "leader_decision",
        /// The decision on a procedure of ceasing.
        CessationDecision = "cessation_decision",
    }
}

words! {
    /// What a paper is made of.
    PaperRecord {
        /// An election.
        Election = "election",
        /// A list before the chairman.
        RecognitionList = "recognition_list",
        /// The term of a leader.
        LeaderTerm = "leader_term",
        /// A procedure of ceasing.
        Cessation = "cessation",
    }
}

impl PaperKind {
    /// The record that the paper is made of.
    pub fn record(self) -> PaperRecord {
        match self {
            Self::ElectionMinutesPublicVote
            | Self::ElectionMinutesSecretBallot
            | Self::ElectionMinutesHouseholdBallot => PaperRecord::Election,
            Self::RecognitionList | Self::RecognitionDecision => PaperRecord::RecognitionList,
            Self::LeaderMinutesPublicVote
            | Self::LeaderMinutesSecretBallot
            | Self::LeaderProposal
            | Self::LeaderDecision => PaperRecord::LeaderTerm,
            Self::CessationProposal | Self::CessationDisagreement | Self::CessationDecision => PaperRecord::Cessation,
        }
    }

    /// The way of voting that the minutes are of (rule 13).
    pub fn voting(self) -> Option<ElectionForm> {
        match self {
            Self::ElectionMinutesPublicVote | Self::LeaderMinutesPublicVote => Some(ElectionForm::PublicVote),
            Self::ElectionMinutesSecretBallot | Self::LeaderMinutesSecretBallot => Some(ElectionForm::SecretBallot),
            Self::ElectionMinutesHouseholdBallot => Some(ElectionForm::HouseholdBallot),
            _ => None,
        }
    }

    /// Whether it is a decision of the chairman: a draft until it is taken.
    pub fn is_decision(self) -> bool {
        matches!(self, Self::RecognitionDecision | Self::LeaderDecision | Self::CessationDecision)
    }
}
