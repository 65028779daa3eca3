//! The command line: what may be said, and the words of `--help`. What it does stands in `commands`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{builtin::DataSet, failure};

/// Hòa Giải, the software of grassroots mediation (hòa giải ở cơ sở): every service in one process.
#[derive(Debug, Parser)]
#[command(name = "hoagiai", version, after_help = failure::HELP, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the registry, cases, evaluation and reporting on one gRPC port, on the data of a folder.
    #[command(after_help = failure::HELP)]
    Serve(ServeArgs),
    /// Load a city and show its figures: Hà Nội's 126 communes with the figures published for 2022.
    ///
    /// Everything goes through the gRPC contracts, as a client would do it. A second run on the same folder changes
    /// nothing; a run that was killed goes on where it stopped. Persons and cases are invented from a seed.
    #[command(after_help = failure::HELP)]
    Demo(DemoArgs),
    /// Serve a small city with test agencies, to try the interfaces against.
    ///
    /// Ids and secrets of the agencies are written to sandbox.json in the folder. --reset takes everything away first.
    #[command(after_help = failure::HELP)]
    Sandbox(SandboxArgs),
    /// Load administrative units, or the rosters that communes keep in spreadsheets; or make the form of one.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Call a method of a running server, from the description that the server gives of itself.
    ///
    /// Without METHOD all are listed. Answers are printed as JSON, one a line.
    #[command(after_help = failure::HELP)]
    Call(CallArgs),
    /// Make an access token of this folder's own issuer.
    #[command(after_help = failure::HELP)]
    Token(TokenArgs),
    /// Prove that the journals are whole.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Where the data is and where to listen.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// PostgreSQL instead of the folder's own databases: postgres://user@host/name. Each service gets a database of its
    /// own, name_registry, name_cases, name_evaluation, name_reporting, name_gateway, made if absent. Keys stay in the folder.
    #[arg(long, value_name = "URL", env = "HOAGIAI_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Address and port of gRPC; port 0 takes a free one (and a free one for the admin port). [default: 127.0.0.1:7000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Configuration file (TOML); `hoagiai config print` shows every key. Environment variables HOAGIAI__SECTION__KEY
    /// win over the file, options of the command line over both.
    #[arg(long, value_name = "FILE", env = "HOAGIAI_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Where to be reached by browsers and portals.
#[derive(Args, Clone, Debug, Default)]
pub struct Front {
    /// Address and port of HTTP (REST, Connect, gRPC-Web, /openapi.json, /docs); port 0 takes a free one.
    /// [default: 127.0.0.1:8080, or a free port where --listen asks for one]
    #[arg(long, value_name = "ADDRESS")]
    pub http: Option<SocketAddr>,
}

/// `serve`.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// The folder of databases and keys; made if absent.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// The front.
    #[command(flatten)]
    pub front: Front,
}

/// `demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// The folder of databases and keys; made if absent.
    #[arg(long, value_name = "DIR", default_value = "hoagiai-demo")]
    pub data: PathBuf,
    /// End after printing instead of serving on.
    #[arg(long)]
    pub once: bool,
    /// Write the figures to this file too, as the reporting service answered them.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// How many times the published figures.
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub scale: u32,
    /// What persons and cases are drawn from; the same seed gives the same city.
    #[arg(long, value_name = "N", default_value_t = 2022)]
    pub seed: u64,
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// The front.
    #[command(flatten)]
    pub front: Front,
}

/// `sandbox`.
#[derive(Args, Debug)]
pub struct SandboxArgs {
    /// The folder of databases, keys and secrets; made if absent.
    #[arg(long, value_name = "DIR", default_value = "hoagiai-sandbox")]
    pub data: PathBuf,
    /// Take away what the sandbox holds, and begin anew.
    #[arg(long)]
    pub reset: bool,
    /// End once everything is there instead of serving on.
    #[arg(long)]
    pub once: bool,
    /// An endpoint of this machine that webhooks may be sent to without TLS, such as 127.0.0.1:9090. May be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub webhook: Vec<SocketAddr>,
    /// Address and port of gRPC; port 0 takes a free one. [default: 127.0.0.1:7000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// The front.
    #[command(flatten)]
    pub front: Front,
}

