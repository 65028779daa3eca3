//! The runtime against hostile, broken and honest clients: the attack kit of the edge, the layers, the orderly stop.

mod attacks;
mod configuration;
mod descriptors;
mod honest;
mod layers;
mod lifecycle;
mod messages;
mod stop;
mod support;
mod tls;
