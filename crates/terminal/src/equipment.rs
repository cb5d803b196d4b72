//! What a terminal takes cards with and compares faces with, by its settings. A model that cannot be loaded or a reader
//! that is not there never keeps a terminal from starting: patients are checked by number, and the status page says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use card::CardReaders;
use card::terminal_model::TerminalKey;
use zeroize::Zeroizing;

use crate::config::{Config, ReaderSource};
use crate::face::OnnxFaces;
use crate::kiosk::CardShelf;
use crate::kiosk::means::Faces;
use crate::limits;

/// What is put in place of what the settings say: readers in software for tests, the demo and measurements.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Readers to take cards from; none leaves those of the settings.
    pub readers: Option<Arc<dyn CardReaders>>,
    /// Cards in software that the kiosk's page lets one put in.
    pub shelf: Option<Arc<dyn CardShelf>>,
    /// The line, where the desk's page lets one cut it.
    pub line: Option<Arc<dyn LineSwitch>>,
}

/// A line that can be cut on purpose: for the demo and for drills.
pub trait LineSwitch: Send + Sync + std::fmt::Debug {
    /// Whether it is cut now.
    fn is_cut(&self) -> bool;
    /// Cuts it or mends it; whether that was done.
    fn set_cut(&self, cut: bool) -> bool;
}

/// Everything that is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Equipment {
    /// None: patients come by number.
    pub(crate) readers: Option<Arc<dyn CardReaders>>,
    /// None: no face check is offered.
    pub(crate) faces: Option<Faces>,
    /// Key in the model of 特定機関認証.
    pub(crate) terminal_key: Option<Arc<TerminalKey>>,
    /// Cards in software, for the demo.
    pub(crate) shelf: Option<Arc<dyn CardShelf>>,
    /// A line that can be cut, for the demo.
    pub(crate) line: Option<Arc<dyn LineSwitch>>,
    /// What was asked for and is not there, for the status page.
    pub(crate) missing: Vec<Missing>,
}

/// What the settings ask for and what is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The setting.
    pub(crate) setting: &'static str,
    /// Why. No personal data.
    pub(crate) why: String,
}

impl Equipment {
    /// Loads what the settings name. Blocks while models are read.
    pub(crate) fn load(config: &Config, parts: Parts) -> Self {
        let mut missing = Vec::new();
        let mut miss = |setting, why: &dyn std::fmt::Display| {
            tracing::error!(setting, %why, "what terminal.toml names is not there");
            missing.push(Missing { setting, why: why.to_string() });
        };
        let readers = parts.readers.or_else(|| match config.settings.kiosk.readers {
            ReaderSource::None => None,
            ReaderSource::Pcsc => system_readers().map_err(|why| miss("kiosk.readers", &why)).ok(),
        });
        let face = &config.settings.face;
        let faces = face
            .is_wanted()
            .then(|| {
                let (detector, embedding) =
                    (config.data_dir.join(&face.detector), config.data_dir.join(&face.embedding));
                let loaded = OnnxFaces::load(&detector, &embedding, face.embedding_input);
                loaded.map_err(|why| miss("face", &why)).ok()
            })
            .flatten()
            .map(|matcher| Faces { matcher: Arc::new(matcher), threshold: face.threshold });
        let terminal_key = named(&config.data_dir, &face.terminal_key)
            .and_then(|path| terminal_key(&path).map_err(|why| miss("face.terminal_key", &why)).ok());
        Self { readers, faces, terminal_key, shelf: parts.shelf, line: parts.line, missing }
    }
}

fn named(folder: &Path, path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| folder.join(path))
}

fn terminal_key(path: &Path) -> Result<Arc<TerminalKey>, String> {
    let bytes = kit::files::read_limited(path, limits::SETTINGS_BYTES_MAX).map_err(|error| error.to_string())?;
    TerminalKey::from_file(&Zeroizing::new(bytes)).map(Arc::new).map_err(|error| error.to_string())
}

#[cfg(feature = "pcsc")]
#[expect(clippy::unnecessary_wraps, reason = "the same function without the feature fails")]
fn system_readers() -> Result<Arc<dyn CardReaders>, &'static str> {
    Ok(Arc::new(card::PcscReaders))
}

#[cfg(not(feature = "pcsc"))]
fn system_readers() -> Result<Arc<dyn CardReaders>, &'static str> {
    Err("this program was built without card readers (feature pcsc)")
}
