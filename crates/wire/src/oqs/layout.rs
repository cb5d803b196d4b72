//! The layout of each group, in the order of the interface (OQS-IF-001 to 012).

use super::tree::elements;
use crate::api::{
    ElderlyRecipientCertificateInfo, LimitApplicationCertificateRelatedInfo, MedicalTicketInfo,
    ReferenceNumberRegistrationInfo, ResultOfQualificationConfirmation, SearchInfo, SpecificDiseasesCertificateInfo,
};

elements!(SearchInfo {
    text insurer_number = "InsurerNumber";
    optional insured_card_symbol = "InsuredCardSymbol";
    text insured_identification_number = "InsuredIdentificationNumber";
    optional insured_branch_number = "InsuredBranchNumber";
    text birthdate = "Birthdate";
    optional limit_application_certificate_related_cons_flg = "LimitApplicationCertificateRelatedConsFlg";
    optional arbitrary_identifier = "ArbitraryIdentifier";
});

elements!(ReferenceNumberRegistrationInfo {
    text reference_number = "ReferenceNumber";
    text insurer_number = "InsurerNumber";
    optional insured_card_symbol = "InsuredCardSymbol";
    text insured_identification_number = "InsuredIdentificationNumber";
    optional insured_branch_number = "InsuredBranchNumber";
});

elements!(ResultOfQualificationConfirmation {
    optional insured_card_classification = "InsuredCardClassification";
    optional insurer_number = "InsurerNumber";
    optional insured_card_symbol = "InsuredCardSymbol";
    optional insured_identification_number = "InsuredIdentificationNumber";
    optional insured_branch_number = "InsuredBranchNumber";
    optional personal_family_classification = "PersonalFamilyClassification";
    optional insured_name = "InsuredName";
    optional name = "Name";
    optional name_of_other = "NameOfOther";
    optional name_kana = "NameKana";
    optional name_of_other_kana = "NameOfOtherKana";
    optional sex1 = "Sex1";
    optional sex2 = "Sex2";
    optional birthdate = "Birthdate";
    optional address = "Address";
    optional post_number = "PostNumber";
    optional qualification_date = "QualificationDate";
    optional disqualification_date = "DisqualificationDate";
    optional insured_certificate_issuance_date = "InsuredCertificateIssuanceDate";
    optional insured_card_valid_date = "InsuredCardValidDate";
    optional insured_card_expiration_date = "InsuredCardExpirationDate";
    optional insured_partial_contribution_ratio = "InsuredPartialContributionRatio";
    optional preschool_classification = "PreschoolClassification";
    optional reason_of_loss = "ReasonOfLoss";
    optional insurer_name = "InsurerName";
    group elderly_recipient_certificate_info = "ElderlyRecipientCertificateInfo";
    optional limit_application_certificate_related_cons_flg = "LimitApplicationCertificateRelatedConsFlg";
    optional limit_application_certificate_related_cons_time = "LimitApplicationCertificateRelatedConsTime";
    group limit_application_certificate_related_info = "LimitApplicationCertificateRelatedInfo";
    optional specific_diseases_certificate_related_cons_flg = "SpecificDiseasesCertificateRelatedConsFlg";
    optional specific_diseases_certificate_related_cons_time = "SpecificDiseasesCertificateRelatedConsTime";
    list specific_diseases_certificate_list = "SpecificDiseasesCertificateList" / "SpecificDiseasesCertificateInfo";
    list public_expense_result_list = "PublicExpenseResultList" / "MedicalTicketInfo";
    optional specific_health_checkups_info_cons_flg = "SpecificHealthCheckupsInfoConsFlg";
    optional specific_health_checkups_info_cons_time = "SpecificHealthCheckupsInfoConsTime";
    optional specific_health_checkups_info_available_time = "SpecificHealthCheckupsInfoAvailableTime";
    optional pharmacists_info_cons_flg = "PharmacistsInfoConsFlg";
    optional pharmacists_info_cons_time = "PharmacistsInfoConsTime";
    optional pharmacists_info_available_time = "PharmacistsInfoAvailableTime";
    optional diagnosis_info_cons_flg = "DiagnosisInfoConsFlg";
    optional diagnosis_info_cons_time = "DiagnosisInfoConsTime";
    optional diagnosis_info_available_time = "DiagnosisInfoAvailableTime";
    optional operation_info_cons_flg = "OperationInfoConsFlg";
    optional operation_info_cons_time = "OperationInfoConsTime";
    optional operation_info_available_time = "OperationInfoAvailableTime";
    optional reference_number = "ReferenceNumber";
    optional limit_application_certificate_changed = "LimitApplicationCertificateChanged";
});

