//! P21, no oracle of existence: a record of another ward and one that is nowhere are answered alike, byte for byte, by every
//! method that asks for the area of a record, for every role that may call it; named as the record itself, or as another
//! beside records of the caller's own.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_identity::{Area, Policy, Role};
use hoagiai_proto::options::v1::AreaSource;
use hoagiai_rpc::method_rules;
use hoagiai_transcode::Binding;

use super::{
    p30_tokens::told,
    requests::{Ids, record_fields, request_of},
    walk::table,
    world::{World, ask},
};

/// A record that is nowhere.
const NOWHERE: &str = "01980000-0000-7000-8000-00000000dead";

/// Ids that are no secret: units are public reference data, and the city's cycle is its own.
const KNOWN: [&str; 5] = ["unit_id", "commune_unit_id", "area_unit_id", "province_unit_id", "cycle_id"];

/// The ids of a request: of records there, or of none.
struct Pair {
    of: String,
    there: Ids,
    nowhere: Ids,
}

/// Every id at once, and each id alone beside the caller's own.
fn pairs(binding: &Binding, world: &World) -> Vec<Pair> {
    let fields: Vec<_> = record_fields(binding, &world.here.ids);
    let nowhere = |ids: &Ids, which: &[&'static str]| {
        let absent = which.iter().filter(|name| !KNOWN.contains(name)).map(|name| (*name, NOWHERE.to_owned()));
        ids.clone().into_iter().chain(absent).collect::<Ids>()
    };
    let mut pairs = vec![Pair {
        of: "all".to_owned(),
        there: world.there.ids.clone(),
        nowhere: nowhere(&world.there.ids, &fields),
    }];
    for field in fields.iter().filter(|field| !KNOWN.contains(field)) {
        let Some(id) = world.there.ids.get(field) else { continue };
        let mut there = world.here.ids.clone();
        there.insert(field, id.clone());
        pairs.push(Pair { of: (*field).to_owned(), there, nowhere: nowhere(&world.here.ids, &[field]) });
    }
    pairs
}

/// An answer but for the ids of records that were asked for and come back in it.
fn but_for(told: &str, ids: &Ids) -> String {
    ids.iter()
        .filter(|(name, _)| !KNOWN.contains(name))
        .fold(told.to_owned(), |told, (_, id)| told.replace(id, "<asked>"))
}

async fn p21_absent_and_elsewhere_are_answered_alike(world: World) {
    let (policy, rules, table) = (Policy::embedded().unwrap(), method_rules().unwrap(), table());
    let tokens: BTreeMap<Role, String> =
        Role::ALL.iter().map(|role| (*role, world.token(*role, Some(Area::Unit(world.here.id))))).collect();
    let (mut asked, mut methods, mut wrong) = (0, BTreeSet::new(), Vec::new());
    let mut statuses = BTreeMap::<u16, usize>::new();
    for binding in table.bindings() {
        let path = format!("/{}/{}", binding.rpc().parent_service().full_name(), binding.rpc().name());
        let rule = rules.get(&path).unwrap();
        let Some(permission) = rule.permission.as_ref().filter(|_| rule.area == AreaSource::Record) else { continue };
        let (_, entry) = policy.entry(permission.as_str()).unwrap();
        for role in entry.roles.iter() {
            for pair in pairs(binding, &world) {
                let (there, nowhere) = (request_of(binding, &pair.there), request_of(binding, &pair.nowhere));
                let one = ask(world.http(), &there, &tokens[&role]).await;
                let other = ask(world.http(), &nowhere, &tokens[&role]).await;
                asked += 1;
                methods.insert(path.clone());
                *statuses.entry(one.status.as_u16()).or_default() += 1;
                let (one, other) = (but_for(&told(&one), &pair.there), but_for(&told(&other), &pair.nowhere));
                if one != other {
                    let what =
                        format!("{} as {role}, {}: {} {}", binding.rpc().name(), pair.of, there.verb, there.path);
                    wrong.push(format!("{what}\n    there:   {one}\n    nowhere: {other}"));
                }
            }
        }
    }
    println!("P21: {asked} pairs of {} methods answered alike, by status {statuses:?}", methods.len());
    assert!(wrong.is_empty(), "{} of {asked} tell:\n{}", wrong.len(), wrong.join("\n"));
    assert!(methods.len() > 90, "only {}", methods.len());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p21_absent_and_elsewhere_on_sqlite() {
    p21_absent_and_elsewhere_are_answered_alike(World::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p21_absent_and_elsewhere_on_postgresql() {
    p21_absent_and_elsewhere_are_answered_alike(World::on_postgres().await).await;
}
