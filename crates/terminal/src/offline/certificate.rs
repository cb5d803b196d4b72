//! What a certificate that the patient carries says while the center cannot be asked, with what the list says of it.

use domain::personal_certificate::{self, Standing, copies, decide_by_certificate};
use domain::{EligibilityQuery, PersonalCertificate, date, offline};
use wire::api::{Answer, AnswerContext, Basis, CheckRequest};

use super::Recalled;
use super::recall::last_share;
use crate::checks::Checks;

impl Checks {
    /// `recalled` is what kept answers say. Where the certificate cannot tell and they can, they are believed: they are the
    /// center's word too.
    pub(super) fn recall_with(
        &self,
        certificate: &PersonalCertificate,
        query: &EligibilityQuery,
        request: &CheckRequest,
        recalled: Recalled,
    ) -> Recalled {
        let now = self.center.hours().now();
        let listed = self.lists.says(certificate.place, now);
        let standing = personal_certificate::standing(certificate, query.qualification_confirmation_date, listed);
        let kept_tells = !matches!(recalled.standing, offline::Standing::CannotTell(_));
        if matches!(standing, Standing::CannotTell(_)) && kept_tells {
            return recalled;
        }
        let list_made = listed.and_then(|says| date::from_japan(says.as_of));
        let as_of = list_made.unwrap_or(certificate.issued_at);
        let copies = copies(certificate, standing, date::in_japan(certificate.issued_at).date());
        let decided = decide_by_certificate(query, &copies, standing);
        let context = AnswerContext {
            request_id: request.request_id,
            arbitrary_file_identifier: request.arbitrary_file_identifier.as_deref(),
            search: &request.qualification_confirm_search_info,
            query,
            now,
            basis: Basis::Certificate,
            as_of,
            insurer_data_as_of: None,
            reference_number: None,
            by_staff: None,
            recorded: None,
        };
        let mut answer = Box::new(Answer::from_decision(&decided.decision, &context));
        answer.hints.extend(decided.last_share.map(last_share));
        Recalled {
            why: recalled.why,
            standing: decided.standing,
            last_share: decided.last_share,
            answer,
            copy_of: None,
            // Where the list lets it stand and the decision still cannot tell, the decision says why.
            certificate: Some(standing).filter(|_| is_told(standing, decided.standing)),
        }
    }
}

const fn is_told(standing: Standing, decided: offline::Standing) -> bool {
    !matches!(standing, Standing::ValidAsOf(_)) || matches!(decided, offline::Standing::ListedValid(_))
}
