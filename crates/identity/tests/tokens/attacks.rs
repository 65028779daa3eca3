//! Each attack of the kit is refused for its own reason, and its valid twin, which differs in that one thing, passes.

use hoagiai_identity::{
    testing::{attacks::attacks, forge::verifier},
    token::{Reason, bearer},
};

#[test]
fn every_attack_is_refused_for_its_reason_and_its_twin_passes() {
    let kit = attacks();
    let verifier = verifier();
    let mut wrong = Vec::new();
    for case in &kit {
        let before = verifier.verify(&case.twin, case.now).map(|_| ());
        let attack = verifier.verify(&case.token, case.now).map(|_| ());
        let again = verifier.verify(&case.token, case.now).map(|_| ());
        let coarse = attack.as_ref().err().map(ToString::to_string);
        if before.is_err() || attack.as_ref().map_err(|r| r.reason()) != Err(case.reason) || again != attack {
            wrong.push(format!(
                "{}: twin {before:?}, attack {attack:?}, again {again:?}, expected {:?}",
                case.name, case.reason
            ));
        }
        assert_eq!(coarse.as_deref().unwrap_or(COARSE), COARSE, "{}: the client is told the same always", case.name);
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), kit.len(), wrong.join("\n"));
    println!("{} attacks refused", kit.len());
    assert!(kit.len() >= 200, "only {} cases: some were lost", kit.len());
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
