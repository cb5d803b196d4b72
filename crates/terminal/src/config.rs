//! `terminal.toml`: what a clinic may set, with its defaults and its explanation.
//!
//! The file that `join` writes ([`SETTINGS_TEXT`]) holds every setting with its default and says what it does; a test
//! keeps the two equal. Unknown settings are refused by name: a misspelt one must not be silently without effect.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Time;
use serde::Deserialize;
use trust::ListName;

use crate::limits;

/// Name of the file inside the data folder.
pub const SETTINGS_FILE: &str = "terminal.toml";

/// What `join` writes: every setting, its default, and what it does.
pub const SETTINGS_TEXT: &str = include_str!("terminal.toml");

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or names a setting that does not exist, or has a value of the wrong kind.
    #[error("{} is not understood: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A value is outside its range.
    #[error("{setting} in terminal.toml: {why}")]
    Value {
        /// Name of the setting, such as `bridge.poll_interval_ms`.
        setting: &'static str,
        /// What is allowed.
        why: &'static str,
    },
}

/// Everything `Terminal::start` needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder that `join` made.
    pub data_dir: PathBuf,
    /// What the clinic has set.
    pub settings: Settings,
}

impl Config {
    /// Reads `terminal.toml` of a data folder.
    pub fn load(data_dir: &Path) -> Result<Self, ConfigError> {
        let path = data_dir.join(SETTINGS_FILE);
        let bytes = kit::files::read_limited(&path, limits::SETTINGS_BYTES_MAX)
            .map_err(|source| ConfigError::Read { path: path.clone(), source })?;
        let text = String::from_utf8_lossy(&bytes);
        let settings: Settings =
            toml::from_str(&text).map_err(|source| ConfigError::Parse { path, source: Box::new(source) })?;
        settings.check()?;
        Ok(Self { data_dir: data_dir.to_owned(), settings })
    }

    /// The folder for requests.
    pub fn req(&self) -> PathBuf {
        self.data_dir.join(&self.settings.folders.req)
    }

    /// The folder for answers.
    pub fn res(&self) -> PathBuf {
        self.data_dir.join(&self.settings.folders.res)
    }

    /// The folder for files of bookings.
    pub fn bookings(&self) -> PathBuf {
        self.data_dir.join(&self.settings.folders.bookings)
    }

    /// The folder for what a card reader tells.
    pub fn face(&self) -> PathBuf {
        self.data_dir.join(&self.settings.folders.face)
    }
}

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The page for the staff.
    pub desk: DeskSettings,
    /// The page for the patients.
    pub kiosk: KioskSettings,
    /// How a face is compared with the photo of a card.
    pub face: FaceSettings,
    /// Where the receipt computer drops and finds files.
    pub folders: FolderSettings,
    /// How the files are worked on.
    pub bridge: BridgeSettings,
    /// What is held for the time without the center.
    pub offline: OfflineSettings,
    /// Asking again at night.
    pub night: NightSettings,
    /// How long things are kept.
    pub retention: RetentionSettings,
}

/// `[desk]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskSettings {
    /// Where the page listens: loopback only.
    pub address: SocketAddr,
}

/// Which card readers the kiosk takes cards from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderSource {
    /// Those of this machine, over PC/SC.
    Pcsc,
    /// None: patients come by number.
    None,
}

/// Where the digits of the PIN pad stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinPad {
    /// As on a telephone.
    Fixed,
    /// Elsewhere for each patient, so that nobody reads a PIN off a hand.
    Shuffled,
}

/// `[kiosk]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KioskSettings {
    /// Whether there is a page for patients.
    pub enabled: bool,
    /// Where it listens: loopback only.
    pub address: SocketAddr,
    /// Where cards come from.
    pub readers: ReaderSource,
    /// Where the digits of the PIN pad stand.
    pub pin_pad: PinPad,
    /// How long nobody may do anything before the screen is wiped.
    pub idle_seconds: u32,
    /// How long a result stays when the card is left lying.
    pub result_seconds: u32,
}

/// What the numbers of a picture are for the embedding model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddingInput {
    /// 0 to 255.
    #[serde(rename = "rgb_0_255")]
    ZeroTo255,
    /// −1 to 1.
    #[serde(rename = "rgb_minus1_1")]
    MinusOneToOne,
}

/// `[face]`: relative paths are inside the data folder; empty ones are none.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaceSettings {
    /// Model that finds faces, ONNX.
    pub detector: PathBuf,
    /// Model that tells what a face looks like, ONNX.
    pub embedding: PathBuf,
    /// What the numbers of a picture are for it.
    pub embedding_input: EmbeddingInput,
    /// Least likeness of two pictures of one person.
    pub threshold: f32,
    /// Key of this terminal in the model of 特定機関認証.
    pub terminal_key: PathBuf,
}

/// Never not a number: [`Settings::check`] sees to it.
impl Eq for FaceSettings {}

