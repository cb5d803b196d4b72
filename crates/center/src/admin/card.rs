//! 利用登録 that were made before this center was there.

use domain::EligibilityQuery;
use tracing::info;
use trust::jpki::CertificateSerial;

use super::{Admin, AdminError};
use crate::store::card::CardId;
use crate::store::coverage::read_record;

impl Admin {
    /// Takes over a registration from the system that had it: this card belongs to the person of these insurance numbers
    /// and this birth date. Only the operator can say so without the card having signed, because whoever hands over the
    /// registrations has seen it sign; a certificate that ran out meanwhile could not sign any more. Gives whether it could
    /// be: false when nobody has these numbers, more than one person has, or the card belongs to somebody already.
    ///
    /// # Errors
    /// The database.
    pub async fn card_take_over(
        &self,
        serial: CertificateSerial,
        ca_key_id: &[u8],
        query: &EligibilityQuery,
    ) -> Result<bool, AdminError> {
        let card = CardId::new(serial, ca_key_id);
        let now = self.clock.now();
        let taken = self
            .store
            .tx("card_take_over", async |mut tx| {
                let mut persons = Vec::new();
                for found in tx.coverages_of_cards(&[query.card_key()]).await? {
                    let born = read_record(found.person, &found.record)?.coverage.person.birthdate;
                    if born == query.birthdate && !persons.contains(&found.person) {
                        persons.push(found.person);
                    }
                }
                match persons.as_slice() {
                    [person] => tx.register_card(&card, *person, None, now).await,
                    _ => Ok(false),
                }
            })
            .await?;
        info!(target: "issuance", taken, "a registration of a card was taken over");
        Ok(taken)
    }
}
