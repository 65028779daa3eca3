//! `hoagiai import teams` and `mediators`: a roster of a file sent to the registry, and what became of it as a workbook beside the file.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use hoagiai_identity::{Area, Role};
use hoagiai_proto::{common::v1::Decision, registry::v1 as pb};
use hoagiai_rpc::convert::date;
use hoagiai_runtime::Server;
use hoagiai_sheets::{Report, ReportedFault, ReportedRow, RosterKind};
use hoagiai_types::{Date, Env, Uuid};

use crate::{
    cli::{Place, RosterArgs, TemplateArgs},
    commands::token,
    elsewhere,
    failure::{Code, Failure},
    folder::{self, Folder},
    progress::Progress,
    rosters::{Answered, Caller, Sent},
    server,
};

/// The largest file that a registry takes.
const LARGEST: u64 = 16 * 1024 * 1024;
/// A token for one import.
const TOKEN_MINUTES: u32 = 15;

pub(super) fn template(args: &TemplateArgs) -> Result<ExitCode, Failure> {
    let bytes = hoagiai_sheets::template(args.kind.into())
        .map_err(|error| Failure::failed("the template cannot be made", "").because(&error))?;
    write(&args.out, &bytes)?;
    eprintln!("{}", args.out.display());
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn run(kind: RosterKind, args: RosterArgs) -> Result<ExitCode, Failure> {
    // Everything that can be wrong is found before anything is sent.
    let bytes = read(&args.file)?;
    let decision = decision(&args)?;
    let result = args.result.clone().unwrap_or_else(|| beside(&args.file));
    folder::replaceable(&result).map_err(|error| not_writable(&result, &error))?;
    match (&args.data, &args.server) {
        (Some(data), None) => {
            let place = Place {
                database_url: args.database_url.clone(),
                listen: Some(([127, 0, 0, 1], 0).into()),
                config: None,
            };
            let tree = server::configuration(data, &place, true)?;
            let folder = Folder::lock(data)?;
            server::create_databases(&place).await?;
            let server = server::launch(tree).start().await.map_err(|error| server::not_started(&error, &folder))?;
            let caller = inside(&folder, &server);
            let ended = match caller {
                Ok(caller) => send(kind, &args, bytes, decision, &caller, &result).await,
                Err(failure) => Err(failure),
            };
            server.shutdown().await;
            ended
        }
        (None, Some(url)) => {
            let caller = outside(url, args.ca.as_deref(), args.token.as_deref()).await?;
            send(kind, &args, bytes, decision, &caller, &result).await
        }
        _ => Err(Failure::input(
            "where to import is not said",
            "give --server URL with --token, or --data DIR, not both",
        )),
    }
}

/// The folder's own server, as its operator.
fn inside(folder: &Folder, server: &Server) -> Result<Caller, Failure> {
    let channel =
        server.channel().map_err(|error| Failure::failed("no connection to the server", "").because(&error))?;
    let token = token::mint(&token::issuer(folder)?, "import", Role::Operator, Area::Everywhere, TOKEN_MINUTES)?;
    Ok(Caller { channel, token })
}

/// A server elsewhere.
async fn outside(url: &str, authorities: Option<&Path>, token: Option<&str>) -> Result<Caller, Failure> {
    let token = token.filter(|token| !token.is_empty()).ok_or_else(|| {
        Failure::input(
            "no token",
            "give --token, or set HOAGIAI_TOKEN; `hoagiai token` makes one on the server's folder",
        )
    })?;
    let channel = elsewhere::channel(url, authorities).await?;
    Ok(Caller { channel, token: token.to_owned() })
}

async fn send(
    kind: RosterKind,
    args: &RosterArgs,
    bytes: Vec<u8>,
    decision: Option<Decision>,
    caller: &Caller,
    result: &Path,
) -> Result<ExitCode, Failure> {
    let env = Env::system();
    let unit = caller.unit(&args.unit).await?;
    let header = pb::RosterHeader {
        unit_id: unit,
        source: args.source.clone(),
        decision,
        sheet: args.sheet.clone().unwrap_or_default(),
        partial: args.partial,
        validate_only: args.dry_run,
    };
    let names = labels(kind, &bytes, args, env.now().date_in_vietnam());
    // One id for the call and for its repeats: an answer that is lost is given again.
    let request_id: Uuid = env.ids.next_uuid(env.now());
    let phase = Progress::new().phase("Gửi danh sách", bytes.len());
    let sent = Sent { kind, header, bytes, request_id: request_id.to_string() };
    let answered = caller.import(sent, &phase).await?;
    phase.done();
    write(result, &workbook(&answered, &names)?)?;
    show(&answered, result, args.dry_run);
    match (answered.refused, answered.summary.faulty_row_count) {
        (None, 0) => Ok(ExitCode::SUCCESS),
        // Good rows were taken, faulty ones were not; or none was to be taken.
        (None, _) if answered.summary.applied => Ok(Code::Partly.into()),
        (None, _) => Ok(Code::Input.into()),
        (Some(_), _) => Ok(Code::Input.into()),
    }
}

/// Whose row each is, for the workbook that stays with whoever has the file.
fn labels(kind: RosterKind, bytes: &[u8], args: &RosterArgs, today: Date) -> Vec<(u32, String)> {
    let mut options = hoagiai_sheets::Options::on(today);
    options.sheet.clone_from(&args.sheet);
    // What the registry requires of the file is for it to say; here names alone are wanted.
    (options.decision_given, options.commune_given, options.area_given) = (true, true, true);
    match kind {
        RosterKind::Teams => hoagiai_sheets::read_teams(bytes, &options).map(|roster| roster.labels()),
        RosterKind::Mediators => hoagiai_sheets::read_mediators(bytes, &options).map(|roster| roster.labels()),
    }
    .unwrap_or_default()
}

fn workbook(answered: &Answered, names: &[(u32, String)]) -> Result<Vec<u8>, Failure> {
    let faults = answered.faults.iter().map(|fault| ReportedFault {
        row: u32::try_from(fault.row).unwrap_or(0),
        column: format!("{} {}", fault.column, fault.column_name).trim().to_owned(),
        value: fault.value.clone(),
        reason: fault.reason().as_str_name().trim_start_matches("ROSTER_FAULT_REASON_").to_owned(),
        text: fault.message.clone(),
    });
    let name = |row: u32| {
        let found = names.binary_search_by_key(&row, |(of, _)| *of).ok().and_then(|place| names.get(place));
        found.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let rows = answered.rows.iter().map(|row| {
        let number = u32::try_from(row.row).unwrap_or(0);
        ReportedRow { row: number, label: name(number), outcome: outcome(row.outcome()) }
    });
    let report = Report { summary: summary(answered), faults: faults.collect(), rows: rows.collect() };
    hoagiai_sheets::report(&report).map_err(|error| Failure::failed("the result cannot be written", "").because(&error))
}

fn outcome(outcome: pb::RosterRowOutcome) -> hoagiai_sheets::Outcome {
    use hoagiai_sheets::Outcome as Shown;
    match outcome {
        pb::RosterRowOutcome::Created => Shown::Created,
        pb::RosterRowOutcome::Updated => Shown::Updated,
        pb::RosterRowOutcome::Unchanged => Shown::Unchanged,
        pb::RosterRowOutcome::NotTaken => Shown::NotTaken,
        pb::RosterRowOutcome::Faulty | pb::RosterRowOutcome::Unspecified => Shown::Faulty,
    }
}

/// The lines of the summary.
fn summary(answered: &Answered) -> Vec<(String, String)> {
    let done = &answered.summary;
    let ignored: Vec<String> = done
        .columns
        .iter()
        .filter(|column| column.field.is_empty())
        .map(|column| format!("{} {}", column.column, column.column_name))
        .collect();
    let line = |what: &str, much: String| (what.to_owned(), much);
    vec![
        line("Đã ghi vào hệ thống", if done.applied { "Có" } else { "Không" }.to_owned()),
        line("Trang tính", done.sheet.clone()),
        line("Số dòng dữ liệu", done.row_count.to_string()),
        line("Tạo mới", done.created_count.to_string()),
        line("Cập nhật", done.updated_count.to_string()),
        line("Không thay đổi", done.unchanged_count.to_string()),
        line("Dòng có lỗi", done.faulty_row_count.to_string()),
        line("Dòng bỏ qua (tiêu đề, cộng, ký tên)", done.skipped_row_count.to_string()),
        line(
            "Tổ chưa đúng cơ cấu (thiếu người, nữ, tổ trưởng, hoặc vượt số lượng)",
            done.deviating_team_count.to_string(),
        ),
        line("Cột không nhập", ignored.join("; ")),
    ]
}

/// What is printed: numbers, never a name.
fn show(answered: &Answered, result: &Path, dry_run: bool) {
    let done = &answered.summary;
    println!(
        "{} dòng: tạo mới {}, cập nhật {}, không đổi {}, lỗi {} ({} lỗi){}",
        done.row_count,
        done.created_count,
        done.updated_count,
        done.unchanged_count,
        done.faulty_row_count,
        answered.faults.len(),
        match (done.applied, dry_run) {
            (true, _) => "",
            (false, true) => "; chạy thử, chưa ghi gì",
            (false, false) => "; chưa ghi gì",
        }
    );
    if let Some(refused) = &answered.refused {
        eprintln!("{refused}");
    }
    println!("{}", result.display());
}

fn decision(args: &RosterArgs) -> Result<Option<Decision>, Failure> {
    let (Some(number), Some(day)) = (&args.decision_number, &args.decision_date) else { return Ok(None) };
    let today = Env::system().now().date_in_vietnam();
    let day = hoagiai_sheets::date(day, today)
        .ok_or_else(|| Failure::input(format!("--decision-date {day} is no day"), "write it as 03/02/2020"))?;
    let issuer = args.decision_issuer.clone().unwrap_or_default();
    Ok(Some(Decision { number: number.clone(), issue_date: Some(date(day)), issuer }))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let remedy = "name an .xlsx or .csv file that you may read";
    let unreadable =
        |error: &std::io::Error| Failure::input(format!("{} cannot be read", path.display()), remedy).because(error);
    let size = std::fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if size > LARGEST {
        let what = format!("{} is larger than {} MiB", path.display(), LARGEST / 1024 / 1024);
        return Err(Failure::input(what, "send it commune by commune, or without pictures"));
    }
    std::fs::read(path).map_err(|error| unreadable(&error))
}

/// `roster.xlsx` → `roster.result.xlsx`.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(".result.xlsx");
    file.with_file_name(name)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    folder::replace_bytes(path, bytes).map_err(|error| not_writable(path, &error))
}

fn not_writable(path: &Path, error: &std::io::Error) -> Failure {
    let remedy = "name a file in a folder that exists and that you may write";
    Failure::input(format!("{} cannot be written", path.display()), remedy).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_lies_beside_the_file() {
        assert_eq!(beside(Path::new("a/ba-dinh.xlsx")), Path::new("a/ba-dinh.result.xlsx"));
    }
}
