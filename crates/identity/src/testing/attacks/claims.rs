//! Attacks on what a token says, all of them well signed.

use serde_json::json;

use super::Kit;
use crate::{
    testing::forge::{CITY, Draft, NOW, OURS, Signer, b64},
    token::Reason,
};

pub(super) fn claims(kit: &mut Kit) {
    use Reason::{
        Audience, ClaimMalformed, DuplicateKey, IssuerUnknown, KeyUnknown, NotBound, PayloadJson, RoleNotVouched,
    };
    for field in ["iss", "aud", "sub", "exp", "iat", "jti"] {
        kit.missing(field);
    }
    let near = [
        format!("{CITY}/"),
        CITY.to_uppercase(),
        CITY.replace("https", "http"),
        format!(" {CITY}"),
        String::new(),
        format!("{CITY}\u{0}"),
        "https://id.staging.test".into(),
    ];
    kit.claim("iss", near.iter().map(|iss| json!(iss)).collect(), IssuerUnknown, json!(CITY));
    kit.claim(
        "iss",
        vec![json!([CITY]), json!(1), json!(null), json!({"iss": CITY})],
        ClaimMalformed("iss"),
        json!(CITY),
    );
    kit.draft(
        "our issuer, signed in another environment",
        KeyUnknown,
        Draft::new("EdDSA", "staging-1", CITY, Signer::Stranger),
    );
    kit.draft(
        "one issuer's key under another's name",
        KeyUnknown,
        Draft::new("EdDSA", "courts-1", CITY, Signer::Courts),
    );

    let others = [
        json!("other"),
        json!("HOAGIAI"),
        json!("hoagiai "),
        json!("hoagiai2"),
        json!("hoagia"),
        json!("hoagiai/"),
        json!(["other"]),
        json!(["hoagiai2", "other"]),
    ];
    kit.claim("aud", others.to_vec(), Audience, json!(["account", OURS]));
    let odd = [
        json!([]),
        json!(null),
        json!(1),
        json!({"hoagiai": true}),
        json!([OURS, 1]),
        json!([[OURS]]),
        json!([null]),
        json!(vec![OURS; 9]),
    ];
    kit.claim("aud", odd.to_vec(), ClaimMalformed("aud"), json!(vec![OURS; 8]));

    let subjects = [
        json!(""),
        json!(1),
        json!(null),
        json!(["an"]),
        json!("an binh"),
        json!("an\n"),
        json!("аn"),
        json!("an\u{200b}"),
        json!("s".repeat(129)),
        json!("courts:an"),
    ];
    kit.claim("sub", subjects.to_vec(), ClaimMalformed("sub"), json!("s".repeat(128)));
    kit.claim(
        "jti",
        vec![json!(""), json!(1), json!(null), json!("j".repeat(129)), json!("a b")],
        ClaimMalformed("jti"),
        json!("j"),
    );

    let roles = [
        json!({}),
        json!("commune_chair"),
        json!(["commune_chair"]),
        json!([null]),
        json!(null),
        json!([{"role": "mediator"}]),
        json!([{"role": "admin", "area": "*"}]),
        json!([{"role": "*", "area": "*"}]),
        json!([{"role": "mediator", "area": "everywhere"}]),
        json!([{"role": "mediator", "area": "**"}]),
        json!([{"role": "mediator", "area": null}]),
        json!([{"role": "mediator", "area": "00000000-0000-0000-0000-000000000000"}]),
        json!([{"role": "mediator", "area": "*", "not_area": "x"}]),
        json!([{"role": "mediator", "area": "*", "from": "2026-02-30"}]),
        json!([{"role": "mediator", "area": "*", "to": 20_261_231}]),
        json!([{"role": "mediator", "area": "*", "to": ""}]),
        json!(vec![json!({"role": "mediator", "area": "*"}); 65]),
    ];
    kit.claim(
        "roles",
        roles.to_vec(),
        ClaimMalformed("roles"),
        json!(vec![json!({"role": "mediator", "area": "*"}); 64]),
    );
    for role in ["commune_chair", "operator", "service"] {
        let attack = Draft::courts().with("roles", json!([{"role": role, "area": "*"}]));
        kit.pair(
            format!("an agency's issuer vouches for {role}"),
            RoleNotVouched,
            attack.token(),
            Draft::courts().token(),
        );
    }
    kit.claim(
        "scope",
        vec![json!(["hoagiai:registry"]), json!(""), json!(1), json!("s ".repeat(1001))],
        ClaimMalformed("scope"),
        json!("a b"),
    );
    kit.claim(
        "person",
        vec![json!("me"), json!(1), json!("' OR 1=1")],
        ClaimMalformed("person"),
        json!("01900000-0000-7000-8000-000000000001"),
    );
    kit.claim(
        "purpose",
        vec![json!(""), json!(1), json!("line\nline"), json!("p".repeat(501))],
        ClaimMalformed("purpose"),
        json!("xác minh"),
    );
    kit.claim("agency", vec![json!(""), json!(1), json!("a".repeat(65))], ClaimMalformed("agency"), json!("CA-HN"));
    kit.draft(
        "bound to a certificate that is not shown",
        NotBound,
        Draft::ed().with("cnf", json!({"x5t#S256": b64([1; 32])})),
    );
    let confirmations = [
        json!({"jkt": "abc"}),
        json!({}),
        json!("x"),
        json!(null),
        json!({"x5t#S256": "short"}),
        json!({"x5t#S256": b64([1; 32]), "jkt": "abc"}),
        json!({"jwk": {}}),
    ];
    for value in confirmations {
        kit.draft(format!("cnf = {value}"), ClaimMalformed("cnf"), Draft::ed().with("cnf", value));
    }
    for (name, from, to, reason) in [
        ("sub twice", r#""sub":"an""#, r#""sub":"an","sub":"root""#, DuplicateKey),
        ("sub twice, once escaped", r#""sub":"an""#, r#""sub":"an","s\u0075b":"root""#, DuplicateKey),
        ("exp twice", r#""jti""#, r#""exp":9999999999,"jti""#, DuplicateKey),
        ("a role's area twice", r#""area":"*""#, r#""area":"*","area":"*""#, DuplicateKey),
        ("exp = 1e400", "1773100900", "1e400", PayloadJson),
        ("exp = 0x7fffffff", "1773100900", "0x7fffffff", PayloadJson),
        ("exp = +1773100900", "1773100900", "+1773100900", PayloadJson),
        ("exp = 01773100900", "1773100900", "01773100900", PayloadJson),
    ] {
        kit.text(name, reason, Draft::ed().edited(from, to));
    }
}

pub(super) fn times(kit: &mut Kit) {
    use Reason::{ClaimMalformed, Expired, IssuedInFuture, LifetimeTooLong, NotYetValid, TimesInverted};
    let odd = |second: i64| {
        vec![
            json!(second.to_string()),
            json!(second as f64),
            json!(second as f64 + 0.5),
            json!(null),
            json!(true),
            json!([second]),
            json!(-1),
            json!(253_402_300_800_i64),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1e300),
        ]
    };
    kit.claim("exp", odd(NOW + 900), ClaimMalformed("exp"), json!(NOW + 900));
    kit.claim("iat", odd(NOW), ClaimMalformed("iat"), json!(NOW));
    kit.claim("nbf", odd(NOW), ClaimMalformed("nbf"), json!(NOW));
    let life = |iat: i64, nbf: i64, exp: i64| {
        Draft::ed().with("iat", json!(NOW + iat)).with("nbf", json!(NOW + nbf)).with("exp", json!(NOW + exp)).token()
    };
    for (name, reason, attack, twin) in [
        ("expired by 6 seconds", Expired, life(-900, -900, -6), life(-900, -900, -4)),
        ("expired by the leeway", Expired, life(-900, -900, -5), life(-900, -900, -4)),
        ("expired a year ago", Expired, life(-31_536_000, -31_536_000, -31_535_100), life(-899, -899, 1)),
        ("nbf 6 seconds ahead", NotYetValid, life(0, 6, 900), life(0, 5, 900)),
        ("nbf an hour ahead, iat too", NotYetValid, life(3600, 3600, 4000), life(0, 0, 400)),
        ("iat 6 seconds ahead", IssuedInFuture, life(6, 0, 900), life(5, 0, 900)),
        ("exp as early as iat", TimesInverted, life(0, -10, 0), life(0, -10, 1)),
        ("exp before iat", TimesInverted, life(5, 0, 4), life(5, 0, 6)),
        ("exp as early as nbf", TimesInverted, life(0, 5, 5), life(0, 5, 6)),
        ("a second too long a life", LifetimeTooLong, life(0, 0, 901), life(0, 0, 900)),
        ("a life until 2106", LifetimeTooLong, life(0, 0, 2_500_000_000), life(0, 0, 900)),
        ("issued long ago, still good", LifetimeTooLong, life(-7200, -10, 600), life(-300, -10, 600)),
        ("nbf long ago, iat now", LifetimeTooLong, life(0, -7200, 600), life(0, -300, 600)),
    ] {
        kit.pair(name, reason, attack, twin);
    }
}
