//! What a search costs at the size of the country: run by hand,
//! `RECORDS=542000 cargo nextest run -p hoagiai-registry --run-ignored only scale --no-capture`.
//! The database is filled in bulk, without the contract; the searches go through it, two clients at a time.

use std::time::{Duration, Instant};

use hoagiai_proto::{common::v1 as common, registry::v1 as pb};
use hoagiai_registry::MIGRATIONS;
use hoagiai_store::on;
use hoagiai_testkit::engines::{Engine, TestDb};
use hoagiai_types::{Id, Timestamp, Uuid};
use prost::Message as _;
use sqlx::QueryBuilder;

use crate::{names::ask, world::*};

/// Syllables with their frequency in a thousand, as surveys of names have them.
const SURNAMES: &[(&str, u64)] = &[
    ("Nguyễn", 384),
    ("Trần", 110),
    ("Lê", 95),
    ("Phạm", 71),
    ("Hoàng", 37),
    ("Huỳnh", 14),
    ("Phan", 45),
    ("Vũ", 25),
    ("Võ", 14),
    ("Đặng", 21),
    ("Bùi", 20),
    ("Đỗ", 14),
    ("Hồ", 13),
    ("Ngô", 13),
    ("Dương", 10),
    ("Lý", 5),
    ("Đào", 8),
    ("Đoàn", 7),
    ("Trịnh", 7),
    ("Đinh", 7),
    ("Mai", 6),
    ("Trương", 9),
    ("Lâm", 4),
    ("Hà", 5),
    ("Cao", 5),
    ("Phùng", 5),
    ("Tạ", 3),
    ("Chu", 3),
    ("Quách", 2),
    ("Nghiêm", 2),
    ("Khuất", 1),
    ("Kiều", 2),
    ("Thái", 2),
    ("Lương", 5),
];
const MIDDLES: &[(&str, u64)] = &[
    ("Thị", 300),
    ("Văn", 260),
    ("Thị Thanh", 20),
    ("Thị Thu", 20),
    ("Thị Kim", 18),
    ("Thị Ngọc", 18),
    ("Thị Minh", 12),
    ("Ngọc", 25),
    ("Thanh", 20),
    ("Minh", 25),
    ("Đức", 35),
    ("Hữu", 25),
    ("Xuân", 22),
    ("Quang", 22),
    ("Đình", 18),
    ("Công", 12),
    ("Duy", 12),
    ("Trọng", 8),
    ("Bá", 8),
    ("Thế", 8),
    ("Mạnh", 8),
    ("Việt", 6),
    ("Hồng", 14),
    ("Phương", 8),
    ("", 10),
];
const GIVEN: &str = "An Anh Ánh Ân Bình Bảo Bích Chi Chiến Chinh Cúc Cường Công Dung Dũng Dương Duyên Đào Đạt Điệp Đoàn Đông \
    Đức Giang Hà Hải Hào Hạnh Hằng Hậu Hiên Hiền Hiếu Hoa Hòa Hoài Hoan Hoàn Hoàng Hồng Huân Huệ Hùng Huy Huyền Hưng Hương \
    Hường Hữu Khánh Khang Khoa Khôi Kiên Lam Lan Lâm Lân Liên Linh Loan Long Lộc Lợi Lụa Lực Lương Lý Mai Mạnh Mẫn Minh My Mỹ \
    Nam Nga Ngân Nghĩa Ngọc Nguyên Nguyệt Nhàn Nhân Nhung Oanh Phong Phú Phúc Phước Phương Phượng Quân Quang Quốc Quý Quyên \
    Quyết Sen Sinh Sơn Sự Tài Tám Tâm Tân Thái Thanh Thành Thảo Thắm Thắng Thịnh Thoa Thọ Thu Thủy Thúy Thư Thương Tiến Tình \
    Toàn Toán Trang Trâm Trí Trinh Trung Trường Tú Tuân Tuấn Tùng Tuyên Tuyết Tư Uyên Út Vân Vinh Việt Vũ Vượng Vy Xuân Xuyến Yên Yến";

