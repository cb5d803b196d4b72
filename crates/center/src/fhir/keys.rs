//! Tokens and ids of the façade, under two keys that live with the data, so that any center on it can judge what another made.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::record::{LookPurpose, LookRole, PatientResource};
use domain::{MedicalInstitutionCode, PersonId};
use jiff::Timestamp;
use kit::random::Random;
use serde::{Deserialize, Serialize};
use trust::Sealer;
use trust::patient_id::PatientId;
use trust::seal::Place;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::limits;
use crate::store::{Result, Store, StoreError};

const TOKEN_KEY: &str = "fhir_token_key";
const ID_KEY: &str = "fhir_id_key";

/// The keys. `Debug` shows nothing.
pub(crate) struct Keys {
    tokens: Sealer,
    ids: hmac::Key,
}

/// What a token says. It is sealed, so whoever holds it learns nothing from it and can change nothing.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) patient: PatientId,
    pub(super) user: String,
    pub(super) role: LookRole,
    pub(super) purpose: LookPurpose,
    pub(super) kinds: Vec<PatientResource>,
    pub(super) until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Written {
    patient: String,
    user: String,
    role: String,
    purpose: String,
    kinds: Vec<String>,
    until_ms: i64,
}

impl Keys {
    /// The keys of this center, which are made at first use and kept with the data.
    pub(crate) async fn of_center(store: &Store, random: &dyn Random, now: Timestamp) -> Result<Self> {
        let made: [[u8; 32]; 2] = [kit::random::bytes(random), kit::random::bytes(random)];
        let made = &made;
        let kept = store
            .tx("fhir_keys", async |mut tx| {
                let tokens = tx.keep_center_value(TOKEN_KEY, &made[0], now).await?;
                Ok((tokens, tx.keep_center_value(ID_KEY, &made[1], now).await?))
            })
            .await?;
        let token: [u8; 32] = kept
            .0
            .try_into()
            .map_err(|_| StoreError::inconsistent("center_key", "the key of the tokens has another length"))?;
        let tokens = Sealer::new(&Zeroizing::new(token));
        Ok(Self { tokens, ids: hmac::Key::new(hmac::HMAC_SHA256, &kept.1) })
    }

    /// A token that only this institution can use.
    pub(super) fn seal(
        &self,
        facility: MedicalInstitutionCode,
        grant: &Grant,
        random: &dyn Random,
    ) -> std::result::Result<String, String> {
        let written = Written {
            patient: grant.patient.to_string(),
            user: grant.user.clone(),
            role: grant.role.code().to_owned(),
            purpose: grant.purpose.code().unwrap_or_default().to_owned(),
            kinds: grant.kinds.iter().map(|kind| kind.name().to_owned()).collect(),
            until_ms: grant.until.as_millisecond(),
        };
        let plain = serde_json::to_vec(&written).map_err(|error| error.to_string())?;
        let sealed = self.tokens.seal(place(facility.as_str().as_bytes()), kit::random::bytes(random), &plain);
        sealed.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).map_err(|error| error.to_string())
    }

    /// What a token says; none where it is not of this center, of another institution, or has run out.
    pub(super) fn open(&self, facility: MedicalInstitutionCode, token: &str, now: Timestamp) -> Option<Grant> {
        if token.len() > limits::FHIR_TOKEN_CHARS_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = self.tokens.open(place(facility.as_str().as_bytes()), &sealed).ok()?;
        let written: Written = serde_json::from_slice(&plain).ok()?;
        let grant = Grant {
            patient: PatientId::parse(&written.patient)?,
            user: written.user,
            role: LookRole::parse(&written.role)?,
            purpose: LookPurpose::parse(&written.purpose),
            kinds: written.kinds.iter().map(|name| PatientResource::parse(name)).collect::<Option<_>>()?,
            until: Timestamp::from_millisecond(written.until_ms).ok()?,
        };
        Some(grant).filter(|grant| now < grant.until)
    }

    /// The id of an entry of a person's record at an institution: the same at each look there, and another one elsewhere.
    pub(super) fn entry_id(&self, facility: MedicalInstitutionCode, person: PersonId, entry: &[u8]) -> Uuid {
        let mut context = hmac::Context::with_key(&self.ids);
        context.update(facility.as_str().as_bytes());
        context.update(&person.0);
        context.update(entry);
        let mut id = [0; 16];
        id.copy_from_slice(&context.sign().as_ref()[..16]);
        uuid::Builder::from_custom_bytes(id).into_uuid()
    }
}

const fn place(facility: &[u8]) -> Place<'_> {
    Place { table: "fhir_token", column: "grant", row: facility }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}
