//! Writes a saved answer and the public key of its log into a folder, for verifiers in other languages
//! (`crates/trust/tests/interop/`):
//!
//! ```text
//! cargo run -p trust --example sample_proof -- FOLDER
//! ```
//!
//! makes `FOLDER/proof.json` and `FOLDER/log_public_key.pem`.

#[path = "../tests/suite/sample.rs"]
mod sample;

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: PathBuf = std::env::args_os().nth(1).ok_or("usage: sample_proof FOLDER")?.into();
    std::fs::create_dir_all(&folder)?;
    let (signer, file) = sample::saved();
    std::fs::write(folder.join("proof.json"), file.to_bytes())?;
    std::fs::write(folder.join("log_public_key.pem"), signer.public_key().to_pem())?;
    Ok(())
}
