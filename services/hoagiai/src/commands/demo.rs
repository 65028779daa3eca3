//! `hoagiai demo`: checks everything, starts the server, loads through it, prints, serves on.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use hoagiai_identity::{Area, Role};
use hoagiai_runtime::Server;
use hoagiai_types::Uuid;
use tokio::signal::unix::{SignalKind, signal};

use super::token;
use crate::{
    cli::DemoArgs,
    demo::{self, Demo, Loaded},
    failure::{Code, Failure},
    figures::Figures,
    folder::{self, Folder},
    population::Size,
    progress::Progress,
    server, table,
};

/// The token that is printed lives for a working day.
const TOKEN_MINUTES: u32 = 8 * 60;

pub(super) async fn run(args: DemoArgs) -> Result<ExitCode, Failure> {
    // Everything that can be wrong is found before anything is loaded.
    let size = Size::published(args.scale)
        .map_err(|error| Failure::input(format!("--scale {}: {error}", args.scale), "1 gives the published figures"))?;
    if let Some(path) = &args.json {
        folder::replaceable(path).map_err(|error| not_writable(path, &error))?;
    }
    let tree = server::with_front(&args.data, &args.place, &args.front, true)?;
    let folder = Folder::lock(&args.data)?;
    let demo = Demo { size, seed: args.seed };
    demo.fits(&folder)?;
    server::create_databases(&args.place).await?;

    // Who only wants the figures has nobody to serve.
    let launch = if args.once { server::launch(tree) } else { server::launch_with_front(tree) };
    let server = launch.install_telemetry().start().await.map_err(|error| server::not_started(&error, &folder))?;
    let ended = tokio::select! {
        shown = show(demo, &folder, &server, args.json.as_ref()) => shown.map(|()| true),
        stop = stopped() => stop.map(|()| false),
    };
    let code = match ended {
        Ok(true) if args.once => Ok(ExitCode::SUCCESS),
        Ok(true) => stopped().await.map(|()| ExitCode::SUCCESS),
        Ok(false) => {
            eprintln!("interrupted; run the same again to go on");
            Ok(Code::Interrupted.into())
        }
        Err(failure) => Err(failure),
    };
    server.shutdown().await;
    code
}

async fn show(demo: Demo, folder: &Folder, server: &Server, json: Option<&PathBuf>) -> Result<(), Failure> {
    let began = Instant::now();
    let client = demo::client(server, token::issuer(folder)?)?;
    let loaded = demo.load(folder, &client, &Progress::new()).await?;
    let incomplete = |error| Failure::failed("the reports lack figures", "").because(&error as &dyn std::error::Error);
    let total = loaded.reports.city().map_err(incomplete)?;
    let communes = loaded.reports.communes().map_err(incomplete)?;
    print_figures(&loaded, &total, &communes, began);
    if let Some(path) = json {
        let text = serde_json::to_string_pretty(&total).unwrap_or_default() + "\n";
        folder::replace(path, &text).map_err(|error| not_writable(path, &error))?;
    }
    print_ways(folder, server, loaded.city)
}

fn print_figures(loaded: &Loaded, total: &Figures, communes: &[(String, Figures)], began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    let how =
        if loaded.already { "đã có sẵn, không ghi gì thêm" } else { "đã nạp qua các hợp đồng gRPC" };
    println!("Kết quả hòa giải ở cơ sở của thành phố Hà Nội ({how}, {seconds:.1} giây)");
    println!("{}", table::city(total, communes));
    println!(
        "Số liệu tổng hợp là số liệu thành phố công bố cho năm 2022, đặt trên 126 đơn vị hành chính cấp xã có từ 01/07/2025:\n\
         tổ hòa giải thành lập từ 01/07/2025, vụ, việc tiếp nhận từ 01/07 đến 31/12/2025, kỳ đánh giá 2025,\n\
         kỳ báo cáo 01/01/2025 – 31/12/2025. Họ tên và nội dung vụ, việc là hư cấu."
    );
}

/// Where to look next.
fn print_ways(folder: &Folder, server: &Server, city: Uuid) -> Result<(), Failure> {
    let issuer = token::issuer(folder)?;
    let token = token::mint(&issuer, "demo", Role::JusticeDepartment, Area::Unit(city), TOKEN_MINUTES)?;
    let address = server.local_addr();
    println!("\nXem tiếp");
    println!("  gRPC         {address} (reflection: grpcurl -plaintext {address} list)");
    if let Some(http) = server.face("http") {
        println!("  REST         http://{http}/docs (mô tả: /openapi.json)");
    }
    if let Some(admin) = server.admin_addr() {
        println!("  Vận hành     http://{admin}/metrics, /livez, /readyz");
    }
    println!("  Dữ liệu      {} (hoagiai journal verify --data {0})", folder.path().display());
    println!("  Mã truy cập  Sở Tư pháp, 8 giờ:\n\nTOKEN={token}\n");
    println!(
        "grpcurl -plaintext -H \"authorization: Bearer $TOKEN\" -d '{{\"unit_id\":\"{city}\",\"form_code\":\"results\",\\"
    );
    println!(
        "  \"first_date\":{{\"year\":2025,\"month\":1,\"day\":1}},\"last_date\":{{\"year\":2025,\"month\":12,\"day\":31}}}}' \\"
    );
    println!("  {address} hoagiai.reporting.v1.ReportService/ComputeReport");
    Ok(())
}

/// Ends when the process is told to stop.
pub(super) async fn stopped() -> Result<(), Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| Failure::failed("the process cannot listen to signals", "").because(&error))
    };
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

fn not_writable(path: &Path, error: &std::io::Error) -> Failure {
    let remedy = "name a file in a folder that exists and that you may write";
    Failure::input(format!("--json: {} cannot be written", path.display()), remedy).because(error)
}
