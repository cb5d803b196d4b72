//! Which certificates exist and what became of them: the plan of the nation, and what happened since.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use trust::jpki::ocsp::Status;
use trust::jpki::{CertificateSerial, Revocation, RevocationReason};

use super::plan::{self, Generation};
use super::serial::{self, Issue};
use super::{Error, FOLDER, Result, files};
use crate::day::Day;
use crate::files::{About, read_about};
use crate::limits;

/// What happened since the nation was made.
const STATE: &str = "state.json";

/// Names a certificate: generation and serial number. It stands for a person; `Debug` shows no number.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct CertificateId {
    /// Who made it.
    pub generation: Generation,
    /// Its number in that generation.
    pub serial: CertificateSerial,
}

/// A certificate that was issued.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Issued {
    /// Its name.
    pub id: CertificateId,
    /// Which of the person's certificates it is, counted from 0.
    pub issue: u32,
    /// When it was issued.
    pub issued: Timestamp,
    /// When and why it was revoked, if it was.
    pub revocation: Option<Revocation>,
}

#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
struct State {
    revocations: Vec<Revoked>,
    reissues: Vec<Reissued>,
}

#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
struct Revoked {
    person: u32,
    issue: u32,
    at: Timestamp,
    reason: String,
}

#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
struct Reissued {
    person: u32,
    at: Timestamp,
}

/// The authority's register: it answers which certificates there are without making any.
#[derive(Debug)]
pub struct Register {
    about: About,
    as_of: Day,
    path: PathBuf,
    state: State,
    /// Length and time of the state's file when it was read.
    seen: Option<(u64, SystemTime)>,
}

impl Register {
    /// Opens the register of the nation in this folder.
    ///
    /// # Errors
    /// The folder holds no nation, or the state cannot be read.
    pub fn open(nation: &Path) -> Result<Self> {
        let about = read_about(nation)?;
        let path = nation.join(FOLDER).join(STATE);
        let as_of = Day::from(about.options.as_of);
        let mut register = Self { about, as_of, path, state: State::default(), seen: None };
        register.refresh()?;
        Ok(register)
    }

