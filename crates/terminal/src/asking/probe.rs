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
        let rest = if center.is_connected() { limits::PROBE_INTERVAL } else { limits::PROBE_INTERVAL_DOWN };
        tokio::select! {
            goes_on = life.rest(rest) => if !goes_on { return },
            () = center.asked_to_look() => {}
        }
    }
}

/// One look.
pub(crate) async fn once(center: &Center) {
    let asked = center.hours.local();
    let look = tokio::time::timeout(limits::PROBE_TIME, center.client.get_json::<TimeNow>("/v1/time"));
    let Ok(came) = look.await else {
        let why = kit::client::CouldNotAsk::TimedOut { after: limits::PROBE_TIME };
        center.health.center_unreachable(center.hours.local(), &why);
        return;
    };
    match came {
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
