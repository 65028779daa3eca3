//! Where an agency's endpoints may lie: what is open to everybody, and what the operator opened to this agency alone.

use std::{collections::HashMap, sync::Arc};

use hoagiai_outbound::{client::Client, guard::Guard};
use hoagiai_types::Date;

use crate::domain::Consumer;

/// The clients that send to endpoints; cheap to clone.
#[derive(Clone)]
pub(crate) struct Ways(Arc<Inner>);

struct Inner {
    everybody: Client,
    agencies: HashMap<String, Client>,
}

impl Ways {
    /// The client of everybody, and those of agencies by their code.
    pub(crate) fn new(everybody: Client, agencies: HashMap<String, Client>) -> Self {
        Self(Arc::new(Inner { everybody, agencies }))
    }

    /// The client that sends to this agency: by the first of its codes that holds today and has more opened.
    pub(crate) fn client(&self, consumer: &Consumer, today: Date) -> &Client {
        let holds = |from: Date, to: Option<Date>| from <= today && to.is_none_or(|to| today <= to);
        let codes = consumer.agency_codes.iter().filter(|code| holds(code.valid_from, code.valid_to));
        codes.filter_map(|code| self.0.agencies.get(&code.value)).next().unwrap_or(&self.0.everybody)
    }

    /// The guard that judges an address of this agency.
    pub(crate) fn guard(&self, consumer: &Consumer, today: Date) -> &Guard {
        self.client(consumer, today).guard()
    }
}
