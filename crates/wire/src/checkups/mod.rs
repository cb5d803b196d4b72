//! 特定健診: reports of checkups as HL7 CDA R2 (V08 and before), one by one or in an archive of up to 100,000 people.
//!
//! [`CheckupReader`] takes a ZIP archive or a single XML file and gives one [`CheckupFile`] after another: the report as
//! [`domain::Checkup`], or why that person is set aside. Bad people never hold up good ones, a bad item never costs the rest of
//! its person, and every fault names the file, the line, the XPath, a stable code, and words in Japanese and English
//! ([`FaultCode`]; the list with what to do stands in docs/CHECKUPS.md). Values are never in a fault.
//!
//! Memory does not grow with the size of people's reports: one report is held at a time, beside the archive's directory and
//! sixteen bytes a person.
//!
//! ```
//! use wire::checkups::CheckupReader;
//! # fn load(file: std::io::Cursor<Vec<u8>>) -> Result<(), Box<wire::checkups::CheckupFault>> {
//! let mut reader = CheckupReader::open(file, "2813300114_00280081_202405271_1.zip")?;
//! while let Some(person) = reader.next_file() {
//!     match person.checkup {
//!         Some(checkup) => { /* checkup.patient, checkup.items; person.faults tell what was left out */ }
//!         None => { /* person.faults[0] says why */ }
//!     }
//! }
//! let report = reader.finish();
//! # Ok(()) }
//! ```

mod archive;
mod document;
mod fault;
mod index;
mod observation;
mod reader;
mod tree;

pub use fault::{CheckupFault, FaultCode, FaultScope};
pub use index::CheckupIndex;
pub use reader::{CheckupFile, CheckupReader, CheckupReport};