/// SplitMix64: the same people on both engines.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn of(&mut self, table: &[(&'static str, u64)]) -> &'static str {
        let mut at = self.next() % table.iter().map(|(_, weight)| weight).sum::<u64>();
        for (word, weight) in table {
            match at.checked_sub(*weight) {
                None => return word,
                Some(rest) => at = rest,
            }
        }
        ""
    }

    fn name(&mut self, given: &[&str]) -> String {
        let (surname, middle) = (self.of(SURNAMES), self.of(MIDDLES));
        // Three given names in ten have two syllables.
        let mut words = vec![surname, middle];
        if self.next() % 10 < 3 {
            words.push(given[self.next() as usize % given.len()]);
        }
        words.push(given[self.next() as usize % given.len()]);
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[test]
#[ignore = "a measurement, not a test"]
fn searches_of_the_country_on_sqlite() {
    measured(Engine::Sqlite);
}

#[test]
#[ignore = "a measurement, not a test"]
fn searches_of_the_country_on_postgres() {
    measured(Engine::Postgres);
}

fn measured(engine: Engine) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(measure(engine));
}

/// Resident memory of this process in MiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}

fn id(kind: u128, n: u64) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + (kind << 56) + u128::from(n))
}

async fn measure(engine: Engine) {
    let records: u64 = std::env::var("RECORDS").ok().and_then(|n| n.parse().ok()).unwrap_or(542_000);
    let database = TestDb::of(engine, "registry", MIGRATIONS).await.unwrap();
    database.clock.set(Timestamp::parse("2026-03-02T02:00:00Z").unwrap());
    database.db.close().await;
    let world = World::over(database).await.unwrap();
    let city = world.small_city().await;
    let database = world.stop().await;
    let db = database.open_again().await.unwrap();
    let began = Instant::now();
    fill(&db, records, &city).await;
    db.close().await;
    println!("{engine:?}: {records} mediators filled in {:?}", began.elapsed());
    let (began, before) = (Instant::now(), resident());
    let world = World::over(database).await.unwrap();
    let ready = began.elapsed();
    let officer = city.officer();
    while world.mediators(&officer).search_mediators(ask("an", 0)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("ready after {ready:?}, names after {:?}, memory {} MiB more", began.elapsed(), resident() - before);
    let everywhere = "auditor~everywhere";
    let ward = || city.ward.clone();
    for (class, who, query, unit_id) in [
        ("common name", everywhere, "Nguyễn Văn An", String::new()),
        ("common, no marks", everywhere, "nguyen thi thanh huong", String::new()),
        ("one surname", everywhere, "Nguyễn", String::new()),
        ("rare name", everywhere, "Khuất Thế Vượng", String::new()),
        ("initials", everywhere, "N.V. An", String::new()),
        ("initials alone", everywhere, "NVA", String::new()),
        ("Telex", everywhere, "nguyeenx vawn cuowngf", String::new()),
        ("one slip", everywhere, "nguyen van cuogn", String::new()),
        ("given name first", everywhere, "Hương Trần Thị", String::new()),
        ("in a ward", everywhere, "nguyen van", ward()),
        ("of my ward", officer.as_str(), "nguyen", String::new()),
    ] {
        let request = pb::SearchMediatorsRequest { unit_id, page_size: 20, ..ask(query, 0) };
        report(&world, who, class, &request).await;
    }
}

/// Two clients, 200 searches each.
async fn report(world: &World, who: &str, class: &str, request: &pb::SearchMediatorsRequest) {
    let client = || async {
        let mut mediators = world.mediators(who);
        let (mut took, mut total) = (Vec::new(), 0);
        for _ in 0..200 {
            let began = Instant::now();
            total = mediators.search_mediators(request.clone()).await.unwrap().into_inner().total_count;
            took.push(began.elapsed());
        }
        (took, total)
    };
    let began = Instant::now();
    let ((mut took, total), (others, _)) = tokio::join!(client(), client());
    let spent = began.elapsed();
    took.extend(others);
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    let rate = took.len() as f64 / spent.as_secs_f64();
    println!("{class:<18} {total:>7} found  p50 {:>10.2?}  p99 {:>10.2?}  {rate:>6.0}/s", at(50), at(99));
}

/// Six or seven mediators a team; 160 of them in the ward, 32,000 in the city.
async fn fill(db: &hoagiai_store::Db, records: u64, city: &City) {
    let parse = |text: &str| text.parse::<Uuid>().unwrap();
    let (ward, area, province) = (parse(&city.ward), parse(&city.areas[0]), parse(&city.city));
    let given: Vec<&str> = GIVEN.split_whitespace().collect();
    let mut draw = Draw(542_000);
    let at = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    let place = |team: u64| match team {
        0..25 => (ward, if team == 0 { area } else { id(3, team) }, province),
        25..5_000 => (id(2, team / 40), id(3, team), province),
        _ => (id(2, team / 26), id(3, team), id(1, team / 2_600)),
    };
    let teams: Vec<u64> = (0..records.div_ceil(6)).collect();
    for teams in teams.chunks(500) {
        let mut tx = db.write().await.unwrap();
        on!(&mut tx, |c| {
            let mut query = QueryBuilder::new(
                "INSERT INTO teams (id, name, state, area_unit_id, commune_id, province_id, target_size, plan_id, plan_index,
                plan_number, plan_date, plan_issuer, exception_reason, sole, mediator_count, female_count, minority_count,
                deficiencies, revision, created_at, updated_at) ",
            );
            query.push_values(teams, |mut row, team| {
                let (commune, area_unit, province) = place(*team);
                row.push_bind(id(4, *team)).push_bind("Tổ hòa giải").push_bind("active").push_bind(area_unit);
                row.push_bind(commune).push_bind(province).push_bind(6_i32).push_bind(id(5, *team)).push_bind(0_i32);
                row.push_bind("1/QĐ").push_bind("2025-08-01").push_bind("").push_bind("").push_bind(false);
                row.push_bind(6_i32).push_bind(2_i32).push_bind(0_i32).push_bind(0_i32).push_bind(1_i64);
                row.push_bind(at).push_bind(at);
            });
            query.build().persistent(false).execute(c).await.map(drop)
        })
        .unwrap();
        tx.commit().await.unwrap();
    }
    let numbers: Vec<u64> = (0..records).collect();
    for numbers in numbers.chunks(500) {
        let mut tx = db.write().await.unwrap();
        let mut sealed = Vec::with_capacity(numbers.len());
        for n in numbers {
            let person = pb::Person {
                full_name: draw.name(&given),
                gender: common::Gender::Female.into(),
                birth_year: 1950 + i32::try_from(draw.next() % 50).unwrap(),
                phone: format!("09{:08}", draw.next() % 100_000_000),
                ..Default::default()
            };
            let subject = Id::<()>::from_uuid(id(6, *n));
            let person = tx.seal(subject.into(), "registry.mediator.person", &person.encode_to_vec()).await.unwrap();
            sealed.push((*n, person.to_bytes()));
        }
        on!(&mut tx, |c| {
            let mut query = QueryBuilder::new(
                "INSERT INTO mediators (id, team_id, area_unit_id, commune_id, province_id, election_id, election_index, state,
                votes_for, nominated_by_front, gender, ethnic_class, education_class, sealed_person, recognition_number,
                recognition_date, recognition_issuer, revision, created_at, updated_at) ",
            );
            query.push_values(&sealed, |mut row, (n, person)| {
                let (commune, area_unit, province) = place(n / 6);
                row.push_bind(id(6, *n)).push_bind(id(4, n / 6)).push_bind(area_unit).push_bind(commune);
                row.push_bind(province).push_bind(id(7, n / 6)).push_bind(0_i32).push_bind("recognized");
                row.push_bind(60_i32).push_bind(true).push_bind("female").push_bind("kinh").push_bind("none");
                row.push_bind(person.as_slice()).push_bind("1/QĐ").push_bind("2025-09-10").push_bind("");
                row.push_bind(1_i64).push_bind(at).push_bind(at);
            });
            query.build().persistent(false).execute(c).await.map(drop)
        })
        .unwrap();
        tx.commit().await.unwrap();
    }
}
