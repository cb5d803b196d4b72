//! The answers of the last moments, so that a question asked again under its number gets the same answer once.
//!
//! A terminal asks again when the line broke before the answer came. Without this it would get another answer, and the
//! patient's list would show two looks for one. Behind a restart of the center the question is simply asked anew.

use std::collections::{HashMap, VecDeque};

use domain::MedicalInstitutionCode;
use uuid::Uuid;

use super::answered::{Answered, AskedFor};

type Key = (MedicalInstitutionCode, Uuid);

impl AskedFor {
    fn key(&self) -> Key {
        match self {
            Self::Numbers(question) => (question.query.medical_institution_code, question.request_id),
            Self::Card(question) => (question.facility, question.request_id),
            Self::Beside(asked) => (asked.facility, asked.request_id),
        }
    }
}

pub(super) struct Recent {
    most: usize,
    order: VecDeque<Key>,
    answers: HashMap<Key, Answered>,
}

impl Recent {
    pub(super) fn new(most: usize) -> Self {
        Self { most, order: VecDeque::with_capacity(most), answers: HashMap::with_capacity(most) }
    }

    /// The answer to the same question under the same number, if it was given a moment ago.
    pub(super) fn get(
        &self,
        facility: MedicalInstitutionCode,
        request_id: Uuid,
        is_same: impl Fn(&AskedFor) -> bool,
    ) -> Option<Answered> {
        self.answers.get(&(facility, request_id)).filter(|answered| is_same(&answered.inner.asked)).cloned()
    }

    pub(super) fn put(&mut self, answered: &Answered) {
        let key = answered.inner.asked.key();
        if self.answers.insert(key, answered.clone()).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.answers.remove(&oldest);
            }
        }
    }
}
