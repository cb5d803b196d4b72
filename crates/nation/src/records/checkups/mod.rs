//! Checkups.

use std::path::Path;

use super::directory::Directory;
use super::life::Life;
use crate::error::Result;
use crate::nation::Nation;

/// Files written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub(crate) archives: u32,
    pub(crate) checkups: u32,
}

pub(crate) fn write(_: &Nation, _: &Directory, _: u32, _: &Path) -> Result<Written> {
    Ok(Written::default())
}

pub(crate) fn last_filter(_: &Nation, _: &Directory, _: &Life, _: u32) -> Option<u32> {
    None
}
