//! Whether a call of a consumer goes through.

use hoagiai_types::Date;

use super::{AllowedMethod, Consumer, Refusal};

/// Admits a call by its path (`/package.Service/Method`) and its purpose. Whether a call of the day is left is asked after it, where
/// calls are counted.
///
/// # Errors
/// Revoked, out of force, not an allowed method, or no purpose: in this order, so that whoever is not
/// connected learns nothing of what exists.
pub fn admit<'a>(
    consumer: &'a Consumer,
    path: &str,
    purpose: Option<&str>,
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
    Ok((allowed, purpose.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consumer() -> Consumer {
        let mut consumer = Consumer::sample("H26");
        consumer.policy.allowed_methods = vec![AllowedMethod { method: "a.v1.B/Get".into(), fields: None }];
        consumer
    }

    #[test]
    fn what_is_not_in_the_policy_is_refused() {
        let consumer = consumer();
        let ask = |path: &str, purpose: Option<&str>, day: &str| {
            admit(&consumer, path, purpose, day.parse().unwrap())
                .map(|(allowed, purpose)| (allowed.method.clone(), purpose))
        };
        let today = "2026-11-27";
        assert_eq!(ask("/a.v1.B/Get", Some("xác minh"), today).unwrap(), ("a.v1.B/Get".into(), "xác minh".into()));
        assert_eq!(ask("/a.v1.B/List", Some("x"), today), Err(Refusal::MethodNotAllowed("a.v1.B/List".into())));
        assert_eq!(ask("a.v1.B/Get", Some("x"), today), Err(Refusal::MethodNotAllowed("a.v1.B/Get".into())));
        assert_eq!(ask("/a.v1.B/Get", None, today), Err(Refusal::PurposeRequired));
        for day in ["2025-12-31", "2027-01-01"] {
            assert_eq!(ask("/a.v1.B/Get", Some("x"), day), Err(Refusal::ConsumerNotInForce(day.parse().unwrap())));
        }
        for day in ["2026-01-01", "2026-12-31"] {
            assert!(ask("/a.v1.B/Get", Some("x"), day).is_ok());
        }
    }

    #[test]
    fn a_standing_purpose_stands_in_and_a_revoked_consumer_gets_nothing() {
        let mut consumer = consumer();
        consumer.policy.standing_purpose = "Luật 35/2013/QH13".into();
        let today = "2026-11-27".parse().unwrap();
        assert_eq!(admit(&consumer, "/a.v1.B/Get", None, today).unwrap().1, "Luật 35/2013/QH13");
        assert_eq!(admit(&consumer, "/a.v1.B/Get", Some("khác"), today).unwrap().1, "khác");
        consumer.revoke("hết thỏa thuận").unwrap();
        assert_eq!(admit(&consumer, "/a.v1.B/Get", None, today), Err(Refusal::ConsumerRevoked(consumer.id)));
        assert_eq!(consumer.revoke("again"), Err(Refusal::ConsumerRevoked(consumer.id)));
    }
}
