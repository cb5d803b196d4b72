//! Debian packages that the tests use. The product itself needs none of them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::run;

const INSTALL_MAX: Duration = Duration::from_mins(15);

struct Package {
    name: &'static str,
    why: &'static str,
    is_there: fn() -> bool,
}

const PACKAGES: &[Package] = &[
    Package { name: "postgresql", why: "private database servers for tests and benches", is_there: has_postgresql },
    Package { name: "chromium", why: "the desk page in a real browser", is_there: || run::is_installed("chromium") },
    Package { name: "chromium-driver", why: "WebDriver for it", is_there: || run::is_installed("chromedriver") },
    Package { name: "fonts-noto-cjk", why: "Japanese text in screenshots", is_there: has_japanese_font },
    Package {
        name: "openssl",
        why: "a second opinion on certificate chains",
        is_there: || run::is_installed("openssl"),
    },
    Package { name: "curl", why: "mutual TLS from outside", is_there: || run::is_installed("curl") },
    Package { name: "faketime", why: "a clock that is an hour off", is_there: || run::is_installed("faketime") },
    Package { name: "python3-venv", why: "proofs checked by libraries of another language", is_there: has_python_venv },
    Package {
        name: "nodejs",
        why: "FHIR judged by a validator that others wrote",
        is_there: || run::is_installed("node"),
    },
    Package { name: "npm", why: "installs that validator", is_there: || run::is_installed("npm") },
    Package { name: "pcscd", why: "card readers, private ones", is_there: || Path::new("/usr/sbin/pcscd").exists() },
    Package { name: "vsmartcard-vpcd", why: "a virtual reader for the virtual card", is_there: has_virtual_reader },
    Package {
        name: "opensc",
        why: "a second opinion on the virtual card",
        is_there: || run::is_installed("pkcs11-tool"),
    },
    Package {
        name: "libopenjp2-tools",
        why: "the photos of made-up cards, in JPEG 2000",
        is_there: || run::is_installed("opj_compress"),
    },
    Package {
        name: "zbar-tools",
        why: "a second opinion on the codes of certificates",
        is_there: || run::is_installed("zbarimg"),
    },
    Package { name: "poppler-utils", why: "reads PDF files back", is_there: || run::is_installed("pdftotext") },
    Package { name: "poppler-data", why: "Japanese text in them", is_there: has_japanese_cmaps },
    Package { name: "pkg-config", why: "finds the library for readers", is_there: || run::is_installed("pkg-config") },
    Package { name: "libpcsclite-dev", why: "builds with feature `pcsc` link to it", is_there: has_reader_library },
    Package { name: "g++", why: "the fuzzer's runtime is C++", is_there: || run::is_installed("c++") },
];

/// What only `cargo xtask faults` and `cargo xtask reliability` use.
const OF_FAULTS: &[Package] = &[
    Package {
        name: "patroni",
        why: "three database nodes, one of which is lost",
        is_there: || run::is_installed("patroni"),
    },
    Package { name: "etcd-server", why: "those nodes agree on a primary", is_there: || run::is_installed("etcd") },
    Package {
        name: "iproute2",
        why: "network namespaces: a clinic behind a bad line",
        is_there: || run::is_installed("ip"),
    },
    Package { name: "socat", why: "the two ends of that line", is_there: || run::is_installed("socat") },
];

/// Installs what is missing (as root), or says what to install.
pub fn ensure_installed() -> Result<()> {
    ensure(PACKAGES)
}

/// The same for the faults that take minutes.
pub fn ensure_installed_for_faults() -> Result<()> {
    ensure(PACKAGES)?;
    ensure(OF_FAULTS)
}

fn ensure(packages: &[Package]) -> Result<()> {
    let missing: Vec<_> = packages.iter().filter(|package| !(package.is_there)()).collect();
    if missing.is_empty() {
        println!("all {} packages are there", packages.len());
        return Ok(());
    }
    for package in &missing {
        println!("missing: {} ({})", package.name, package.why);
    }
    let names: Vec<_> = missing.iter().map(|package| package.name).collect();
    if run::output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!("run: sudo apt-get install -y --no-install-recommends {}", names.join(" "));
    }
    let apt = |arguments: &[&str]| {
        let mut command = run::command(Path::new("/"), "apt-get", arguments);
        run::run(command.env("DEBIAN_FRONTEND", "noninteractive"), INSTALL_MAX)
    };
    apt(&["update", "-q"])?;
    apt(&[&["install", "-q", "-y", "--no-install-recommends"], names.as_slice()].concat())?;
    match packages.iter().find(|package| !(package.is_there)()) {
        Some(package) => bail!("{} was installed and still is not found", package.name),
        None => Ok(()),
    }
}

fn has_postgresql() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions.into_iter().any(|version| version.path().join("bin/initdb").exists())
}

fn has_virtual_reader() -> bool {
    Path::new("/usr/lib/pcsc/drivers/serial/libifdvpcd.so").exists()
}

fn has_reader_library() -> bool {
    let asked = Command::new("pkg-config").args(["--exists", "libpcsclite"]).status();
    asked.is_ok_and(|status| status.success())
}

fn has_japanese_cmaps() -> bool {
    Path::new("/usr/share/poppler/cMap/Adobe-Japan1").exists()
}

fn has_japanese_font() -> bool {
    Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists()
}

fn has_python_venv() -> bool {
    // Debian's own interpreter, by its full path: version managers often stand before it in PATH.
    let asked = Command::new("/usr/bin/python3").args(["-c", "import ensurepip, venv"]).output();
    asked.is_ok_and(|output| output.status.success())
}