/// `[folders]`: relative paths are inside the data folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FolderSettings {
    /// Requests.
    pub req: PathBuf,
    /// Answers.
    pub res: PathBuf,
    /// Results of a card reader.
    pub face: PathBuf,
    /// Files of bookings.
    pub bookings: PathBuf,
}

/// Character set of answer files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerEncoding {
    /// UTF-8: every character arrives as it is.
    Utf8,
    /// UTF-8 with a byte-order mark, for programs that take anything else for Shift_JIS.
    Utf8Bom,
    /// Shift_JIS (CP932): characters it lacks are replaced by their usual form, and the original is kept.
    ShiftJis,
}

/// `[bridge]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BridgeSettings {
    /// Character set of answers.
    pub encoding: AnswerEncoding,
    /// Whether a request in another character set than `encoding` is refused.
    pub strict_encoding: bool,
    /// Rest between two looks into the request folder.
    pub poll_interval_ms: u32,
    /// How long the center is asked again before an error answer is written.
    pub give_up_after_seconds: u32,
    /// How long a file may stay incomplete without changing before it is given up.
    pub half_written_seconds: u32,
}

/// `[offline]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfflineSettings {
    /// Names of the status lists that are held: `all`, or some of `01` to `47`.
    pub status_lists: Vec<String>,
}

impl Default for OfflineSettings {
    fn default() -> Self {
        Self { status_lists: vec![ListName::Whole.to_string()] }
    }
}

impl OfflineSettings {
    /// The names that are names.
    pub fn list_names(&self) -> Vec<ListName> {
        self.status_lists.iter().filter_map(|name| ListName::parse(name)).collect()
    }
}

/// `[night]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NightSettings {
    /// Whether booked and frequent patients are asked about again at night.
    pub enabled: bool,
    /// From when in Japan.
    pub from: Time,
    /// Until when; before `from`, it is over midnight.
    pub to: Time,
}

/// `[retention]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// Answers with their proofs.
    pub answers_days: u32,
    /// Today's list, of earlier days.
    pub visits_days: u32,
    /// Files in the answer folder that nobody fetched.
    pub res_files_days: u32,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8461) }
    }
}

impl Default for KioskSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8462),
            readers: ReaderSource::Pcsc,
            pin_pad: PinPad::Fixed,
            idle_seconds: 60,
            result_seconds: 20,
        }
    }
}

impl Default for FaceSettings {
    fn default() -> Self {
        Self {
            detector: PathBuf::new(),
            embedding: PathBuf::new(),
            embedding_input: EmbeddingInput::ZeroTo255,
            threshold: 0.363,
            terminal_key: PathBuf::new(),
        }
    }
}

impl KioskSettings {
    /// How long nobody may do anything.
    pub fn idle_time(&self) -> Duration {
        Duration::from_secs(u64::from(self.idle_seconds))
    }

    /// How long a result stays.
    pub fn result_time(&self) -> Duration {
        Duration::from_secs(u64::from(self.result_seconds))
    }
}

impl FaceSettings {
    /// Whether models are named at all.
    pub fn is_wanted(&self) -> bool {
        !self.detector.as_os_str().is_empty() || !self.embedding.as_os_str().is_empty()
    }
}

impl Default for FolderSettings {
    fn default() -> Self {
        Self { req: "OQS/req".into(), res: "OQS/res".into(), face: "OQS/face".into(), bookings: "bookings".into() }
    }
}

impl Default for BridgeSettings {
    fn default() -> Self {
        Self {
            encoding: AnswerEncoding::Utf8,
            strict_encoding: false,
            poll_interval_ms: 200,
            give_up_after_seconds: 20,
            half_written_seconds: 10,
        }
    }
}

impl Default for NightSettings {
    fn default() -> Self {
        Self { enabled: true, from: Time::constant(2, 0, 0, 0), to: Time::constant(5, 0, 0, 0) }
    }
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { answers_days: 400, visits_days: 92, res_files_days: 7 }
    }
}

impl AnswerEncoding {
    /// What the writer of the files calls it.
    pub(crate) const fn output(self) -> wire::oqs::OutputEncoding {
        match self {
            Self::Utf8 => wire::oqs::OutputEncoding::Utf8,
            Self::Utf8Bom => wire::oqs::OutputEncoding::Utf8WithBom,
            Self::ShiftJis => wire::oqs::OutputEncoding::ShiftJis(wire::text::Target::Cp932),
        }
    }
}

impl BridgeSettings {
    /// Which requests are read.
    pub(crate) const fn policy(&self) -> wire::oqs::EncodingPolicy {
        if self.strict_encoding {
            wire::oqs::EncodingPolicy::Only(self.encoding.output().encoding())
        } else {
            wire::oqs::EncodingPolicy::Declared
        }
    }

    /// Rest between two looks.
    pub fn poll_interval(&self) -> Duration {
        Duration::from_millis(u64::from(self.poll_interval_ms))
    }

    /// How long the center is asked again.
    pub fn give_up_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.give_up_after_seconds))
    }

    /// How long an incomplete file is waited for.
    pub fn half_written(&self) -> Duration {
        Duration::from_secs(u64::from(self.half_written_seconds))
    }
}

