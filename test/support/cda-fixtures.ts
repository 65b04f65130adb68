/** Small clinical documents as French software writes them; everybody in them is made up. */

const INS_TEST = '1.2.250.1.213.1.4.10';

export const PATIENT = `
  <recordTarget><patientRole>
    <id extension="279035121518989" root="${INS_TEST}"/>
    <id extension="A-17" root="1.2.3.4.5"/>
    <addr nullFlavor="NASK"/><telecom value="tel:0144534551" use="H"/>
    <patient classCode="PSN">
      <name>
        <family qualifier="BR">PAT-TROIS</family>
        <given>DOMINIQUE MARIE-LOUISE</given>
        <given qualifier="BR">DOMINIQUE</given>
        <family qualifier="CL">D'ÉPOUX</family>
        <given qualifier="CL">DOM</given>
      </name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="19790328"/>
      <birthplace><place><addr><county>51215</county><city>DOMPREMY</city></addr></place></birthplace>
    </patient>
  </patientRole></recordTarget>`;

export const AUTHOR = `
  <author><time value="20210409170000+0100"/><assignedAuthor>
    <id root="1.2.250.1.71.4.2.1" extension="810003461033"/>
    <code code="G15_10/SM26" displayName="Médecine générale" codeSystem="1.2.250.1.213.1.1.4.5"/>
    <assignedPerson><name><prefix>MME</prefix><given>Ana</given><family>LOPES</family><suffix>DR</suffix></name></assignedPerson>
    <representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1750712184"/><name>Cabinet du Parc</name></representedOrganization>
  </assignedAuthor></author>`;

export const CUSTODIAN = `
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.250.1.71.4.2.2" extension="318003502400041"/><name>Assurance Maladie</name>
  </representedCustodianOrganization></assignedCustodian></custodian>`;

export const HEAD = `
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  <templateId root="1.2.250.1.213.1.1.1.37" extension="2023.01"/>
  <id root="1.2.250.1.213.1.1.1.37.2023.1.1" extension="7"/>
  <code code="11369-6" displayName="Historique de vaccinations" codeSystem="2.16.840.1.113883.6.1"/>
  <title>Historique de vaccinations</title>
  <effectiveTime value="20210409170000+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  <setId root="1.2.250.1.213.1.1.1.37.2023.1"/>
  <versionNumber value="2"/>`;

export const TAIL = `
  <relatedDocument typeCode="RPLC"><parentDocument><id root="90E1C8EC-F951-4B26-A305-A34848818DD6"/></parentDocument></relatedDocument>
  <documentationOf><serviceEvent classCode="ACT">
    <code code="11369-6" displayName="Historique" codeSystem="2.16.840.1.113883.6.1"/>
    <effectiveTime><low value="20210401"/><high value="20210409"/></effectiveTime>
    <performer typeCode="PRF"><assignedEntity><id nullFlavor="NA"/><representedOrganization>
      <standardIndustryClassCode code="AMBULATOIRE" displayName="Ambulatoire" codeSystem="1.2.250.1.213.1.1.4.9"/>
    </representedOrganization></assignedEntity></performer>
  </serviceEvent></documentationOf>
  <componentOf><encompassingEncounter><effectiveTime nullFlavor="NA"/><location><healthCareFacility>
    <code code="SA07" displayName="Cabinet individuel" codeSystem="1.2.250.1.71.4.2.4"/>
  </healthCareFacility></location></encompassingEncounter></componentOf>`;

export interface CdaParts {
  readonly head?: string;
  readonly patient?: string;
  readonly authors?: string;
  readonly tail?: string;
  /** Sections, each `<component><section>…`; or a whole body. */
  readonly sections?: string;
  readonly body?: string;
}

/** A document of these parts, and of usual ones for the rest. */
export function cdaText({
  head = HEAD,
  patient = PATIENT,
  authors = AUTHOR,
  tail = TAIL,
  sections = '',
  body = `<component><structuredBody>${sections}</structuredBody></component>`,
}: CdaParts = {}): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="../FeuilleDeStyle/CDA-FO.xsl"?>\n' +
    '<!-- Comment -->\n<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `${head}${patient}${authors}${CUSTODIAN}${tail}${body}</ClinicalDocument>`
  );
}

