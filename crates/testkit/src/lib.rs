//! For tests only: a fixed clock, seeded randomness, throwaway certificates, private servers, a browser.
//!
//! Other crates name this one under `[dev-dependencies]`; `cargo xtask tidy` refuses it anywhere else. Everything here
//! cleans up after itself: servers, processes and browsers end when their value is dropped, ports are free ones, data
//! lies in temporary folders. A test therefore needs no set-up beyond the Debian packages that `cargo xtask ci` names.
//!
//! | need | take |
//! |---|---|
//! | time that stands still or is moved by hand | [`TestClock`] |
//! | randomness that is the same in every run | [`SeededRandom`] |
//! | certificates of a center, terminals and insurers | [`ThrowawayCa`] |
//! | a PostgreSQL that may be stopped, crashed and resumed | [`PrivatePostgres`] |
//! | a line that is slow, lossy or cut, and a machine behind it | [`PrivateNetwork`] |
//! | three PostgreSQL nodes, one of which may be lost | [`PrivateCluster`] |
//! | a pcscd with two virtual card readers | [`PrivatePcscd`] |
//! | the real binary, killed and started again | [`Process`] |
//! | Chromium driven over WebDriver | [`Browser`] |
//! | faces that nobody has, and models that tell them apart | [`face`], [`onnx`] |
//! | a port that nobody listens on | [`free_port`] |

pub mod browser;
pub mod ca;
pub mod clock;
pub mod cluster;
pub mod face;
pub mod network;
pub mod onnx;
pub mod pcscd;
pub mod port;
pub mod postgres;
pub mod process;
pub mod random;

pub use browser::Browser;
pub use ca::{Identity, ThrowawayCa};
pub use clock::{RunningClock, TestClock};
pub use cluster::PrivateCluster;
pub use network::PrivateNetwork;
pub use pcscd::PrivatePcscd;
pub use port::free_port;
pub use postgres::PrivatePostgres;
pub use process::Process;
pub use random::SeededRandom;