/// `import …`.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Load a built-in data set of administrative units with their lineage, through the gRPC contract.
    ///
    /// Loading it again changes nothing. No server may run on the folder meanwhile.
    #[command(after_help = failure::HELP)]
    Units(ImportUnitsArgs),
    /// Import teams in force from an .xlsx or .csv file.
    ///
    /// All rows or none; a second run changes nothing. FILE.result.xlsx beside the file tells of every row.
    #[command(after_help = failure::HELP)]
    Teams(RosterArgs),
    /// Import mediators in force, with leaders, into teams that are there.
    ///
    /// All rows or none; a second run changes nothing. FILE.result.xlsx beside the file tells of every row.
    #[command(after_help = failure::HELP)]
    Mediators(RosterArgs),
    /// Write the workbook that communes fill in.
    Template(TemplateArgs),
}

/// `import units`.
#[derive(Args, Debug)]
pub struct ImportUnitsArgs {
    /// The data set that is compiled in.
    #[arg(long, value_name = "SET", value_enum)]
    pub built_in: DataSet,
    /// The folder of databases and keys; made if absent.
    #[arg(long, value_name = "DIR", default_value = "hoagiai-data")]
    pub data: PathBuf,
    /// Where.
    #[command(flatten)]
    pub place: Place,
}

/// `call`.
#[derive(Args, Debug)]
pub struct CallArgs {
    /// The method: FindUnit, UnitService/FindUnit, or its whole name.
    #[arg(value_name = "METHOD")]
    pub method: Option<String>,
    /// The request as JSON; `-` reads it from standard input. A method that takes a stream takes one JSON a line.
    /// [default: {}]
    #[arg(value_name = "JSON")]
    pub request: Option<String>,
    /// Show what the method takes and gives, in the words of its contract, instead of calling it.
    #[arg(long, requires = "method", conflicts_with = "request")]
    pub describe: bool,
    /// The server's port of gRPC.
    #[arg(long, value_name = "URL", env = "HOAGIAI_SERVER", default_value = "http://127.0.0.1:7000")]
    pub server: String,
    /// Certificate authorities (PEM) to trust for an https server, instead of those of the system.
    #[arg(long, value_name = "FILE", env = "HOAGIAI_CA")]
    pub ca: Option<PathBuf>,
    /// The token to call with; `hoagiai token` makes one.
    #[arg(long, env = "HOAGIAI_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// How many seconds the call may take; 0 sets no limit.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub timeout: u32,
}

/// `token`.
#[derive(Args, Debug)]
pub struct TokenArgs {
    /// The folder whose issuer signs; its servers take the token.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The role, for example justice_department, commune_chair or team_leader.
    #[arg(long)]
    pub role: String,
    /// Where the role holds: the id of a unit, `team:` and the id of a team, or `*` for everywhere.
    #[arg(long, value_name = "ID|*")]
    pub area: String,
    /// Whom the token names.
    #[arg(long, default_value = "local")]
    pub subject: String,
    /// How long it lives, in minutes.
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub minutes: u32,
}

