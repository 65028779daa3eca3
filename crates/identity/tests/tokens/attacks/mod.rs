//! The attack kit: each case is refused for its own reason, and its valid twin, which differs in that one thing, passes.

mod claims;
mod header;
mod shape;

use hoagiai_identity::token::{Reason, bearer};
use hoagiai_types::Timestamp;
use serde_json::Value;

use crate::forge::{Draft, NOW, at, verifier};

struct Case {
    name: String,
    attack: String,
    twin: String,
    reason: Reason,
    now: Timestamp,
}

/// Collects cases; a case whose twin is not said has the untouched token of its kind.
#[derive(Default)]
struct Kit(Vec<Case>);

impl Kit {
    fn pair(&mut self, name: impl Into<String>, reason: Reason, attack: impl Into<String>, twin: impl Into<String>) {
        let (name, attack, twin) = (name.into(), attack.into(), twin.into());
        self.0.push(Case { name, attack, twin, reason, now: at(NOW) });
    }

    fn draft(&mut self, name: impl Into<String>, reason: Reason, attack: Draft) {
        self.pair(name, reason, attack.token(), Draft::ed().token());
    }

    fn text(&mut self, name: impl Into<String>, reason: Reason, attack: impl Into<String>) {
        self.pair(name, reason, attack, Draft::ed().token());
    }

    fn header(&mut self, field: &str, values: Vec<Value>, reason: Reason) {
        for value in values {
            self.draft(format!("header {field} = {value:.60}"), reason, Draft::ed().header_with(field, value));
        }
    }

    fn claim(&mut self, field: &'static str, values: Vec<Value>, reason: Reason, twin: Value) {
        for value in values {
            let name = format!("{field} = {}", value.to_string().chars().take(60).collect::<String>());
            self.pair(
                name,
                reason,
                Draft::ed().with(field, value).token(),
                Draft::ed().with(field, twin.clone()).token(),
            );
        }
    }

    fn missing(&mut self, field: &'static str) {
        self.draft(format!("{field} missing"), Reason::ClaimMissing(field), Draft::ed().without(field));
    }
}

#[test]
fn every_attack_is_refused_for_its_reason_and_its_twin_passes() {
    let mut kit = Kit::default();
    for part in [header::algorithms, header::headers, shape::shapes, claims::claims, claims::times] {
        part(&mut kit);
    }
    let verifier = verifier();
    let mut wrong = Vec::new();
    for case in &kit.0 {
        let before = verifier.verify(&case.twin, case.now).map(|_| ());
        let attack = verifier.verify(&case.attack, case.now).map(|_| ());
        let again = verifier.verify(&case.attack, case.now).map(|_| ());
        let coarse = attack.as_ref().err().map(ToString::to_string);
        if before.is_err() || attack.as_ref().map_err(|r| r.reason()) != Err(case.reason) || again != attack {
            wrong.push(format!(
                "{}: twin {before:?}, attack {attack:?}, again {again:?}, expected {:?}",
                case.name, case.reason
            ));
        }
        assert_eq!(coarse.as_deref().unwrap_or(COARSE), COARSE, "{}: the client is told the same always", case.name);
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), kit.0.len(), wrong.join("\n"));
    println!("{} attacks refused", kit.0.len());
    assert!(kit.0.len() >= 200, "only {} cases: some were lost", kit.0.len());
}

const COARSE: &str = "the credentials are missing or not accepted";

#[test]
fn exactly_one_bearer_header_is_a_token() {
    use Reason::{Missing, NotBearer, SeveralHeaders};
    let cases: &[(&[&[u8]], Reason)] = &[
        (&[], Missing),
        (&[b"Bearer a.b.c", b"Bearer a.b.c"], SeveralHeaders),
        (&[b"Bearer a.b.c", b""], SeveralHeaders),
        (&[b"Basic YTpi"], NotBearer),
        (&[b""], NotBearer),
        (&[b"Bearer"], NotBearer),
        (&[b"Bearer "], NotBearer),
        (&[b"Bearer  a.b.c"], NotBearer),
        (&[b"Bearer\ta.b.c"], NotBearer),
        (&[b" Bearer a.b.c"], NotBearer),
        (&[b"Bearer a.b.c "], NotBearer),
        (&[b"Bearer a.b.c, Bearer d.e.f"], NotBearer),
        (&[b"Bearer a.b.c,d.e.f"], NotBearer),
        (&[b"Bearer a.b.c\r\nX: y"], NotBearer),
        (&[b"Bearer \xff\xfe"], NotBearer),
        (&["Bearer a.b.ç".as_bytes()], NotBearer),
        (&[b"a.b.c"], NotBearer),
        (&[b"BearerX a.b.c"], NotBearer),
        (&[b"DPoP a.b.c"], NotBearer),
    ];
    for (values, reason) in cases {
        assert_eq!(bearer(values.iter().copied()).map_err(|rejected| rejected.reason()), Err(*reason), "{values:?}");
    }
    // The scheme is one word in any case (RFC 9110 §11.1): refusing `bearer` would only break honest clients.
    for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c"] {
        assert_eq!(bearer([value.as_bytes()]).ok(), Some("a.b.c"));
    }
}
