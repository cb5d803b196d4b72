//! 二次利用: the list of what has left as counts, for a patient who asks. It is about nobody, so every role may print it.

use axum::extract::State;
use axum::response::Response;
use kit::problem::Problem;

use super::arrival::told;
use super::session::SignedIn;
use super::view::secondary_use::SecondaryUsePage;
use super::{Desk, page as render};

/// `GET /secondary-use`: as the center tells it now; where it cannot be asked, that and no list.
pub(super) async fn page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Problem> {
    let exports = desk.checks().center.secondary_use_exports().await.map_err(|outcome| told(&outcome))?;
    render(&SecondaryUsePage::new(desk.shell(Some(&who), "secondary-use"), exports))
}
