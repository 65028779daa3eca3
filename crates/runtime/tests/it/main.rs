//! The runtime against hostile, broken and honest clients: the attack kit of the edge, the layers, the orderly stop.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests, and a service that behaves as badly as the library lets it"
)]

mod attacks;
mod configuration;
mod databases;
mod descriptors;
mod honest;
mod layers;
mod lifecycle;
mod messages;
mod stop;
mod support;
mod tls;