    /// Reads the state again if its file changed. Cheap when it did not; another process may have revoked something.
    /// True when it changed.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn refresh(&mut self) -> Result<bool> {
        let seen = std::fs::metadata(&self.path).ok().and_then(|held| Some((held.len(), held.modified().ok()?)));
        if seen == self.seen {
            return Ok(false);
        }
        self.state = match files::read(&self.path)? {
            Some(bytes) => {
                serde_json::from_slice(&bytes).map_err(|source| Error::State { path: self.path.clone(), source })?
            }
            None => State::default(),
        };
        self.seen = seen;
        Ok(true)
    }

    /// How many people the nation has; they are numbered from 0.
    pub fn people(&self) -> u32 {
        self.about.options.people
    }

    /// Every certificate that the person was issued, oldest first. Nobody outside the nation has one.
    pub fn issued(&self, person: u32) -> Vec<Issued> {
        if person >= self.people() {
            return Vec::new();
        }
        let planned = plan::of(self.about.options.seed, person, self.as_of);
        let mut all: Vec<Issued> = Vec::with_capacity(planned.len());
        for one in planned {
            let revocation = one.revoked.map(|(at, reason)| Revocation { at, reason });
            all.push(self.entry(person, &all, one.generation, one.issued, revocation));
        }
        for again in self.state.reissues.iter().filter(|again| again.person == person) {
            if let Some(last) = all.last_mut() {
                let superseded = Revocation { at: again.at, reason: RevocationReason::Superseded };
                last.revocation = last.revocation.or(Some(superseded));
            }
            let generation = Generation::on(plan::day_in_japan(again.at), self.as_of);
            all.push(self.entry(person, &all, generation, again.at, None));
        }
        all.truncate(limits::JPKI_ISSUES_MAX as usize);
        for revoked in self.state.revocations.iter().filter(|revoked| revoked.person == person) {
            let reason = RevocationReason::parse(&revoked.reason).unwrap_or(RevocationReason::Unspecified);
            if let Some(held) = all.get_mut(revoked.issue as usize) {
                // The first revocation stands.
                let earlier = held.revocation.filter(|earlier| earlier.at <= revoked.at);
                held.revocation = earlier.or(Some(Revocation { at: revoked.at, reason }));
            }
        }
        all
    }

    fn entry(
        &self,
        person: u32,
        before: &[Issued],
        generation: Generation,
        issued: Timestamp,
        revocation: Option<Revocation>,
    ) -> Issued {
        let issue = before.len() as u32;
        let serial = serial::of(self.about.options.seed, generation, Issue { person, issue });
        Issued { id: CertificateId { generation, serial }, issue, issued, revocation }
    }

    /// The certificate that the person holds now, revoked or not.
    pub fn current(&self, person: u32) -> Option<Issued> {
        self.issued(person).pop()
    }

    /// What the authority says about a certificate.
    pub fn status(&self, id: &CertificateId) -> Status {
        match self.find(id) {
            None => Status::Unknown,
            Some((_, Issued { revocation: None, .. })) => Status::Good,
            Some((_, Issued { revocation: Some(revocation), .. })) => Status::Revoked(revocation),
        }
    }

    /// The person's newest certificate, for one that was replaced by it; none for the newest itself and for one that
    /// was never issued.
    pub fn successor(&self, id: &CertificateId) -> Option<CertificateId> {
        let (person, _) = self.find(id)?;
        self.current(person).map(|newest| newest.id).filter(|newest| newest != id)
    }

    /// Whose certificate it is.
    fn find(&self, id: &CertificateId) -> Option<(u32, Issued)> {
        let Issue { person, issue } = serial::read(self.about.options.seed, id.generation, id.serial)?;
        let found = self.issued(person).get(issue as usize).copied()?;
        // The number may belong to an issue that another generation made.
        (found.id == *id).then_some((person, found))
    }

    /// Every revoked certificate of a generation. Goes through all people: half a second for a million.
    pub fn revoked(&self, generation: Generation) -> Vec<(CertificateSerial, Revocation)> {
        let of_person = |person| self.issued(person);
        (0..self.people())
            .flat_map(of_person)
            .filter(|one| one.id.generation == generation)
            .filter_map(|one| Some((one.id.serial, one.revocation?)))
            .collect()
    }

    /// Revokes the person's current certificate and keeps that on disk.
    ///
    /// # Errors
    /// [`Error::NoCard`], or the state cannot be written.
    pub fn revoke(&mut self, person: u32, reason: RevocationReason, at: Timestamp) -> Result<Issued> {
        self.refresh()?;
        let issue = self.current(person).ok_or(Error::NoCard(person))?.issue;
        self.state.revocations.push(Revoked { person, issue, at, reason: reason.code().to_owned() });
        self.save()?;
        self.current(person).ok_or(Error::NoCard(person))
    }

    /// Issues the person's certificate anew, revokes the old one as superseded, and keeps that on disk. Gives the old one
    /// and the new one.
    ///
    /// # Errors
    /// [`Error::NoCard`], [`Error::TooManyIssues`], or the state cannot be written.
    pub fn reissue(&mut self, person: u32, at: Timestamp) -> Result<(CertificateId, CertificateId)> {
        self.refresh()?;
        let old = self.current(person).ok_or(Error::NoCard(person))?;
        if old.issue + 1 == limits::JPKI_ISSUES_MAX {
            return Err(Error::TooManyIssues(person));
        }
        self.state.reissues.push(Reissued { person, at });
        self.save()?;
        let new = self.current(person).ok_or(Error::NoCard(person))?;
        Ok((old.id, new.id))
    }

    fn save(&mut self) -> Result<()> {
        let text = serde_json::to_vec_pretty(&self.state)
            .map_err(|source| Error::State { path: self.path.clone(), source })?;
        if let Some(folder) = self.path.parent() {
            files::folder(folder)?;
        }
        files::write(&self.path, &text)?;
        // What was written is what is held, so nothing needs to be read again for it.
        self.seen = std::fs::metadata(&self.path).ok().and_then(|held| Some((held.len(), held.modified().ok()?)));
        Ok(())
    }
}
