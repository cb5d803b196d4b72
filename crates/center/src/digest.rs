//! What makes a claim or a checkup the same as another: a short digest over several texts.

use aws_lc_rs::digest::{Context, SHA256};

/// The first 16 bytes of SHA-256 over the parts, each behind its length, so that no two lists of parts are one text.
pub(crate) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 16] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut digest = [0; 16];
    digest.copy_from_slice(&context.finish().as_ref()[..16]);
    digest
}
