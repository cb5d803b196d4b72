//! The institution's list of charts, for the command line: to match patients who are checked by card with.

use std::path::Path;

use kit::clock::SharedClock;
use kit::random::SharedRandom;

use crate::limits;
pub use crate::store::charts::Chart;
use crate::users::{UsersError, open};

/// Takes charts in, whether the terminal runs or not. One with a 照会番号 that is there already takes its place. Gives how
/// many are there now.
///
/// # Errors
/// The store. What was taken until then stays; taking the same file again changes nothing.
pub async fn take_in(
    data_dir: &Path,
    charts: &[Chart],
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<i64, UsersError> {
    let store = open(data_dir, random).await?;
    for piece in charts.chunks(limits::CHARTS_AT_ONCE) {
        store.put_charts(piece, clock.now()).await?;
    }
    let count = store.count_charts().await?;
    store.close().await;
    Ok(count)
}
