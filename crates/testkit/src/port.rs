//! Free ports.

use std::net::{Ipv4Addr, TcpListener};

/// A loopback port on which nobody listens at the moment. Prefer port 0 wherever the program can say which port it got;
/// this is for programs that must be told, and for proving that nobody answers.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
