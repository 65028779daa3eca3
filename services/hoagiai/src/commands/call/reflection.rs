//! The description that a server gives of itself (gRPC Server Reflection, v1), whichever version it is of.

use std::collections::{HashSet, VecDeque};

use futures_util::stream;
use prost::Message as _;
use prost_reflect::{DescriptorPool, prost_types::FileDescriptorProto};
use tokio::sync::mpsc;
use tonic::{Status, transport::Channel};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::{elsewhere, failure::Failure};

/// Everything that the server serves, with all that it is made of.
pub(super) async fn ask(channel: Channel) -> Result<DescriptorPool, Failure> {
    let files = files(channel).await?;
    let mut pool = DescriptorPool::new();
    let added = pool.add_file_descriptor_protos(files);
    added.map_err(|error| unusable("it does not hold together").because(&error))?;
    Ok(pool)
}

/// The files of every service and what they import, each once; asked for one by one over one stream.
async fn files(channel: Channel) -> Result<Vec<FileDescriptorProto>, Failure> {
    let (ask, mut asked) = mpsc::channel(1);
    let questions = stream::poll_fn(move |cx| asked.poll_recv(cx));
    // Some servers answer nothing, not even headers, before they are asked.
    put(&ask, MessageRequest::ListServices(String::new()))?;
    let answers = ServerReflectionClient::new(channel).server_reflection_info(questions).await;
    let mut answers = answers.map_err(|status| refused(&status))?.into_inner();
    let (mut files, mut waiting) = (Files::default(), VecDeque::new());
    loop {
        let answer = answers.message().await.map_err(|status| refused(&status))?;
        match answer.and_then(|answer| answer.message_response) {
            Some(MessageResponse::ListServicesResponse(list)) => {
                let names = list.service.into_iter().map(|service| service.name);
                waiting.extend(names.map(MessageRequest::FileContainingSymbol));
            }
            Some(MessageResponse::FileDescriptorResponse(found)) => {
                for bytes in found.file_descriptor_proto {
                    let imports = files.take(&bytes)?.into_iter();
                    waiting.extend(imports.map(MessageRequest::FileByFilename));
                }
            }
            Some(MessageResponse::ErrorResponse(error)) => return Err(unusable(&error.error_message)),
            _ => return Err(unusable("it broke off")),
        }
        match waiting.pop_front() {
            Some(question) => put(&ask, question)?,
            None => return Ok(files.whole),
        }
    }
}

fn put(ask: &mpsc::Sender<ServerReflectionRequest>, question: MessageRequest) -> Result<(), Failure> {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    ask.try_send(request).map_err(|error| unusable("it broke off").because(&error))
}

#[derive(Default)]
struct Files {
    whole: Vec<FileDescriptorProto>,
    /// Asked for or here.
    named: HashSet<String>,
    here: HashSet<String>,
}

impl Files {
    /// Takes a file, which may come again (it holds two services, or is imported as well), and names what it needs.
    fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, Failure> {
        let file = FileDescriptorProto::decode(bytes);
        let file = file.map_err(|error| unusable("a file of it cannot be read").because(&error))?;
        self.named.insert(file.name().to_owned());
        if !self.here.insert(file.name().to_owned()) {
            return Ok(Vec::new());
        }
        let imports = file.dependency.iter().filter(|name| self.named.insert((*name).clone())).cloned().collect();
        self.whole.push(file);
        Ok(imports)
    }
}

fn refused(status: &Status) -> Failure {
    unusable(&elsewhere::told(status))
}

fn unusable(why: &str) -> Failure {
    Failure::input(
        format!("the server's description of itself cannot be used: {why}"),
        "--server is the port of gRPC, and server.reflection of its configuration is on",
    )
}