/// `import teams` and `import mediators`.
#[derive(Args, Debug)]
pub struct RosterArgs {
    /// The roster, .xlsx or .csv.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The province, commune, thôn or tổ dân phố that it is of: its code of today, or its id.
    #[arg(long, value_name = "CODE|ID")]
    pub unit: String,
    /// Check everything and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Take the good rows and leave the faulty ones out.
    #[arg(long)]
    pub partial: bool,
    /// The sheet of the workbook; the first that is shown otherwise.
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Where the roster comes from, as the journal names it.
    #[arg(long, value_name = "TEXT", default_value = "Danh sách do địa phương cung cấp")]
    pub source: String,
    /// Number of the decision of rows that state none.
    #[arg(long, value_name = "TEXT", requires = "decision_date")]
    pub decision_number: Option<String>,
    /// Its day, dd/mm/yyyy.
    #[arg(long, value_name = "DAY", requires = "decision_number")]
    pub decision_date: Option<String>,
    /// Who signed it.
    #[arg(long, value_name = "TEXT", requires = "decision_number")]
    pub decision_issuer: Option<String>,
    /// Where the result is written. [default: FILE.result.xlsx beside the file]
    #[arg(long, value_name = "FILE")]
    pub result: Option<PathBuf>,
    /// The server to send it to, for example http://127.0.0.1:7000.
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub server: Option<String>,
    /// Certificate authorities (PEM) to trust for an https server, instead of those of the system.
    #[arg(long, value_name = "FILE", env = "HOAGIAI_CA", requires = "server")]
    pub ca: Option<PathBuf>,
    /// The token to send it with.
    #[arg(long, env = "HOAGIAI_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The folder to import into, when nothing serves it.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The PostgreSQL of that folder, if it has one.
    #[arg(long, value_name = "URL", env = "HOAGIAI_DATABASE_URL", hide_env_values = true, requires = "data")]
    pub database_url: Option<String>,
}

/// `import template`.
#[derive(Args, Debug)]
pub struct TemplateArgs {
    /// Of which roster.
    #[arg(value_enum)]
    pub kind: TemplateKind,
    /// The file to write.
    #[arg(value_name = "OUT.xlsx")]
    pub out: PathBuf,
}

/// Rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TemplateKind {
    /// Of teams.
    Teams,
    /// Of mediators.
    Mediators,
}

impl From<TemplateKind> for hoagiai_sheets::RosterKind {
    fn from(kind: TemplateKind) -> Self {
        match kind {
            TemplateKind::Teams => Self::Teams,
            TemplateKind::Mediators => Self::Mediators,
        }
    }
}

/// `journal …`.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Check every journal of a folder from its first entry: hashes, order, signatures, checkpoints, the witness file.
    ///
    /// Ends with 4 and the position when an entry was altered, removed, added or moved.
    #[command(after_help = failure::HELP)]
    Verify(VerifyArgs),
}

/// `journal verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The folder of databases and keys.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The PostgreSQL that the folder's server was given, if it was.
    #[arg(long, value_name = "URL", env = "HOAGIAI_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// `config …`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the configuration that `serve` would use, secrets as ***.
    Print(ConfigArgs),
    /// Check it: unknown keys and values that do not fit are named.
    Check(ConfigArgs),
}

/// `config print` and `config check`.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// The folder of databases and keys.
    #[arg(long, value_name = "DIR", default_value = "hoagiai-data")]
    pub data: PathBuf,
    /// Where.
    #[command(flatten)]
    pub place: Place,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_commands_of_the_readme_are_understood() {
        for line in [
            "hoagiai serve --data d",
            "hoagiai serve --data d --database-url postgres://h/x --listen 127.0.0.1:7000 --config c.toml",
            "hoagiai demo",
            "hoagiai demo --data d --once --json f.json --scale 2 --seed 7",
            "hoagiai import units --built-in hanoi --data d",
            "hoagiai import units --built-in vietnam",
            "hoagiai token --data d --role auditor --area *",
            "hoagiai import teams f.xlsx --unit 00004 --data d --dry-run",
            "hoagiai import mediators f.csv --unit 01 --server http://h:7000 --token t --partial --sheet S",
            "hoagiai import template mediators out.xlsx",
            "hoagiai journal verify --data d",
            "hoagiai config print",
            "hoagiai call",
            "hoagiai call FindUnit --describe",
            "hoagiai call UnitService/FindUnit {} --server http://h:7000 --token t --timeout 5",
            "hoagiai call --server https://h --ca f.pem",
            "hoagiai import teams f.xlsx --unit 00004 --server https://h --ca f.pem --token t",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "hoagiai",
            "hoagiai import teams",
            "hoagiai import teams f --unit 1 --data d --server u",
            "hoagiai import units --built-in mars",
            "hoagiai serve",
            "hoagiai demo --scale x",
            "hoagiai token --data d --role r",
            "hoagiai call --describe",
            "hoagiai call FindUnit {} --describe",
            "hoagiai frob",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