/** The same document with a prefix on every name of HL7, as some write it. */
export function prefixed(text: string, prefix = 'c'): string {
  return text
    .replace(/<(\/?)([A-Za-z])/g, `<$1${prefix}:$2`)
    .replace('xmlns="urn:hl7-org:v3"', `xmlns:${prefix}="urn:hl7-org:v3"`)
    .replace(/xsi:type="/g, `xsi:type="${prefix}:`);
}

/** A document within the style sheet that shows it. */
export function selfPresenting(text: string): string {
  const document = prefixed(text).replace(/^[\s\S]*?(?=<c:ClinicalDocument)/, '');
  return `<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet type="text/xsl" href="#"?>
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:data="urn:asip-sante:ci-sis" xmlns:c="urn:hl7-org:v3">
<data:Contenu>${document}</data:Contenu>
<xsl:template match="/"><html><script>alert(1)</script><title>not this</title></html></xsl:template></xsl:stylesheet>`;
}

/** A section of a code, with its text and its entries. */
export function section(code: string, text: string, entries = '', more = ''): string {
  return `<component><section>
    <code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><title>Section ${code}</title>
    <text>${text}</text>${entries.replace(/^(?=\s*<)/, '<entry>')}${entries === '' ? '' : '</entry>'}${more}
  </section></component>`;
}

/** Several entries for `section`. */
export function entries(...each: string[]): string {
  return each.join('</entry><entry>');
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/.{76}/g, '$&\n');
}

export const LAB_SECTION = section(
  '18719-5',
  '<table><tbody><tr><td ID="r1">TSH</td><td>1.950 mUI/l</td></tr></tbody></table>',
  `<act classCode="ACT" moodCode="EVN"><code code="18719-5" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
    <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
      <templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
      <code code="3016-3" displayName="Thyréostimuline" codeSystem="2.16.840.1.113883.6.1"><originalText><reference value="#r1"/></originalText></code>
      <statusCode code="completed"/><effectiveTime value="20140402145521+0200"/>
      <value xsi:type="PQ" value="1.950" unit="m[IU]/L"/>
      <interpretationCode code="N" displayName="Normal" codeSystem="2.16.840.1.113883.5.83"/>
      <methodCode><originalText>ECL Modular</originalText></methodCode>
      <referenceRange typeCode="REFV"><observationRange><value xsi:type="IVL_PQ"><low value="0.270" unit="m[IU]/L"/><high value="4.200" unit="m[IU]/L"/></value></observationRange></referenceRange>
    </observation></entryRelationship>
    <entryRelationship typeCode="COMP"><organizer classCode="CLUSTER" moodCode="EVN"><effectiveTime value="20140403"/><component><observation classCode="OBS" moodCode="EVN">
      <templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
      <code code="4548-4" displayName="HbA1c" codeSystem="2.16.840.1.113883.6.1"/>
      <statusCode code="completed"/><value xsi:type="PQ" value="6.10" unit="%"/>
    </observation></component></organizer></entryRelationship>
    <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
      <templateId root="1.3.6.1.4.1.19376.1.3.1.6"/>
      <code code="78012-2" displayName="Streptocoque" codeSystem="2.16.840.1.113883.6.1"/>
      <statusCode code="completed"/><effectiveTime value="20140402"/>
      <value xsi:type="CD" code="260385009" displayName="négatif" codeSystem="2.16.840.1.113883.6.96"/>
    </observation></entryRelationship>
    <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN" negationInd="true">
      <templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><code code="718-7" codeSystem="2.16.840.1.113883.6.1"/><value xsi:type="PQ" value="99" unit="g/dL"/>
    </observation></entryRelationship>
    <entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
      <templateId root="1.3.6.1.4.1.19376.1.3.1.6"/><code code="2345-7" codeSystem="2.16.840.1.113883.6.1"/><value nullFlavor="UNK"/>
    </observation></entryRelationship></act>`,
);

function vaccination(date: string, more = '', attributes = ''): string {
  return `<substanceAdministration classCode="SBADM" moodCode="EVN" ${attributes}>
    <templateId root="1.2.250.1.213.1.1.3.45"/>
    <code code="BOOSTER" displayName="Rappel" codeSystem="2.16.840.1.113883.5.4"/>
    <statusCode code="completed"/>${date}
    <routeCode code="20035000" displayName="voie intramusculaire" codeSystem="0.4.0.127.0.16.1.1.2.1"/>
    <approachSiteCode code="16217701000119102" displayName="deltoïde gauche" codeSystem="2.16.840.1.113883.6.96"/>
    <doseQuantity value="0.5" unit="mL"/>
    <consumable><manufacturedProduct><manufacturedMaterial>
      <code code="61077869" displayName="REVAXIS, suspension" codeSystem="1.2.250.1.213.2.3.1" codeSystemName="CIS">
        <originalText><reference value="v1"/></originalText>
        <translation code="J07CA01" displayName="DTP" codeSystem="2.16.840.1.113883.6.73" codeSystemName="ATC"/>
        <translation code="3400936466425" displayName="1 flacon" codeSystem="1.2.250.1.213.2.3.3" codeSystemName="CIP"/>
      </code><lotNumberText>235421176</lotNumberText>
    </manufacturedMaterial></manufacturedProduct></consumable>
    <performer typeCode="PRF"><assignedEntity><id root="1.2.250.1.71.4.2.1" extension="810003461033"/>
      <assignedPerson><name><given>Ana </given><family>LOPES</family><suffix>DR</suffix></name></assignedPerson></assignedEntity></performer>
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><code code="30973-2" codeSystem="2.16.840.1.113883.6.1"/><value xsi:type="INT" value="3"/></observation></entryRelationship>
    ${more}
  </substanceAdministration>`;
}

export const VACCINATION_SECTION = section(
  '11369-6',
  '<table><tbody><tr><td ID="v1">Revaxis</td></tr></tbody></table><content ID="r9">fièvre</content>',
  entries(
    vaccination(
      '<effectiveTime value="20090828"/>',
      `<entryRelationship typeCode="CAUS"><observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/>
        <code code="418799008"/><value xsi:type="CD" code="R50.2" displayName="Fièvre" codeSystem="2.16.840.1.113883.6.3"/></observation></entryRelationship>
      <entryRelationship typeCode="SUBJ"><act classCode="ACT" moodCode="EVN"><code code="48767-8"/><text>Bien supporté</text></act></entryRelationship>`,
    ),
    vaccination('<effectiveTime nullFlavor="NAV"/>'),
    vaccination('<effectiveTime value="20100101"/>', '', 'negationInd="true"'),
  ),
);

function vital(code: string, value: string, unit: string): string {
  return `<component typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
    <templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13.2"/>
    <code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
    <effectiveTime nullFlavor="NASK"/><value xsi:type="PQ" value="${value}" unit="${unit}"/></observation></component>`;
}

export const VITALS_SECTION = section(
  '8716-3',
  '<paragraph>Signes vitaux</paragraph>',
  `<organizer classCode="CLUSTER" moodCode="EVN"><code code="85353-1" codeSystem="2.16.840.1.113883.6.1"/>
    <statusCode code="completed"/><effectiveTime value="202311200830+0100"/>
    ${vital('29463-7', '72.50', 'kg')}${vital('8302-2', '1.7', 'm')}${vital('39156-5', '25', 'kg/m2')}
    ${vital('8462-4', '80', 'mmHg')}${vital('8480-6', '120', 'mmHg')}${vital('8310-5', '37.2', '°C')}
    ${vital('8867-4', '60', 'bpm')}${vital('8287-5', '900', 'cm')}${vital('8280-0', '85', 'furlong')}</organizer>`,
);

/** A problem or an allergy in the act of its concern. */
export function concern(observation: string, status = 'active'): string {
  return `<act classCode="ACT" moodCode="EVN"><code nullFlavor="NA"/><statusCode code="${status}"/>
    <effectiveTime><low value="20180603"/></effectiveTime>
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">${observation}</observation></entryRelationship></act>`;
}

export const PROBLEM = '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/><code code="282291009"/>';
export const ALLERGY =
  '<templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.6"/><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/>' +
  '<code code="416098002" displayName="allergie médicamenteuse" codeSystem="2.16.840.1.113883.6.96"/>';

export const SUMMARY_SECTIONS =
  section(
    '11450-4',
    '<list><item ID="p1">Asthme</item></list>',
    concern(
      `${PROBLEM}<effectiveTime><low value="20190811"/></effectiveTime><value xsi:type="CD" code="J45.9" displayName="Asthme, sans précision" codeSystem="2.16.840.1.113883.6.3"><originalText><reference value="#p1"/></originalText></value>`,
    ),
  ) +
  section(
    '11348-0',
    '<table><tbody><tr><td>Prématurité</td><td ID="no">Non</td></tr></tbody></table>',
    entries(
      concern(
        `${PROBLEM}<effectiveTime><low value="20180422"/><high value="20180430"/></effectiveTime><value xsi:type="CD" code="N10" displayName="Pyélonéphrite aiguë" codeSystem="2.16.840.1.113883.6.3"/>`,
        'completed',
      ),
      concern(
        `${PROBLEM}<value xsi:type="CD" code="MED-183" displayName="Prématurité" codeSystem="1.2.250.1.213.1.1.4.322"><originalText><reference value="#no"/></originalText></value>`,
      ),
    ),
  ) +
  section(
    '48765-2',
    '<content ID="yes">Oui</content><content ID="none">Aucune allergie connue</content><content ID="a1">Amoxicilline</content>',
    entries(
      concern(
        `${ALLERGY}<effectiveTime><low value="20180603"/></effectiveTime><value xsi:type="CD"><originalText><reference value="#"/></originalText></value>
        <participant typeCode="CSM"><participantRole><playingEntity><code code="J01CA04" displayName="amoxicilline" codeSystem="2.16.840.1.113883.6.73"><originalText><reference value="#a1"/></originalText></code><name/></playingEntity></participantRole></participant>
        <entryRelationship typeCode="MFST"><observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.5"/><value xsi:type="CD" code="L50" displayName="Urticaire" codeSystem="2.16.840.1.113883.6.3"/></observation></entryRelationship>
        <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><code code="SEV"/><value xsi:type="CD" code="H"/></observation></entryRelationship>`,
      ),
      concern(
        `${ALLERGY}<value xsi:type="CD"><originalText><reference value="#none"/></originalText></value>`,
      ),
      concern(
        `<templateId root="1.2.250.1.213.1.1.3.41"/><code code="414285001" displayName="allergie alimentaire" codeSystem="2.16.840.1.113883.6.96"/><value xsi:type="CD"><originalText><reference value="#yes"/></originalText></value>`,
      ),
    ),
  ) +
  section(
    '10157-6',
    'Mère : diabète',
    `<organizer classCode="CLUSTER" moodCode="EVN"><subject><relatedSubject><code code="MTH"/></relatedSubject></subject>
      <component><observation classCode="OBS" moodCode="EVN">${PROBLEM}<value xsi:type="CD" code="E11" displayName="Diabète" codeSystem="2.16.840.1.113883.6.3"/></observation></component></organizer>`,
  ) +
  section(
    '10160-0',
    '<table><tbody><tr><td ID="m1">PLAVIX 75 mg</td><td ID="d1">1 comprimé par jour</td></tr></tbody></table>',
    `<substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.7"/>
      <code code="DRUG"/><text><reference value="#d1"/></text><statusCode code="completed"/>
      <effectiveTime xsi:type="IVL_TS"><low value="20190811"/><high nullFlavor="UNK"/></effectiveTime>
      <consumable><manufacturedProduct><manufacturedMaterial><code code="63564053" displayName="PLAVIX 75 mg, comprimé" codeSystem="1.2.250.1.213.2.3.1"/></manufacturedMaterial></manufacturedProduct></consumable>
      <entryRelationship typeCode="RSON"><act classCode="ACT" moodCode="EVN"><code code="I20.0" displayName="Angine de poitrine" codeSystem="2.16.840.1.113883.6.3"/></act></entryRelationship>
    </substanceAdministration>`,
  );
