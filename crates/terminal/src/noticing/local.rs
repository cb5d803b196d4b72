//! What this machine says of its own network. The one page that reads `/proc` and `/sys`; what cannot be read there is said to be
//! unknown, and nothing is made of it.

use std::net::Ipv4Addr;
use std::path::Path;

/// Longest of these files that is read, in bytes: a machine with thousands of routes is no window.
const FILE_BYTES_MAX: u64 = 256 * 1024;
const LOOPBACK: &str = "lo";
const RTF_UP: u32 = 0x1;
const RTF_GATEWAY: u32 = 0x2;
const RTF_REJECT: u32 = 0x200;
/// The kernel has heard the neighbour's hardware address (`ATF_COM` of if_arp.h).
const ARP_COMPLETE: u32 = 0x2;

/// This machine's network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Local {
    /// Interfaces other than the loopback that are up; none where that cannot be read.
    pub(crate) interfaces: Option<Vec<String>>,
    /// Interfaces whose cable is out or whose radio is not connected.
    pub(crate) unplugged: Vec<String>,
    /// The way out.
    pub(crate) way_out: WayOut,
}

/// The way out of the local network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum WayOut {
    /// It cannot be read here.
    #[default]
    Unreadable,
    /// There is none: this machine knows only its own network, or not even that.
    None,
    /// Over this router; whether it was heard lately, where the kernel tells.
    Router { address: String, answers: Option<bool> },
}

/// Reads it. `root` is `/`, or a folder with the same files.
pub(crate) fn read(root: &Path) -> Local {
    let text = |path: &str| {
        let bytes = kit::files::read_limited(&root.join(path), FILE_BYTES_MAX).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    };
    let (routes, routes6) = (text("proc/net/route"), text("proc/net/ipv6_route"));
    let arp = text("proc/net/arp").unwrap_or_default();
    let addresses6 = text("proc/net/if_inet6").unwrap_or_default();
    let unplugged = unplugged(&root.join("sys/class/net"));
    let Some(routes) = routes else { return Local { interfaces: None, unplugged, way_out: WayOut::Unreadable } };
    let routes = parse_routes(&routes);
    let routes6 = parse_routes6(routes6.as_deref().unwrap_or_default());
    let mut interfaces: Vec<String> = routes.iter().map(|route| route.interface.clone()).collect();
    interfaces.extend(addresses6.lines().filter_map(|line| line.split_whitespace().last().map(str::to_owned)));
    interfaces.retain(|name| name != LOOPBACK && !unplugged.contains(name));
    interfaces.sort();
    interfaces.dedup();
    let way_out = match routes.iter().find(|route| route.is_way_out()) {
        Some(route) => WayOut::Router { address: route.gateway.to_string(), answers: was_heard(&arp, route.gateway) },
        // Of IPv6 neighbours the kernel tells only over netlink.
        None => routes6.map_or(WayOut::None, |address| WayOut::Router { address, answers: None }),
    };
    Local { interfaces: Some(interfaces), unplugged, way_out }
}

struct Route {
    interface: String,
    destination: Ipv4Addr,
    mask: Ipv4Addr,
    gateway: Ipv4Addr,
    flags: u32,
}

impl Route {
    const fn is_way_out(&self) -> bool {
        self.destination.is_unspecified() && self.mask.is_unspecified() && self.flags & RTF_GATEWAY != 0
    }
}

/// Lines of `/proc/net/route`: name, then destination, gateway and mask as the kernel holds them, in hexadecimal.
fn parse_routes(text: &str) -> Vec<Route> {
    text.lines().skip(1).filter_map(parse_route).filter(|route| route.flags & RTF_UP != 0).collect()
}

fn parse_route(line: &str) -> Option<Route> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| u32::from_str_radix(fields.get(at)?, 16).ok();
    let address = |at: usize| number(at).map(|number| Ipv4Addr::from(number.to_ne_bytes()));
    Some(Route {
        interface: (*fields.first()?).to_owned(),
        destination: address(1)?,
        gateway: address(2)?,
        flags: number(3)?,
        mask: address(7)?,
    })
}

