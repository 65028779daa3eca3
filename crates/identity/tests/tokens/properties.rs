//! Properties: nothing but the token itself passes, nothing panics, and what is minted is read back.

use std::sync::LazyLock;

use hoagiai_identity::{
    Area, Grant, Role,
    testing::{
        date,
        forge::{Draft, NOW, at, verifier},
        tokens,
    },
    token::{NewToken, Verifier, bearer},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(verifier);
static LOCAL: LazyLock<Verifier> = LazyLock::new(tokens::verifier);
static GOOD: LazyLock<String> = LazyLock::new(|| Draft::ed().token());

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,12}".prop_map(Value::from),
        Just(json!("hoagiai")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
        prop_oneof![list, prop::collection::btree_map("[a-z]{1,6}", inner, 0..4).prop_map(|map| json!(map))]
    })
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    let id = (1..u128::MAX).prop_map(Uuid::from_u128);
    let area = prop_oneof![Just(Area::Everywhere), id.clone().prop_map(Area::Unit), id.prop_map(Area::Team)];
    let day = || prop::option::of((0..9000).prop_map(|n| date("2025-07-01").plus_days(n)));
    let grant = (prop::sample::select(Role::ALL), area, day(), day());
    prop::collection::vec(grant.prop_map(|(role, area, from, to)| Grant { role, area, from, to }), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_token_changed_in_one_place_is_refused(place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f, kind in 0..3) {
        let mut bytes = GOOD.clone().into_bytes();
        let place = place.index(bytes.len());
        match kind {
            0 => bytes[place] = byte,
            1 => bytes.insert(place, byte),
            _ => drop(bytes.remove(place)),
        }
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert_eq!(VERIFIER.verify(&changed, at(NOW)).is_ok(), changed == *GOOD);
    }

    #[test]
    fn any_text_is_refused_quietly(text in "\\PC{0,200}", parts in "[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,90}") {
        prop_assert!(VERIFIER.verify(&text, at(NOW)).is_err());
        prop_assert!(VERIFIER.verify(&parts, at(NOW)).is_err());
        let _ = bearer([text.as_bytes()]);
    }

    #[test]
    fn any_claim_and_any_header_of_any_shape_never_panic(claim in prop::sample::select(vec!["iss", "aud", "sub", "exp", "iat", "nbf", "jti",
        "roles", "scope", "cnf", "person", "purpose", "agency", "other"]), field in prop::sample::select(vec!["alg", "kid", "typ", "crit"]), value in any_json())
    {
        if let Ok(verified) = VERIFIER.verify(&Draft::ed().with(claim, value.clone()).token(), at(NOW)) {
            // What passes has the shape that was asked for.
            prop_assert!(!matches!(claim, "iss" | "exp" | "iat") || value.is_string() || value.is_i64());
            prop_assert!(!verified.principal().subject.is_empty());
        }
        let odd = VERIFIER.verify(&Draft::ed().header_with(field, value.clone()).token(), at(NOW));
        prop_assert!(odd.is_err(), "header {} = {}", field, value);
    }

    #[test]
    fn what_is_minted_is_read_back(subject in "[!-~]{1,100}", grants in grants(), purpose in prop::option::of("[a-zà-ỹ ]{1,80}"), person in any::<Option<u128>>(),
        scopes in prop::collection::btree_set("[a-z:._]{1,20}", 0..5), second in 0_i64..4_000_000_000, jti in any::<u128>())
    {
        let person = person.map(Uuid::from_u128);
        let token = NewToken { purpose, person, scopes, ..NewToken::for_subject(subject, grants) };
        let minted = tokens::issuer().mint(&token, at(second), Uuid::from_u128(jti)).unwrap();
        let verified = LOCAL.verify(&minted.token, at(second)).unwrap();
        let who = verified.principal();
        prop_assert_eq!((&who.subject, &who.grants, &who.purpose, who.person), (&token.subject, &token.grants, &token.purpose, token.person));
        prop_assert_eq!(&who.scopes, &token.scopes);
        prop_assert_eq!(verified.token_id(), minted.token_id.to_string());
        prop_assert_eq!(verified.expires(), minted.expires);
    }
}
