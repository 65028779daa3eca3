//! `hoagiai call`: any method of a running server, from the description that the server gives of itself.

mod codec;
mod describe;
mod method;
mod reflection;

use std::{
    io::{Read as _, Write as _},
    process::ExitCode,
    time::Duration,
};

use futures_util::stream;
use hoagiai_transcode::{Fault, Limits, json};
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::{Request, Status, codegen::http::uri::PathAndQuery, metadata::MetadataValue, transport::Channel};

use crate::{cli::CallArgs, elsewhere, failure::Failure};

/// The largest answer: a report as a workbook.
const LARGEST: usize = 64 << 20;

pub(super) async fn run(args: CallArgs) -> Result<ExitCode, Failure> {
    let channel = elsewhere::channel(&args.server, args.ca.as_deref()).await?;
    let pool = reflection::ask(channel.clone()).await?;
    let Some(name) = &args.method else {
        print(method::list(&pool).as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let method = method::find(&pool, name)?;
    if args.describe {
        print(describe::method(&method).as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let messages = messages(&method, text(args.request.as_deref())?.as_bytes())?;
    call(channel, &method, request(messages, &args)?).await
}

/// The request as it was written, or from standard input.
fn text(given: Option<&str>) -> Result<String, Failure> {
    match given {
        None => Ok("{}".to_owned()),
        Some("-") => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| Failure::input("the request cannot be read", "it is UTF-8").because(&error))?;
            Ok(text)
        }
        Some(text) => Ok(text.to_owned()),
    }
}

/// One message, or for a stream one of each line.
fn messages(method: &MethodDescriptor, text: &[u8]) -> Result<Vec<DynamicMessage>, Failure> {
    let limits = Limits { body_bytes: LARGEST, ..Limits::default() };
    let read = |text: &[u8], line: Option<usize>| {
        json::message(&method.input(), text, &limits).map_err(|faults| wrong(method, &faults, line))
    };
    if !method.is_client_streaming() {
        return Ok(vec![read(text, None)?]);
    }
    let lines = text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    lines.map(|(index, line)| read(line, Some(index + 1))).collect()
}

fn wrong(method: &MethodDescriptor, faults: &[Fault], line: Option<usize>) -> Failure {
    let place = line.map(|line| format!("line {line}, ")).unwrap_or_default();
    let shown = faults.iter().map(|Fault { field, description }| match field.as_str() {
        "" => format!("\n    {place}{description}"),
        field => format!("\n    {place}{field}: {description}"),
    });
    let what = format!("the request is no {}:{}", method.input().name(), shown.collect::<String>());
    Failure::input(what, format!("see `hoagiai call {} --describe`", method.name()))
}

fn request(
    messages: Vec<DynamicMessage>,
    args: &CallArgs,
) -> Result<Request<stream::Iter<std::vec::IntoIter<DynamicMessage>>>, Failure> {
    let mut request = Request::new(stream::iter(messages));
    if args.timeout > 0 {
        request.set_timeout(Duration::from_secs(args.timeout.into()));
    }
    if let Some(token) = args.token.as_deref().filter(|token| !token.is_empty()) {
        let header = format!("Bearer {token}").parse::<MetadataValue<_>>();
        let mut header = header.map_err(|_| Failure::input("--token is no token", "`hoagiai token` makes one"))?;
        header.set_sensitive(true);
        request.metadata_mut().insert("authorization", header);
    }
    Ok(request)
}

/// On the wire one message is a stream of one, so that every kind of method is called alike.
async fn call(
    channel: Channel,
    method: &MethodDescriptor,
    request: Request<stream::Iter<std::vec::IntoIter<DynamicMessage>>>,
) -> Result<ExitCode, Failure> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let path = PathAndQuery::try_from(path).map_err(|error| Failure::failed("no path", "").because(&error))?;
    let mut client = tonic::client::Grpc::new(channel).max_decoding_message_size(LARGEST);
    client.ready().await.map_err(|error| Failure::failed("the connection was lost", "").because(&error))?;
    let answers = client.streaming(request, path, codec::Dynamic::new(method.output())).await;
    let mut answers = answers.map_err(|status| refused(&status))?.into_inner();
    while let Some(answer) = answers.message().await.map_err(|status| refused(&status))? {
        let line = json::print(&answer);
        let line = line.map_err(|error| Failure::failed("the answer cannot be shown", "").because(&error))?;
        print(&[&line, b"\n".as_slice()].concat())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(status: &Status) -> Failure {
    let what = format!("{:?}: {}", status.code(), elsewhere::told(status));
    match status.code() {
        code if elsewhere::is_failing(code) => Failure::failed(what, "see the server's log, or give it more --timeout"),
        tonic::Code::Unauthenticated => {
            Failure::input(what, "give --token, or set HOAGIAI_TOKEN; `hoagiai token` makes one on the server's folder")
        }
        _ => Failure::input(what, ""),
    }
}

/// Whoever reads may stop reading: that is no failure.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::failed("the answer cannot be written", "").because(&error))
        }
        _ => Ok(()),
    }
}
