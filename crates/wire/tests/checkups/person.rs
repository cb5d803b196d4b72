//! Writes the report of an invented person, item by item, after the published layout.

/// A report with these entries. `serial` makes the person: number, birthday and name follow from it.
pub fn report(serial: u32, entries: &str) -> String {
    let (number, day, kana) = (1_000 + serial, serial % 28 + 1, ["タロウ", "ハナコ", "ジロウ"][serial as usize % 3]);
    let sex = serial % 2 + 1;
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:hl7-org:v3 ../XSD/hc08_V08.xsd">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <id nullFlavor="NI"/>
  <code code="10" codeSystem="1.2.392.200119.6.1001"/>
  <effectiveTime value="20240710"/>
  <confidentialityCode code="N"/>
  <recordTarget>
    <patientRole>
      <id extension="01130012" root="1.2.392.200119.6.101"/>
      <id extension="１２－３４" root="1.2.392.200119.6.204"/>
      <id extension="{number}" root="1.2.392.200119.6.205"/>
      <id extension="01" root="1.2.392.200119.6.211"/>
      <addr><postalCode>100-0001</postalCode>東京都千代田区千代田１－１</addr>
      <patient>
        <name>シケン　{kana}</name>
        <administrativeGenderCode code="{sex}" codeSystem="1.2.392.200119.6.1104"/>
        <birthTime value="196004{day:02}"/>
      </patient>
    </patientRole>
  </recordTarget>
  <author>
    <time value="20240710"/>
    <assignedAuthor>
      <id nullFlavor="NI"/>
      <representedOrganization>
        <id extension="1310000001" root="1.2.392.200119.6.102"/><name>試験健診センター</name>
      </representedOrganization>
    </assignedAuthor>
  </author>
  <custodian><assignedCustodian><representedCustodianOrganization><id nullFlavor="NI"/></representedCustodianOrganization></assignedCustodian></custodian>
  <participant typeCode="HLD">
    <functionCode code="1" codeSystem="1.2.392.200119.6.208"/>
    <time><high value="20250331"/></time>
    <associatedEntity classCode="IDENT">
      <id extension="24{serial:09}" root="1.2.392.200119.6.209.101130012"/>
      <scopingOrganization><id extension="01130012" root="1.2.392.200119.6.101"/></scopingOrganization>
    </associatedEntity>
  </participant>
  <documentationOf>
    <serviceEvent>
      <code code="010" codeSystem="1.2.392.200119.6.1002"/>
      <effectiveTime value="20240603"/>
      <performer typeCode="PRF">
        <assignedEntity>
          <id nullFlavor="NI"/>
          <representedOrganization>
            <id extension="1310000001" root="1.2.392.200119.6.102"/><name>試験健診センター</name>
          </representedOrganization>
        </assignedEntity>
      </performer>
    </serviceEvent>
  </documentationOf>
  <component>
    <structuredBody>
      <component>
        <section>
          <code code="01010" codeSystem="1.2.392.200119.6.1010"/>
          <text/>
{entries}        </section>
      </component>
    </structuredBody>
  </component>
</ClinicalDocument>
"#
    )
}

/// An entry around this observation.
pub fn entry(code: &str, inside: &str) -> String {
    format!(
        "          <entry><observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"{code}\"/>{inside}</observation></entry>\n"
    )
}

/// A number with its judgement and range.
pub fn quantity(code: &str, value: &str, unit: &str) -> String {
    entry(
        code,
        &format!(
            r#"
            <value xsi:type="PQ" value="{value}" unit="{unit}"/>
            <interpretationCode code="N"/>
            <methodCode code="{}"/>
            <referenceRange>
              <observationRange classCode="OBS" moodCode="EVN.CRT">
                <value xsi:type="IVL_PQ"><low value="0.5" unit="{unit}"/><high value="200" unit="{unit}"/></value>
              </observationRange>
            </referenceRange>
          "#,
            &code[..10]
        ),
    )
}

