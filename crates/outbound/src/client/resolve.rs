//! Names to addresses.

use std::{future::Future, io, net::IpAddr, pin::Pin};

/// Addresses to come.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// What resolves names. Its answers are judged by the guard and are not trusted.
pub trait Resolve: Send + Sync {
    /// All addresses of a host, in the order in which they should be tried.
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// The system's resolver. It blocks a thread until it gives up by itself, also when nobody waits for it any longer: the
/// number of requests at a time is for the caller to bound.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) })
    }
}