/// The router of the first way out in `/proc/net/ipv6_route`.
fn parse_routes6(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [destination, length, _, _, router, _, _, _, flags, interface] = fields[..] else { return None };
        let flags = u32::from_str_radix(flags, 16).ok()?;
        let is_way_out = destination.bytes().all(|digit| digit == b'0')
            && length == "00"
            && interface != LOOPBACK
            && flags & RTF_UP != 0
            && flags & RTF_REJECT == 0;
        let router = u128::from_str_radix(router, 16).ok()?;
        is_way_out.then(|| std::net::Ipv6Addr::from(router).to_string())
    })
}

/// Whether the kernel knows the hardware address behind an address; none where nobody asked lately.
fn was_heard(arp: &str, address: Ipv4Addr) -> Option<bool> {
    arp.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace();
        let is_meant = fields.next()?.parse::<Ipv4Addr>().ok()? == address;
        let flags = u32::from_str_radix(fields.nth(1)?.trim_start_matches("0x"), 16).ok()?;
        is_meant.then_some(flags & ARP_COMPLETE != 0)
    })
}

fn unplugged(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| {
            // An interface that is turned off refuses to tell; that is not a cable.
            let told = kit::files::read_limited(&entry.path().join("carrier"), 16).unwrap_or_default();
            told.starts_with(b"0")
        })
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name != LOOPBACK)
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    //! Proves that the kernel's tables are read as they are written, and that a missing one is said to be unknown.
    use super::*;

    const HEADER: &str = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
    const WAY_OUT: &str = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
    const OWN: &str = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";

    fn machine(files: &[(&str, &str)]) -> Local {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        read(root.path())
    }

    fn arp(flags: &str) -> String {
        format!(
            "IP address       HW type     Flags       HW address            Mask     Device\n\
             192.168.1.1      0x1         {flags}         00:00:5e:00:53:01     *        eth0\n"
        )
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn the_router_and_whether_it_was_heard_are_read() {
        let routes = format!("{HEADER}{WAY_OUT}{OWN}");
        for (flags, answers) in [("0x2", Some(true)), ("0x0", Some(false))] {
            let local = machine(&[("proc/net/route", &routes), ("proc/net/arp", &arp(flags))]);
            assert_eq!(local.interfaces, Some(vec!["eth0".to_owned()]));
            assert_eq!(local.way_out, WayOut::Router { address: "192.168.1.1".to_owned(), answers });
        }
        let local = machine(&[("proc/net/route", &routes)]);
        assert_eq!(local.way_out, WayOut::Router { address: "192.168.1.1".to_owned(), answers: None });
    }

    #[test]
    fn a_network_without_a_way_out_and_a_machine_without_a_network_are_told_apart() {
        let local = machine(&[("proc/net/route", &format!("{HEADER}{OWN}"))]);
        assert_eq!((local.interfaces.unwrap().len(), local.way_out), (1, WayOut::None));
        let local = machine(&[("proc/net/route", HEADER), ("sys/class/net/eth0/carrier", "0\n")]);
        assert_eq!(local.unplugged, ["eth0"]);
        assert_eq!((local.interfaces, local.way_out), (Some(Vec::new()), WayOut::None));
    }

    #[test]
    fn a_way_out_over_ipv6_is_one() {
        let routes6 = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                       fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n";
        let local = machine(&[("proc/net/route", HEADER), ("proc/net/ipv6_route", routes6)]);
        assert_eq!(local.way_out, WayOut::Router { address: "fe80::1".to_owned(), answers: None });
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_not_missing() {
        assert_eq!(machine(&[]), Local::default());
        let local = machine(&[("proc/net/route", "\u{0}\u{0}nonsense\nmore of it\n")]);
        assert_eq!(local.way_out, WayOut::None);
    }

    #[test]
    fn this_machine_can_be_read() {
        let local = read(Path::new("/"));
        assert!(local.interfaces.is_some() || local.way_out == WayOut::Unreadable, "{local:?}");
    }
}
