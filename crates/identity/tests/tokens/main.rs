//! Tokens: the attack kit, the life of a token, keys and configuration, properties.
#![expect(clippy::unwrap_used, reason = "a fault in a test must stop it")]

mod assertions;
mod attacks;
mod id_tokens;
mod keys;
mod life;
mod logout_tokens;
mod properties;
