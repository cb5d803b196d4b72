//! Everything that is logged at the finest level during all cases, and whether a secret is in it.

use anyhow::{Result, ensure};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

use crate::stage::Stage;

/// What was logged, and which secrets were used.
#[derive(Clone, Default)]
pub struct Traces {
    logged: Arc<Mutex<Vec<u8>>>,
    secrets: Arc<Mutex<Vec<String>>>,
}

impl Traces {
    /// A secret that must be nowhere.
    pub fn secret(&self, secret: &str) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if !secrets.iter().any(|known| known == secret) {
            secrets.push(secret.to_owned());
        }
    }
}

impl Traces {
    /// How often this was logged.
    pub fn count(&self, words: &str) -> usize {
        let logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&logged).matches(words).count()
    }
}

impl Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Traces {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Logs everything, without times and names of threads: their digits would look like PINs.
pub fn capture() -> Result<Traces> {
    let traces = Traces::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(traces.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    tracing::subscriber::set_global_default(subscriber)?;
    Ok(traces)
}

/// The forms in which a secret could have been written down: as typed beside its name, and as the bytes of a command, in
/// hexadecimal and as a list. Four digits alone would be found everywhere.
fn forms(secret: &str) -> Vec<String> {
    let hex = domain::hex::encode(secret.as_bytes());
    let spaced: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    let mut forms = vec![format!("pin={secret}"), hex.to_uppercase(), hex, spaced.join(", ")];
    if secret.len() > 4 {
        forms.push(secret.to_owned());
    }
    forms
}

fn holds(bytes: &[u8], form: &str) -> bool {
    bytes.windows(form.len()).any(|window| window == form.as_bytes())
}

pub async fn a_pin_is_nowhere_to_be_found(stage: &mut Stage) -> Result<()> {
    // At least one PIN went through everything.
    let person = stage.registered().await?;
    let page = stage.after_pin(person, "consents").await?;
    stage.choose(&page, "choose-all", &[]).await?;
    let logged = stage.traces.logged.lock().unwrap_or_else(PoisonError::into_inner).clone();
    ensure!(logged.len() > 10_000, "everything is logged: {} bytes", logged.len());
    let secrets = stage.traces.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for secret in &secrets {
        for form in forms(secret) {
            ensure!(!holds(&logged, &form), "a secret stands in the log as {form}");
            folder_is_free_of(&stage.folder.path().join("terminal"), &form)?;
            folder_is_free_of(&stage.folder.path().join("center"), &form)?;
        }
    }
    Ok(())
}

fn folder_is_free_of(folder: &Path, form: &str) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            folder_is_free_of(&path, form)?;
        } else {
            ensure!(!holds(&std::fs::read(&path)?, form), "a secret stands in {} as {form}", path.display());
        }
    }
    Ok(())
}
