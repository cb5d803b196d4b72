//! Writes one of each FHIR resource into a folder, for a validator to judge:
//! `cargo run -p wire --example fhir_samples -- FOLDER`.

#[path = "../tests/fhir/samples.rs"]
mod samples;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).ok_or("usage: fhir_samples FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    for (name, resource) in samples::all() {
        std::fs::write(folder.join(format!("{name}.json")), serde_json::to_vec_pretty(&resource)?)?;
    }
    Ok(())
}
