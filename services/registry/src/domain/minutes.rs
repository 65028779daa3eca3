//! Minutes of an election (forms 01 to 05): which form goes with which way of voting (rule 13), and whether the numbers
//! in them agree. Names are sealed before they are kept.

use super::{Ballot, ElectionForm, words};

words! {
    /// Forms of minutes, NQLT 01/2014.
    MinutesForm {
        /// Mẫu 01.
        PublicVote = "public_vote",
        /// Mẫu 02.
        SecretBallot = "secret_ballot",
        /// Mẫu 03.
        HouseholdBallot = "household_ballot",
        /// Mẫu 04.
        LeaderPublicVote = "leader_public_vote",
        /// Mẫu 05.
        LeaderSecretBallot = "leader_secret_ballot",
    }
}

words! {
    /// Roles in an election board.
    BoardRole {
        /// The head of the Front's committee.
        Head = "head",
        /// The head of the thôn or tổ dân phố.
        Deputy = "deputy",
        /// A representative of a member organisation.
        Member = "member",
    }
}

impl ElectionForm {
    /// The minutes of an election of mediators held so.
    pub fn minutes(self) -> MinutesForm {
        match self {
            Self::PublicVote => MinutesForm::PublicVote,
            Self::SecretBallot => MinutesForm::SecretBallot,
            Self::HouseholdBallot => MinutesForm::HouseholdBallot,
        }
    }

    /// The minutes of a vote for a leader held so; a leader is never elected by ballots to households.
    pub fn leader_minutes(self) -> Option<MinutesForm> {
        match self {
            Self::PublicVote => Some(MinutesForm::LeaderPublicVote),
            Self::SecretBallot => Some(MinutesForm::LeaderSecretBallot),
            Self::HouseholdBallot => None,
        }
    }
}

/// A person whom the minutes name.
#[derive(Clone, PartialEq, Eq)]
pub struct Named {
    /// Full name.
    pub full_name: String,
    /// Office, or whom the person stands for.
    pub position: String,
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Named")
    }
}

/// Ballots of a vote on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ballots {
    /// Handed out.
    pub issued: u32,
    /// Came back.
    pub returned: u32,
    /// Of these, valid.
    pub valid: u32,
    /// Of these, invalid.
    pub invalid: u32,
}

/// What the minutes hold beside the candidates and their votes.
#[derive(Clone, PartialEq, Eq)]
pub struct Minutes {
    /// Where.
    pub place: String,
    /// When it began and ended, `HH:MM`; empty: not noted.
    pub clock: (String, String),
    /// Who chaired.
    pub chair: Named,
    /// Who kept them.
    pub secretary: Named,
    /// The election board.
    pub board: Vec<(BoardRole, Named)>,
    /// Who witnessed the count.
    pub witnesses: Vec<Named>,
    /// Others present.
    pub attendees: Vec<Named>,
    /// Ballots.
    pub ballots: Ballots,
    /// Opinions and complaints.
    pub remarks: String,
}

impl std::fmt::Debug for Minutes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minutes").field("ballots", &self.ballots).finish_non_exhaustive()
    }
}

