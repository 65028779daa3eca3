//! Whether a call of a consumer goes through.

use hoagiai_types::Date;

use super::{AllowedMethod, Consumer, Refusal};

/// Admits a call by its path (`/package.Service/Method`), its purpose and the calls of the day before it.
///
/// # Errors
/// Revoked, out of force, not an allowed method, no purpose, or the quota is used up: in this order, so that whoever is not
/// connected learns nothing of what exists.
pub fn admit<'a>(
    consumer: &'a Consumer,
    path: &str,
    purpose: Option<&str>,
    calls_today: i64,
    today: Date,
) -> Result<(&'a AllowedMethod, String), Refusal> {
    consumer.stands()?;
    let policy = &consumer.policy;
    if !policy.in_force(today) {
        return Err(Refusal::ConsumerNotInForce(today));
    }
    let not_allowed = || Refusal::MethodNotAllowed(path.trim_start_matches('/').to_owned());
    let allowed = policy.entry(path).ok_or_else(not_allowed)?;
    let standing = Some(policy.standing_purpose.as_str()).filter(|text| !text.is_empty());
    let purpose = purpose.or(standing).ok_or(Refusal::PurposeRequired)?;
    if calls_today >= policy.daily_quota {
        return Err(Refusal::QuotaExhausted(policy.daily_quota));
    }
    Ok((allowed, purpose.to_owned()))
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Timestamp, Uuid};

    use super::*;
    use crate::domain::Policy;

    fn consumer() -> Consumer {
        let day = |text: &str| text.parse().unwrap();
        let method = |name: &str| AllowedMethod { method: name.into(), fields: None };
        let policy = Policy {
            allowed_methods: vec![method("a.v1.B/Get")],
            area_unit_ids: vec![],
            daily_quota: 2,
            standing_purpose: String::new(),
            valid_from: day("2026-01-01"),
            valid_to: Some(day("2026-12-31")),
        };
        Consumer {
            id: Id::from_uuid(Uuid::nil()),
            agency_codes: vec![],
            display_name: "Tòa án".into(),
            policy,
            revoked: false,
            revoke_reason: String::new(),
            revision: 1,
            create_time: Timestamp::default(),
            update_time: Timestamp::default(),
        }
    }

    #[test]
    fn what_is_not_in_the_policy_is_refused() {
        let consumer = consumer();
        let ask = |path: &str, purpose: Option<&str>, calls: i64, day: &str| {
            admit(&consumer, path, purpose, calls, day.parse().unwrap())
                .map(|(allowed, purpose)| (allowed.method.clone(), purpose))
        };
        let today = "2026-11-27";
        assert_eq!(ask("/a.v1.B/Get", Some("xác minh"), 1, today).unwrap(), ("a.v1.B/Get".into(), "xác minh".into()));
        assert_eq!(ask("/a.v1.B/List", Some("x"), 0, today), Err(Refusal::MethodNotAllowed("a.v1.B/List".into())));
        assert_eq!(ask("a.v1.B/Get", Some("x"), 0, today), Err(Refusal::MethodNotAllowed("a.v1.B/Get".into())));
        assert_eq!(ask("/a.v1.B/Get", None, 0, today), Err(Refusal::PurposeRequired));
        assert_eq!(ask("/a.v1.B/Get", Some("x"), 2, today), Err(Refusal::QuotaExhausted(2)));
        for day in ["2025-12-31", "2027-01-01"] {
            assert_eq!(ask("/a.v1.B/Get", Some("x"), 0, day), Err(Refusal::ConsumerNotInForce(day.parse().unwrap())));
        }
        for day in ["2026-01-01", "2026-12-31"] {
            assert!(ask("/a.v1.B/Get", Some("x"), 0, day).is_ok());
        }
    }

    #[test]
    fn a_standing_purpose_stands_in_and_a_revoked_consumer_gets_nothing() {
        let mut consumer = consumer();
        consumer.policy.standing_purpose = "Luật 35/2013/QH13".into();
        let today = "2026-11-27".parse().unwrap();
        assert_eq!(admit(&consumer, "/a.v1.B/Get", None, 0, today).unwrap().1, "Luật 35/2013/QH13");
        assert_eq!(admit(&consumer, "/a.v1.B/Get", Some("khác"), 0, today).unwrap().1, "khác");
        consumer.revoke("hết thỏa thuận").unwrap();
        assert_eq!(admit(&consumer, "/a.v1.B/Get", None, 0, today), Err(Refusal::ConsumerRevoked(consumer.id)));
        assert_eq!(consumer.revoke("again"), Err(Refusal::ConsumerRevoked(consumer.id)));
    }
}