impl Settings {
    /// Refuses values that would harm: an address that others can reach, a look every millisecond.
    pub fn check(&self) -> Result<(), ConfigError> {
        let value = |ok: bool, setting, why| if ok { Ok(()) } else { Err(ConfigError::Value { setting, why }) };
        value(
            self.desk.address.ip().is_loopback(),
            "desk.address",
            "must be a loopback address such as 127.0.0.1; the desk page is never reachable from other machines",
        )?;
        value(
            self.kiosk.address.ip().is_loopback(),
            "kiosk.address",
            "must be a loopback address such as 127.0.0.1; the kiosk page is never reachable from other machines",
        )?;
        value((10..=600).contains(&self.kiosk.idle_seconds), "kiosk.idle_seconds", "10 to 600")?;
        value((3..=120).contains(&self.kiosk.result_seconds), "kiosk.result_seconds", "3 to 120")?;
        let face = &self.face;
        value(face.threshold > 0.0 && face.threshold < 1.0, "face.threshold", "between 0 and 1")?;
        value(
            face.detector.as_os_str().is_empty() == face.embedding.as_os_str().is_empty(),
            "face",
            "detector and embedding go together: name both or neither",
        )?;
        let folders = &self.folders;
        value(
            folders.req != folders.res && folders.req != folders.face && folders.res != folders.face,
            "folders",
            "req, res and face must be three different folders",
        )?;
        value(
            ![&folders.req, &folders.res, &folders.face].contains(&&folders.bookings),
            "folders.bookings",
            "must be a folder of its own",
        )?;
        value(self.night.from != self.night.to, "night", "from and to must differ")?;
        let bridge = &self.bridge;
        value((20..=60_000).contains(&bridge.poll_interval_ms), "bridge.poll_interval_ms", "20 to 60000")?;
        value((1..=600).contains(&bridge.give_up_after_seconds), "bridge.give_up_after_seconds", "1 to 600")?;
        value((1..=600).contains(&bridge.half_written_seconds), "bridge.half_written_seconds", "1 to 600")?;
        let lists = &self.offline.status_lists;
        value(
            lists.len() <= limits::LISTS_MAX && lists.len() == self.offline.list_names().len(),
            "offline.status_lists",
            "\"all\", or some of \"01\" to \"47\"",
        )?;
        let retention = &self.retention;
        value((1..=3650).contains(&retention.answers_days), "retention.answers_days", "1 to 3650")?;
        value((1..=3650).contains(&retention.visits_days), "retention.visits_days", "1 to 3650")?;
        value((1..=365).contains(&retention.res_files_days), "retention.res_files_days", "1 to 365")
    }
}

#[cfg(test)]
mod tests {
    //! Proves that the file a clinic gets is the documentation of the defaults, and that nothing harmful can be set.
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let settings: Settings = toml::from_str(text).map_err(|error| error.to_string())?;
        settings.check().map_err(|error| error.to_string())?;
        Ok(settings)
    }

    #[test]
    fn the_file_that_join_writes_holds_the_defaults() {
        assert_eq!(read(SETTINGS_TEXT), Ok(Settings::default()));
    }

    #[test]
    fn the_file_that_join_writes_names_every_setting() {
        let shown = format!("{:?}", Settings::default());
        let names = shown.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).filter(|w| w.len() > 2);
        for name in names.filter(|name| shown.contains(&format!("{name}: "))) {
            assert!(SETTINGS_TEXT.contains(name), "{name}");
        }
    }

    #[test]
    fn a_misspelt_setting_is_refused_by_name() {
        let error = read("[bridge]\nencodign = \"utf8\"\n").unwrap_err();
        assert!(error.contains("encodign"), "{error}");
    }

    #[test]
    fn no_page_is_ever_offered_to_other_machines() {
        for address in ["0.0.0.0:8461", "192.168.1.10:8461", "[::]:8461"] {
            for page in ["desk", "kiosk"] {
                let error = read(&format!("[{page}]\naddress = \"{address}\"\n")).unwrap_err();
                assert!(error.contains(&format!("{page}.address")), "{error}");
            }
        }
        assert!(read("[desk]\naddress = \"[::1]:0\"\n").is_ok());
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for text in [
            "[bridge]\npoll_interval_ms = 1\n",
            "[bridge]\ngive_up_after_seconds = 0\n",
            "[retention]\nanswers_days = 0\n",
            "[folders]\nreq = \"a\"\nres = \"a\"\n",
            "[kiosk]\nidle_seconds = 1\n",
            "[kiosk]\nresult_seconds = 1000\n",
            "[folders]\nbookings = \"OQS/req\"\n",
            "[night]\nfrom = \"05:00\"\n",
            "[night]\nto = \"25:00\"\n",
            "[face]\nthreshold = 1.5\n",
            "[face]\nthreshold = nan\n",
            "[face]\ndetector = \"a.onnx\"\n",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
