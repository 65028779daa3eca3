//! What a consumer sees of an answer: the fields that are listed and all below them. Everything else is cleared.

use std::collections::BTreeMap;

use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, Value};

/// Fields of a message that stay: each with what stays below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask(BTreeMap<u32, Kept>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    Whole,
    Part(Mask),
}

impl Mask {
    /// Reads paths (`entry.team_id`), in the names of the contract or in those of its JSON form. A path through a list means
    /// each element.
    ///
    /// # Errors
    /// The first path that names no field.
    pub fn of(message: &MessageDescriptor, paths: &[String]) -> Result<Self, String> {
        let mut mask = Mask::default();
        for path in paths {
            mask.add(message, path).ok_or_else(|| path.clone())?;
        }
        Ok(mask)
    }

    fn add(&mut self, message: &MessageDescriptor, path: &str) -> Option<()> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let field = message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))?;
        let Some(rest) = rest else {
            self.0.insert(field.number(), Kept::Whole);
            return Some(());
        };
        let Kind::Message(below) = field.kind() else { return None };
        if field.is_map() {
            return None;
        }
        match self.0.entry(field.number()).or_insert_with(|| Kept::Part(Mask::default())) {
            Kept::Whole => Mask::default().add(&below, rest),
            Kept::Part(mask) => mask.add(&below, rest),
        }
    }

    /// Clears everything that is not kept, what the contract does not know included.
    pub fn apply(&self, message: &mut DynamicMessage) {
        message.take_unknown_fields().for_each(drop);
        for field in message.descriptor().fields() {
            match self.0.get(&field.number()) {
                None => message.clear_field(&field),
                Some(Kept::Whole) => {}
                Some(Kept::Part(_)) if !message.has_field(&field) => {}
                Some(Kept::Part(mask)) => match message.get_field_mut(&field) {
                    Value::Message(below) => mask.apply(below),
                    Value::List(list) => {
                        list.iter_mut().filter_map(Value::as_message_mut).for_each(|one| mask.apply(one))
                    }
                    _ => {}
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_proto::{pool, registry::v1 as pb};
    use prost::Message as _;

    use super::*;

    fn shown(paths: &[&str]) -> pb::ListDirectoryResponse {
        let entry = |id: &str| pb::DirectoryEntry {
            mediator_id: id.into(),
            full_name: "Nguyễn Thị Hòa".into(),
            contact: "0912 345 678".into(),
            team_id: "t".into(),
            ..Default::default()
        };
        let answer = pb::ListDirectoryResponse {
            entries: vec![entry("1"), entry("2")],
            next_page_token: "more".into(),
            freshness: Some(pb::DirectoryFreshness { entity_tag: "x".into(), ..Default::default() }),
        };
        let descriptor = pool().get_message_by_name("hoagiai.registry.v1.ListDirectoryResponse").unwrap();
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        let mask = Mask::of(&descriptor, &paths).unwrap();
        let mut message = DynamicMessage::decode(descriptor, answer.encode_to_vec().as_slice()).unwrap();
        mask.apply(&mut message);
        message.transcode_to().unwrap()
    }

    #[test]
    fn only_what_is_listed_stays() {
        let answer = shown(&["entries.mediator_id", "entries.teamId", "next_page_token"]);
        assert_eq!(answer.entries.len(), 2);
        assert_eq!(
            answer.entries[0],
            pb::DirectoryEntry { mediator_id: "1".into(), team_id: "t".into(), ..Default::default() }
        );
        assert_eq!((answer.next_page_token.as_str(), answer.freshness), ("more", None));
        let all = shown(&["entries"]);
        assert!(all.next_page_token.is_empty() && all.entries[1].contact == "0912 345 678");
        let both = shown(&["entries.mediator_id", "entries"]);
        assert_eq!(both.entries[0].full_name, "Nguyễn Thị Hòa");
        let nothing = shown(&[]);
        assert_eq!(nothing, pb::ListDirectoryResponse::default());
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        let descriptor = pool().get_message_by_name("hoagiai.registry.v1.ListDirectoryResponse").unwrap();
        for path in ["", "entries.", "entries.phone", "next_page_token.x", "Entries", "entries..team_id"] {
            assert_eq!(Mask::of(&descriptor, &[path.to_owned()]), Err(path.to_owned()));
        }
    }

    #[test]
    fn what_the_contract_does_not_know_is_not_shown() {
        let descriptor = pool().get_message_by_name("hoagiai.registry.v1.DirectoryTeam").unwrap();
        // Field 200, of a later contract.
        let bytes = [0xc2, 0x0c, 0x01, b'x'];
        let mut message = DynamicMessage::decode(descriptor.clone(), bytes.as_slice()).unwrap();
        Mask::of(&descriptor, &["team_id".to_owned()]).unwrap().apply(&mut message);
        assert!(message.encode_to_vec().is_empty());
    }
}
