//! The one light look at the center: can it be reached, and what time is it there?
//!
//! While all is well it is one small answer on the kept connection every [`limits::PROBE_INTERVAL`]. A question that fails or waits,
//! or another network on this machine, makes it look at once; whatever is in doubt is looked at over new connections.

use std::path::Path;
use std::sync::Arc;

use kit::client::{ClientError, Looked};
use kit::lifecycle::Lifecycle;
use wire::api::TimeNow;

use super::Center;
use crate::limits;
use crate::noticing::diagnosis::{AddressLook, Came};
use crate::noticing::local;
use crate::noticing::standing::Look;

/// Looks again and again until the terminal stops.
pub(crate) async fn run(center: Arc<Center>, life: Lifecycle) {
    loop {
        once(&center).await;
        if !rest(&center, &life).await {
            return;
        }
    }
}

/// Until the next look is due; false when the terminal stops.
async fn rest(center: &Center, life: &Lifecycle) -> bool {
    let begun = center.hours.clock().monotonic();
    loop {
        let (_, rest) = center.health.next_look();
        let rested = center.hours.clock().monotonic().saturating_sub(begun);
        let Some(left) = rest.checked_sub(rested).filter(|left| !left.is_zero()) else { return !life.is_stopping() };
        tokio::select! {
            goes_on = life.rest(left.min(limits::LOCAL_LOOK_INTERVAL)) => if !goes_on { return false },
            () = center.asked_to_look() => return true,
        }
        // A cable that was pulled or put in is seen before anybody asks.
        if center.health.local(local::read(Path::new("/"))) {
            return true;
        }
    }
}

/// One look.
pub(crate) async fn once(center: &Center) {
    let (look, _) = center.health.next_look();
    let (time, is_fresh) = match look {
        Look::Kept => (limits::KEPT_LOOK_TIME, false),
        Look::Fresh => (limits::FRESH_LOOK_TIME, true),
    };
    let begun = center.hours.clock().monotonic();
    let asked = center.hours.local();
    let looked = center.client.look("/v1/time", time, is_fresh).await;
    let answered = center.hours.local();
    if is_fresh {
        center.health.local(local::read(Path::new("/")));
    }
    let addresses = looked.into_iter().map(|Looked { address, came }| {
        let came = match came.and_then(|answer| answer.json::<TimeNow>()) {
            Ok(time) => {
                center.hours.measured(time.now, asked, answered);
                center.health.center_let_us_in();
                Came::Answered
            }
            Err(ClientError::CouldNotAsk(kit::client::CouldNotAsk::CertificateRefused(alert))) => {
                let _ = center.not_let_in(&alert);
                Came::CouldNot(kit::client::CouldNotAsk::CertificateRefused(alert))
            }
            Err(error @ ClientError::Problem { .. }) => {
                let code = error.problem_code();
                // What it means is noted; there is no question to answer.
                let _ = center.failed(error);
                code.map_or(Came::Answered, Came::Problem)
            }
            Err(ClientError::CouldNotAsk(why)) => Came::CouldNot(why),
        };
        AddressLook { address, came }
    });
    let addresses = addresses.collect();
    center.health.looked(look, addresses, begun, center.hours.moment());
}
