//! Which method an answer is of, for whoever logs and counts: a path itself has ids in it.

use std::sync::Arc;

use prost_reflect::MethodDescriptor;

use crate::binding::Binding;
use crate::table::rpc_path;
use crate::template::Template;

/// What a request was matched to; in the extensions of its answer, errors too, where it was matched to anything.
#[derive(Debug, Clone)]
pub struct Matched(Way);

#[derive(Debug, Clone)]
enum Way {
    Rest(Arc<Binding>),
    Connect(MethodDescriptor),
}

impl Matched {
    pub(crate) fn rest(binding: Arc<Binding>) -> Self {
        Self(Way::Rest(binding))
    }

    pub(crate) fn connect(method: MethodDescriptor) -> Self {
        Self(Way::Connect(method))
    }

    /// The method.
    #[must_use]
    pub fn rpc(&self) -> &MethodDescriptor {
        match &self.0 {
            Way::Rest(binding) => &binding.method,
            Way::Connect(method) => method,
        }
    }

    /// Its path in gRPC, `/package.Service/Method`.
    #[must_use]
    pub fn rpc_path(&self) -> String {
        rpc_path(self.rpc())
    }

    /// The template of the path; none for Connect, which has none.
    #[must_use]
    pub fn template(&self) -> Option<&Template> {
        match &self.0 {
            Way::Rest(binding) => Some(&binding.template),
            Way::Connect(_) => None,
        }
    }
}
