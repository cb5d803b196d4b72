//! What the load asks: cards of the nation, taken evenly over the whole feed, as a window would type them.

use crate::check::private::World;
use anyhow::{Context as _, Result};
use bytes::Bytes;
use std::path::Path;
use wire::api::{CheckRequest, SearchInfo};

/// `count` request bodies about cards spread over the feed.
pub fn bodies(nation: &Path, institution: &str, count: usize, world: &World) -> Result<Vec<Bytes>> {
    let about = nation::files::read_about(nation)?;
    let every = (about.summary.coverages as usize / count).max(1);
    let date = domain::date::format(about.options.as_of);
    let path = nation.join(nation::files::INSURER_FEED);
    let mut feed = csv::Reader::from_path(&path).with_context(|| format!("{}", path.display()))?;
    let headers = feed.headers()?.clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name).with_context(|| format!("the feed has no column {name}"))
    };
    let (insurer, symbol, number, branch, birthdate) = (
        column("InsurerNumber")?,
        column("InsuredCardSymbol")?,
        column("InsuredIdentificationNumber")?,
        column("InsuredBranchNumber")?,
        column("Birthdate")?,
    );
    let mut bodies = Vec::with_capacity(count);
    for row in feed.records().step_by(every) {
        let row = row?;
        let text = |column: usize| row.get(column).unwrap_or_default().to_owned();
        let optional = |column: usize| Some(text(column)).filter(|text| !text.is_empty());
        let request = CheckRequest {
            request_id: kit::random::uuid_v7(world.clock.now(), world.random.as_ref()),
            qualification_confirmation_date: date.clone(),
            medical_institution_code: institution.to_owned(),
            arbitrary_file_identifier: None,
            purpose: None,
            qualification_confirm_search_info: SearchInfo {
                insurer_number: text(insurer),
                insured_card_symbol: optional(symbol),
                insured_identification_number: text(number),
                insured_branch_number: optional(branch),
                birthdate: text(birthdate),
                limit_application_certificate_related_cons_flg: Some("1".to_owned()),
                arbitrary_identifier: None,
            },
            consents: None,
            decided_at: None,
        };
        bodies.push(Bytes::from(serde_json::to_vec(&request)?));
        if bodies.len() == count {
            break;
        }
    }
    // Neighbours in the feed share pages of the database; asked in another order they do not.
    let stride = bodies.len() / 2 + 1;
    let mut mixed = Vec::with_capacity(bodies.len());
    let mut at = 0;
    for _ in 0..bodies.len() {
        mixed.push(bodies[at].clone());
        at = (at + stride) % bodies.len();
    }
    Ok(mixed)
}
