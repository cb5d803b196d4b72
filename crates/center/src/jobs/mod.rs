//! What a center does by itself, behind the requests.
//!
//! | job | when | what |
//! |---|---|---|
//! | [`bulk`] | when a file arrives, and every half minute | answers bulk files, part by part, behind the windows |
//! | [`claim_files`] | when a file arrives, and every half minute | takes submitted claims, a stretch at a time |
//! | [`claims_again`] | some seconds after a feed | looks again at claims that fitted nobody |
//! | `claims::masters` | every 2 s | takes masters into use that were loaded |
//! | [`watch`] `revocations` | every 2 s | takes over what other processes revoked, renews the server certificate |
//! | [`watch`] `store` | every 2 s | whether the database is there, for `/ready`; depth of the queues |
//! | [`watch`] `certificates` | every 10 min | counts the certificates of clients that end soon |
//! | [`watch`] `card_lists` | every 10 min | fetches the revocation lists of cards |
//! | [`watch`] `cleaning` | every half minute | forgets bulk files behind their retention, old codes, used challenges |
//!
//! Every job ends by itself at the soft step of the lifecycle, after the round it is in.

pub(crate) mod bulk;
pub(crate) mod bulk_part;
pub(crate) mod claim_files;
pub(crate) mod claims_again;
pub(crate) mod watch;
