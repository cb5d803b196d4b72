//! Everything here runs over real sockets on loopback ports.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod common;
#[cfg(test)]
mod mutual_tls;
#[cfg(test)]
mod one_line;
#[cfg(test)]
mod shutdown;
#[cfg(all(test, unix))]
mod signal;