/// What is wrong with a number or a person of the minutes; the field is that of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinutesFault {
    /// Must be 0: a public vote has no ballots.
    NoBallots(&'static str),
    /// More than there can be.
    TooMany(&'static str),
    /// Valid and invalid do not make what came back.
    DoNotAdd,
    /// Is missing.
    Missing(&'static str),
    /// More than one head or deputy.
    Twice,
    /// Ends before it begins.
    EndsEarly,
    /// The election of a leader has no board.
    NoBoard,
}

impl Minutes {
    /// Whether the minutes agree with themselves and with an election of mediators.
    pub fn faults(&self, ballot: &Ballot) -> Vec<MinutesFault> {
        let voters = if ballot.form == ElectionForm::HouseholdBallot { ballot.households } else { ballot.attending };
        let mut faults = self.own_faults(ballot.form, voters);
        let of = |role| self.board.iter().filter(|(held, _)| *held == role).count();
        if of(BoardRole::Head) == 0 {
            faults.push(MinutesFault::Missing("board_members"));
        }
        if of(BoardRole::Head) > 1 || of(BoardRole::Deputy) > 1 {
            faults.push(MinutesFault::Twice);
        }
        if self.witnesses.is_empty() {
            faults.push(MinutesFault::Missing("witnesses"));
        }
        faults
    }

    /// Whether the minutes agree with themselves and with a vote of so many mediators for their leader.
    pub fn leader_faults(&self, form: ElectionForm, voters: u32) -> Vec<MinutesFault> {
        let mut faults = self.own_faults(form, voters);
        if !self.board.is_empty() {
            faults.push(MinutesFault::NoBoard);
        }
        faults
    }

    fn own_faults(&self, form: ElectionForm, voters: u32) -> Vec<MinutesFault> {
        let Ballots { issued, returned, valid, invalid } = self.ballots;
        let numbers = [
            ("issued_ballot_count", issued, voters),
            ("returned_ballot_count", returned, issued),
            ("valid_ballot_count", valid, returned),
            ("invalid_ballot_count", invalid, returned),
        ];
        let mut faults = Vec::new();
        for (field, number, most) in numbers {
            if form == ElectionForm::PublicVote && number > 0 {
                faults.push(MinutesFault::NoBallots(field));
            } else if form != ElectionForm::PublicVote && number > most {
                faults.push(MinutesFault::TooMany(field));
            }
        }
        if faults.is_empty() && valid + invalid != returned {
            faults.push(MinutesFault::DoNotAdd);
        }
        let (start, end) = &self.clock;
        if !start.is_empty() && !end.is_empty() && end < start {
            faults.push(MinutesFault::EndsEarly);
        }
        faults
    }

    /// The most votes that one candidate can have: valid ballots, or those present and voting.
    pub fn most_votes(&self, form: ElectionForm, voters: u32) -> u32 {
        if form == ElectionForm::PublicVote { voters } else { self.ballots.valid }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ElectionRound, *};

    fn named(full_name: &str) -> Named {
        Named { full_name: full_name.into(), position: String::new() }
    }

    fn minutes(ballots: Ballots) -> Minutes {
        Minutes {
            place: "Nhà văn hóa".into(),
            clock: ("08:00".into(), "10:00".into()),
            chair: named("Kín"),
            secretary: named("Kín"),
            board: vec![(BoardRole::Head, named("Kín")), (BoardRole::Deputy, named("Kín"))],
            witnesses: vec![named("Kín")],
            attendees: Vec::new(),
            ballots,
            remarks: String::new(),
        }
    }

    fn ballot(form: ElectionForm, attending: u32) -> Ballot {
        let date = "2025-08-20".parse().unwrap();
        Ballot { form, round: ElectionRound::First, date, households: 100, attending, witnessed: true }
    }

    #[test]
    fn rule_13_each_form_of_election_has_its_form_of_minutes() {
        let words: Vec<_> = ElectionForm::ALL.iter().map(|form| form.minutes().word()).collect();
        assert_eq!(words, ["public_vote", "secret_ballot", "household_ballot"]);
        let leaders: Vec<_> = ElectionForm::ALL.iter().map(|form| form.leader_minutes()).collect();
        assert_eq!(leaders, [Some(MinutesForm::LeaderPublicVote), Some(MinutesForm::LeaderSecretBallot), None]);
    }

    #[test]
    fn ballots_add_up_and_are_never_more_than_the_voters() {
        let secret = ballot(ElectionForm::SecretBallot, 90);
        let good = Ballots { issued: 90, returned: 88, valid: 85, invalid: 3 };
        assert_eq!(minutes(good).faults(&secret), []);
        assert_eq!(minutes(Ballots { valid: 86, ..good }).faults(&secret), [MinutesFault::DoNotAdd]);
        let over = Ballots { issued: 91, returned: 92, ..good };
        let faults = minutes(over).faults(&secret);
        let many = [MinutesFault::TooMany("issued_ballot_count"), MinutesFault::TooMany("returned_ballot_count")];
        assert_eq!(faults, many);
        let houses = ballot(ElectionForm::HouseholdBallot, 0);
        assert_eq!(minutes(good).faults(&houses), [], "of all households");
        let public = ballot(ElectionForm::PublicVote, 90);
        assert_eq!(minutes(good).faults(&public).len(), 4, "a show of hands has no ballots");
        assert_eq!(minutes(Ballots::default()).faults(&public), []);
        assert_eq!(minutes(good).most_votes(ElectionForm::SecretBallot, 90), 85);
    }

    #[test]
    fn a_board_has_one_head_and_the_count_a_witness() {
        let secret = ballot(ElectionForm::SecretBallot, 90);
        let mut one = minutes(Ballots::default());
        one.board.clear();
        one.witnesses.clear();
        one.clock = ("10:00".into(), "09:59".into());
        let faults =
            [MinutesFault::EndsEarly, MinutesFault::Missing("board_members"), MinutesFault::Missing("witnesses")];
        assert_eq!(one.faults(&secret), faults);
        one.board = vec![(BoardRole::Head, named("A")), (BoardRole::Head, named("B"))];
        assert!(one.faults(&secret).contains(&MinutesFault::Twice));
        assert!(one.leader_faults(ElectionForm::SecretBallot, 5).contains(&MinutesFault::NoBoard));
    }

    #[test]
    fn names_in_minutes_are_never_printed() {
        assert!(!format!("{:?}", minutes(Ballots::default())).contains("Kín"));
        assert!(!format!("{:?}", named("Kín")).contains("Kín"));
    }
}
