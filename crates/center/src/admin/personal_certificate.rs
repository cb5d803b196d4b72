//! 資格確認書 with a code, given out and taken back by the operator.

use std::sync::Arc;

use domain::{CardKey, StatusIndex};

use super::{Admin, AdminError};
use crate::authority::credential_signer;
use crate::personal_certificate::issue::{By, HandedOut, IssueError, Issuer, Wish};
use crate::status::places;
use crate::store::personal_certificate::IssuedCertificate;

impl Admin {
    async fn issuer(&self) -> Result<Issuer, AdminError> {
        let signer = Arc::new(credential_signer(&self.folder)?);
        let place_key = places::key_of_center(&self.store, &*self.random, self.clock.now()).await?;
        Ok(Issuer { store: self.store.clone(), place_key, signer })
    }

    /// Gives a certificate out.
    ///
    /// # Errors
    /// The keys, or why there is none ([`IssueError`] within).
    pub async fn personal_certificate_issue(&self, wish: &Wish) -> Result<Result<HandedOut, IssueError>, AdminError> {
        Ok(self.issuer().await?.issue(wish, &By::Operator, self.clock.now()).await)
    }

    /// Takes a certificate back. Whether it was not taken back before.
    ///
    /// # Errors
    /// The keys, or why not ([`IssueError`] within).
    pub async fn personal_certificate_revoke(
        &self,
        place: StatusIndex,
    ) -> Result<Result<bool, IssueError>, AdminError> {
        Ok(self.issuer().await?.revoke(place, &By::Operator, self.clock.now()).await)
    }

    /// The certificates of a card, the newest first.
    ///
    /// # Errors
    /// The keys or the database.
    pub async fn personal_certificates(&self, card_key: CardKey) -> Result<Vec<IssuedCertificate>, AdminError> {
        Ok(self.issuer().await?.list(card_key).await?)
    }
}
