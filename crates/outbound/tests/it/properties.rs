//! What holds for any input: no panic, and one meaning for an address however it is written.

use std::net::Ipv4Addr;

use hoagiai_outbound::{
    event::{CloudEvent, Parts},
    guard::{Guard, Network},
    webhook::{
        acknowledgment::Acknowledgment,
        handshake::Origin,
        keys::{PublicKey, SigningKey},
        schedule::{self, Next},
        sign,
    },
};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

/// Special ranges are small: half of all addresses are taken from within or beside them.
fn addresses() -> impl Strategy<Value = u32> {
    let firsts =
        vec![0x0000_0000, 0x0A00_0000, 0x6440_0000, 0x7F00_0000, 0xA9FE_0000, 0xAC10_0000, 0xC0A8_0000, 0xE000_0000];
    prop_oneof![
        any::<u32>(),
        (prop::sample::select(firsts), -300_i32..300).prop_map(|(first, by): (u32, i32)| first.wrapping_add_signed(by)),
    ]
}

proptest! {
    #[test]
    fn an_address_means_the_same_in_every_notation(bits in addresses()) {
        let address = Ipv4Addr::from_bits(bits);
        let [a, b, c, d] = address.octets();
        let rest = bits & 0x00FF_FFFF;
        let guard = Guard::default();
        let judged = guard.admits(address.into());
        for host in [
            address.to_string(),
            bits.to_string(),
            format!("{bits:#x}"),
            format!("0{bits:o}"),
            format!("{a:#x}.{rest}"),
            format!("0{a:o}.{b:#x}.{c}.{d}."),
        ] {
            let read = guard.target(&format!("https://{host}/")).map(|target| target.host());
            prop_assert_eq!(read, judged.map(|()| address.to_string()), "{}", host);
        }
        // None of the forms that carry it within is let through.
        prop_assert!(guard.admits(address.to_ipv6_mapped().into()).is_err());
        prop_assert!(guard.admits(address.to_ipv6_compatible().into()).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), tail in ".{0,40}", bytes in any::<Vec<u8>>()) {
        let guard = Guard::default();
        for url in [text.clone(), format!("https://{text}"), format!("https://x.vn/{text}"), format!("https://{tail}")] {
            if let Ok(target) = guard.target(&url) {
                // What was taken once is taken again as it was read.
                let again = format!("https://{}:{}{}", target.host(), target.port(), target.path());
                prop_assert_eq!(guard.target(&again), Ok(target));
            }
        }
        let _ = (text.parse::<Network>(), text.parse::<Origin>());
        let _ = (format!("whsec_{text}").parse::<SigningKey>(), format!("whpk_{text}").parse::<PublicKey>());
        let _ = sign::sign(&[SigningKey::shared(&[1; 24]).unwrap()], &text, 1, &bytes);
        let rule = Acknowledgment::new("x", ["0".to_owned()]).unwrap();
        prop_assert!(!rule.holds(&bytes));
    }

    #[test]
    fn whatever_an_attribute_may_be_is_read_back_from_its_header(text in any::<String>()) {
        let parts = Parts { id: text.clone(), source: "/x".into(), kind: "x".into(), ..Parts::default() };
        if let Ok(event) = CloudEvent::new(parts) {
            let Ok(message) = event.nats() else { return Ok(()) };
            let (_, value) = message.headers.iter().find(|(name, _)| name == "ce-id").unwrap();
            prop_assert!(value.bytes().all(|b| b.is_ascii_graphic() && b != b'"'));
            prop_assert_eq!(percent_decode_str(value).decode_utf8().unwrap(), text);
        }
    }

    #[test]
    fn no_attempt_is_earlier_than_the_schedule(made in 0_u32..12, jitter in any::<f64>(), asked in any::<Option<u64>>()) {
        let asked = asked.map(std::time::Duration::from_secs);
        match (schedule::next(made, 0.0, None), schedule::next(made, jitter, asked)) {
            (Next::After(plain), Next::After(delay)) => prop_assert!(delay >= plain),
            (plain, delay) => prop_assert_eq!((plain, delay), (Next::GiveUp, Next::GiveUp)),
        }
    }
}
