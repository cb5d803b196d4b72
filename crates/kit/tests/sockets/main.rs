//! Everything here runs over real sockets on loopback ports.

mod asking;
mod bounds;
mod common;
mod mutual_tls;
mod one_line;
mod shutdown;
mod speed;
