// SPDX-License-Identifier: Apache-2.0
//! The national side: it knows who is insured, answers those who may ask, and keeps a durable record of every answer.
//!
//! ```text
//!   terminals, insurers                 machines that join                operator
//!        │ mutual TLS                        │ TLS                            │ command line
//!   ┌────▼─────────────────────┐       ┌─────▼──────┐                   ┌─────▼─────┐
//!   │ api/   who asks, and what│       │ api/join   │                   │ admin/    │
//!   └──┬─────────┬──────────┬──┘       └─────┬──────┘                   └─────┬─────┘
//!      │single   │bulk      │feed            │ enrol.rs                       │
//!   ┌──▼─────────▼──┐  ┌────▼───┐      ┌─────▼─────────────────┐              │
//!   │ check/ engine │  │ feed/  │      │ authority, revocation │              │
//!   └──┬────────────┘  └────┬───┘      └─────┬─────────────────┘              │
//!   ┌──▼────────────────────▼────────────────▼────────────────────────────────▼─┐
//!   │ store/   one door: named, retried, measured transactions on two engines   │
//!   └───────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! | you want to | go to |
//! |---|---|
//! | make a center, start and stop it | [`init()`], [`Center`], [`Running`] |
//! | change a setting | [`config`] |
//! | put institutions and insurers on record, revoke | [`admin`] |
//! | add a route | `api/mod.rs`, which has the recipe |
//! | know how an answer comes about | [`check`] |
//! | take claims, read a health record | [`claims`] |
//! | serve FHIR | `fhir/mod.rs` |
//! | take checkups | [`checkups`] |
//! | know what a card proves | [`presence`] |
//! | know who may search by name, and whom that finds | `search.rs` |
//! | know how a certificate comes about and ends | [`enrol`], [`revocation`] |
//! | add a table | [`store`], which has the recipe |
//! | know what runs by itself | `jobs/mod.rs` |
//!
//! Rules of this room: no answer leaves before its access event is on the disk. Who asks is read from the certificate and
//! nowhere else. Time and randomness are arguments. SQL stays in `store/`. Every limit has its name in [`limits`].

pub mod admin;
mod api;
pub mod authority;
pub mod check;
pub mod checkups;
pub mod claims;
pub mod config;
mod digest;
pub mod enrol;
pub mod feed;
mod fhir;
pub mod folder;
pub mod init;
mod jobs;
pub mod limits;
pub mod metrics;
mod openapi;
pub mod operator_log;
pub mod personal_certificate;
pub mod presence;
mod records;
mod registration;
pub mod revocation;
mod search;
pub mod secondary_use;
mod start;
pub mod status;
pub mod store;
pub mod tls;

pub use admin::{Admin, AdminError, Ticket};
pub use config::{Config, ConfigError};
pub use init::{InitError, InitOptions, Initialized, init};
pub use openapi::openapi;
pub use start::{Center, CutShort, Running, StartError};