elements!(ElderlyRecipientCertificateInfo {
    optional elderly_recipient_certificate_date = "ElderlyRecipientCertificateDate";
    optional elderly_recipient_valid_start_date = "ElderlyRecipientValidStartDate";
    optional elderly_recipient_valid_end_date = "ElderlyRecipientValidEndDate";
    optional elderly_recipient_contribution_ratio = "ElderlyRecipientContributionRatio";
});

elements!(LimitApplicationCertificateRelatedInfo {
    optional limit_application_certificate_classification = "LimitApplicationCertificateClassification";
    optional limit_application_certificate_classification_flag = "LimitApplicationCertificateClassificationFlag";
    optional limit_application_certificate_date = "LimitApplicationCertificateDate";
    optional limit_application_certificate_valid_start_date = "LimitApplicationCertificateValidStartDate";
    optional limit_application_certificate_valid_end_date = "LimitApplicationCertificateValidEndDate";
    optional limit_application_certificate_long_term_date = "LimitApplicationCertificateLongTermDate";
});

elements!(SpecificDiseasesCertificateInfo {
    optional specific_diseases_disease_category = "SpecificDiseasesDiseaseCategory";
    optional specific_diseases_certificate_date = "SpecificDiseasesCertificateDate";
    optional specific_diseases_valid_start_date = "SpecificDiseasesValidStartDate";
    optional specific_diseases_valid_end_date = "SpecificDiseasesValidEndDate";
    optional specific_diseases_self_pay = "SpecificDiseasesSelfPay";
});

elements!(MedicalTicketInfo {
    optional ticket_type = "TicketType";
    optional medical_ticket_valid_date = "MedicalTicketValidDate";
    optional medical_ticket_expiration_date = "MedicalTicketExpirationDate";
    optional issue_number = "IssueNumber";
    optional medical_treatment_month = "MedicalTreatmentMonth";
    optional designated_medical_institution_code = "DesignatedMedicalInstitutionCode";
    optional designated_medical_institution_flag = "DesignatedMedicalInstitutionFlag";
    optional designated_medical_institution_name = "DesignatedMedicalInstitutionName";
    optional prescription_issuer_medical_institution_code = "PrescriptionIssuerMedicalInstitutionCode";
    optional prescription_issuer_medical_institution_name = "PrescriptionIssuerMedicalInstitutionName";
    optional injury_name1 = "InjuryName1";
    optional injury_name2 = "InjuryName2";
    optional injury_name3 = "InjuryName3";
    optional medical_treatment_type = "MedicalTreatmentType";
    optional self_pay_amount = "SelfPayAmount";
    optional district_contact_name = "DistrictContactName";
    optional handling_contact_name = "HandlingContactName";
    optional single_or_combined_use = "SingleOrCombinedUse";
    optional status_of_social_insurance = "StatusOfSocialInsurance";
    optional consistency_flag = "ConsistencyFlag";
    optional status_of_infecton = "StatusOfInfecton";
    optional status_of_elderly_medical_care = "StatusOfElderlyMedicalCare";
    optional status_of_prefectural_expenses = "StatusOfPrefecturalExpenses";
    optional remarks1 = "Remarks1";
    optional remarks2 = "Remarks2";
    optional remarks3 = "Remarks3";
});
