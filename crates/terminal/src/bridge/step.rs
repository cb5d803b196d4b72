//! The steps of a request, as a test can stop after each of them: the same as a `kill -9` at that point.

use super::BridgeError;

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// The content is in the store.
    Taken,
    /// The file is gone from the request folder.
    Removed,
    /// The answer is made.
    Built,
    /// The answer is in the store.
    Answered,
    /// The answer is written aside and flushed.
    Aside,
    /// The store says so.
    Delivering,
    /// The answer is in its place.
    Renamed,
    /// A file of the face folder is written aside and flushed.
    FaceAside,
    /// The store says so.
    FaceDelivering,
    /// The file is in its place.
    FaceRenamed,
}

#[cfg(test)]
impl Step {
    /// Those of a request.
    pub(crate) const ALL: [Self; 7] =
        [Self::Taken, Self::Removed, Self::Built, Self::Answered, Self::Aside, Self::Delivering, Self::Renamed];
    /// Those of a file of the face folder.
    pub(crate) const FACE: [Self; 3] = [Self::FaceAside, Self::FaceDelivering, Self::FaceRenamed];
}

/// Where to stop: nowhere, outside of tests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    #[cfg(test)]
    pub(crate) stop_after: Option<Step>,
}

impl Steps {
    /// Called after each step.
    #[cfg_attr(
        not(test),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the place to stop exists in tests alone")
    )]
    pub(crate) fn done(&self, step: Step) -> Result<(), BridgeError> {
        #[cfg(test)]
        if self.stop_after == Some(step) {
            return Err(BridgeError::Stopping);
        }
        let _ = step;
        Ok(())
    }
}
