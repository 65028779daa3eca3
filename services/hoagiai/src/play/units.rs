//! The city, its communes, and their thôn and tổ dân phố.

use std::collections::HashMap;

use hoagiai_identity::{Area, Role};
use hoagiai_proto::registry::v1::{
    ImportUnitsRequest, ListUnitsRequest, Unit, UnitKind, UnitRow, unit_service_client::UnitServiceClient,
};
use hoagiai_rpc::convert::date;
use hoagiai_types::Uuid;

use super::{Ground, Play, convert::count, id, need};
use crate::{
    clients::{CallError, Client, Service, Who},
    data,
    population::{CommunePlan, calendar},
    progress::Phase,
};

/// Rows of one import: it is atomic, and must end within the deadline of a call on a slow disk too.
const ROWS: usize = 1000;
const OPERATOR: Who = Who { role: Role::Operator, area: Area::Everywhere };

impl Play<'_> {
    pub(super) async fn import_units(&self, phase: &Phase) -> Result<Ground, CallError> {
        let first = Some(date(calendar::FIRST));
        let unit = |unit: data::Unit| UnitRow {
            kind: UnitKind::from_str_name(&format!("UNIT_KIND_{}", unit.kind)).unwrap_or_default().into(),
            code: unit.code,
            display_name: unit.name,
            parent_code: unit.parent_code,
            valid_from: first,
            ..UnitRow::default()
        };
        let rows = data::units().unwrap_or_default().into_iter().map(unit).collect();
        self.import("units", rows, data::SOURCE, phase).await?;
        let rows: Vec<UnitRow> =
            self.population.communes.iter().flat_map(|commune| area_rows(commune, first)).collect();
        for (index, rows) in rows.chunks(ROWS).enumerate() {
            self.import(&format!("areas/{index}"), rows.to_vec(), "Số liệu mô phỏng của bản trình diễn", phase).await?;
        }
        self.ground().await
    }

    async fn import(&self, step: &str, rows: Vec<UnitRow>, source: &str, phase: &Phase) -> Result<(), CallError> {
        let count = rows.len();
        let message = ImportUnitsRequest {
            rows,
            source: source.to_owned(),
            validate_only: false,
            request_id: self.request_id(step),
        };
        let answer = self.client.call(Service::Registry, "ImportUnits", OPERATOR, message, async |channel, request| {
            UnitServiceClient::new(channel).import_units(request).await
        });
        self.saw_registry(answer.await?.position);
        phase.add(count);
        Ok(())
    }

    /// The ids of the city and its communes.
    async fn ground(&self) -> Result<Ground, CallError> {
        let city = need("ListUnits", "the city", city(self.client).await?)?;
        let communes = self.units_below(Some(city)).await?.into_iter();
        let communes = communes.map(|unit| Ok((unit.code, id("ListUnits", "unit_id", &unit.unit_id)?)));
        Ok(Ground { city, communes: communes.collect::<Result<HashMap<_, _>, CallError>>()? })
    }

    pub(super) async fn units_below(&self, parent: Option<Uuid>) -> Result<Vec<Unit>, CallError> {
        units_below(self.client, parent).await
    }
}

/// The city, if it is there.
///
/// # Errors
/// A call is refused.
pub async fn city(client: &Client) -> Result<Option<Uuid>, CallError> {
    let city = units_below(client, None).await?.into_iter().find(|unit| unit.code == "01");
    city.map(|unit| id("ListUnits", "unit_id", &unit.unit_id)).transpose()
}

/// Every unit below a unit, or at the top, in force on the first day.
async fn units_below(client: &Client, parent: Option<Uuid>) -> Result<Vec<Unit>, CallError> {
    let mut units = Vec::new();
    let mut page_token = String::new();
    loop {
        let message = ListUnitsRequest {
            parent_unit_id: parent.map(|id| id.to_string()).unwrap_or_default(),
            valid_at: Some(date(calendar::FIRST)),
            page_size: 1000,
            page_token,
            ..ListUnitsRequest::default()
        };
        let answer = client.call(Service::Registry, "ListUnits", OPERATOR, message, async |channel, request| {
            UnitServiceClient::new(channel).list_units(request).await
        });
        let answer = answer.await?;
        units.extend(answer.units);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(units);
        }
    }
}

fn area_rows(commune: &CommunePlan, first: Option<hoagiai_proto::google::Date>) -> impl Iterator<Item = UnitRow> {
    let kind = if commune.ward { UnitKind::ResidentialGroup } else { UnitKind::Hamlet };
    commune.areas.iter().map(move |area| UnitRow {
        code: area.code.clone(),
        display_name: area.name.clone(),
        kind: kind.into(),
        parent_code: commune.code.clone(),
        valid_from: first,
        valid_to: None,
        household_count: count(area.households),
        ethnic_minority_area: area.minority,
    })
}