/// An answer.
pub fn answer(code: &str, value: &str) -> String {
    entry(code, &format!("<value xsi:type=\"CD\" code=\"{value}\" codeSystem=\"1.2.392.200119.6.2003\"/>"))
}

/// Everything that a usual report has: 21 measurements, two groups, findings in words, 22 questions.
pub fn usual(serial: u32) -> String {
    let mut entries = String::new();
    for (code, value, unit) in MEASURED {
        entries.push_str(&quantity(code, value, unit));
    }
    entries.push_str(GROUPS);
    for code in ["9N056000000000011", "9N061000000000011", "9N066000000000011"] {
        entries.push_str(&answer(code, "2"));
    }
    for question in [
        "701", "706", "711", "716", "721", "726", "731", "736", "741", "746", "751", "756", "872", "766", "771", "782",
        "781", "786", "791", "796", "801", "808",
    ] {
        entries.push_str(&answer(&format!("9N{question}000000000011"), "1"));
    }
    entries.push_str(&entry("9N511000000000049", "<value xsi:type=\"ST\">特に異常は認めません。</value>"));
    report(serial, &entries)
}

const MEASURED: &[(&str, &str, &str)] = &[
    ("9N001000000000001", "168.2", "cm"),
    ("9N006000000000001", "63.6", "kg"),
    ("9N011000000000001", "22.5", "kg/m2"),
    ("9N016160100000001", "82.0", "cm"),
    ("9A751000000000001", "128", "mm[Hg]"),
    ("9A752000000000001", "122", "mm[Hg]"),
    ("9A761000000000001", "82", "mm[Hg]"),
    ("9A762000000000001", "78", "mm[Hg]"),
    ("3F015000002327101", "142", "mg/dL"),
    ("3F070000002327101", "52", "mg/dL"),
    ("3F077000002327101", "140", "mg/dL"),
    ("3F069000002391901", "168", "mg/dL"),
    ("3B035000002327201", "23", "U/L"),
    ("3B045000002327201", "20", "U/L"),
    ("3B090000002327101", "38", "U/L"),
    ("3C020000002327101", "5.4", "mg/dL"),
    ("3D010000001926101", "96", "mg/dL"),
    ("3D046000001906202", "5.4", "%"),
];

const GROUPS: &str = r#"          <entry><observation classCode="OBS" moodCode="EVN">
            <code nullFlavor="NA"/>
            <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
              <code code="3C015000002327101"/><value xsi:type="PQ" value="0.74" unit="mg/dL"/><interpretationCode code="N"/>
            </observation></entryRelationship>
            <entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN">
              <code code="3C015161002399949"/><value xsi:type="ST">判定基準に該当し必要</value>
            </observation></entryRelationship>
            <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
              <code code="8A065000002391901"/><value xsi:type="PQ" value="81.8" unit="ml/min/1.73m2"/>
            </observation></entryRelationship>
          </observation></entry>
          <entry><observation classCode="OBS" moodCode="EVN">
            <code nullFlavor="NA"/>
            <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
              <code code="9A110160700000011"/><value xsi:type="CD" code="2" codeSystem="1.2.392.200119.6.2002"/>
            </observation></entryRelationship>
            <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
              <code code="9A110160800000049"/><value xsi:type="ST">洞性徐脈 &amp; 左軸偏位</value>
            </observation></entryRelationship>
          </observation></entry>
          <entry><observation classCode="OBS" moodCode="EVN">
            <code code="1A020000000191111"/><value xsi:type="CO" code="1" codeSystem="1.2.392.200119.6.2102"/>
          </observation></entry>
          <entry><observation classCode="OBS" moodCode="EVN">
            <code code="1A010000000191111"/><value xsi:type="CO" code="2" codeSystem="1.2.392.200119.6.2102"/>
          </observation></entry>
          <entry><observation classCode="OBS" moodCode="EVN" negationInd="true"><code code="9N021000000000001"/></observation></entry>
"#;
