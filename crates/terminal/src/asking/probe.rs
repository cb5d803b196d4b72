//! The link light: can the center be reached, and what time is it there?

use std::sync::Arc;

use kit::lifecycle::Lifecycle;
use wire::api::TimeNow;

use super::Center;
use crate::limits;

/// Looks again and again until the terminal stops.
pub(crate) async fn run(center: Arc<Center>, life: Lifecycle) {
    loop {
        once(&center).await;
        if !life.rest(limits::PROBE_INTERVAL).await {
            return;
        }
    }
}

/// One look.
pub(crate) async fn once(center: &Center) {
    let asked = center.hours.local();
    match center.client.get_json::<TimeNow>("/v1/time").await {
        Ok(time) => {
            let answered = center.hours.local();
            center.hours.measured(time.now, asked, answered);
            center.health.center_answered(answered);
        }
        Err(error) => {
            // What it means is noted in the health page; there is no question to answer.
            let _ = center.failed(error);
        }
    }
}
