import {
  checkNationalId,
  compareTraits,
  describeIdentityStatus,
  formatIns,
  IDENTITY_LABELS,
  isProductionIns,
  MATRICULE_DOES_NOT_TELL,
  maskIns,
  matriculeParts,
  parseIns,
  parseTraits,
  readInsDatamatrix,
  statedIdentityStatus,
  stepsToStatus,
} from 'coffret/identity-fr';

const language = process.argv[2] === 'fr' ? 'fr' : 'en';

// #region identity
const ins = parseIns({ matricule: '1 81 10 2A 125 009 17', oid: 'urn:oid:1.2.250.1.213.1.4.10' });
console.log(ins, JSON.stringify({ ins })); // <redacted>: it comes out only when asked for
console.log(formatIns(ins, language), '|', maskIns(ins, language));
console.log('of a real person:', isProductionIns(ins));

const { sex, birthYear, birthMonth, birthPlace } = matriculeParts(ins.matricule);
console.log('it tells', { sex, birthYear, birthMonth, department: birthPlace.department });
console.log('it does not tell', MATRICULE_DOES_NOT_TELL.map((what) => what[language]).join('; '));

const birth = { birthDate: '1981-10-03', sex: 'male', birthPlace: '2A125' } as const;
const onPaper = parseTraits({ ...birth, birthName: 'D’Éréno', firstGivenName: 'Jean-Noël' });
const typed = parseTraits({ ...birth, birthName: 'D ERENO', firstGivenName: 'jean-noel' });
const { verdict, ...traits } = compareTraits(onPaper, typed);
for (const trait of Object.keys(traits) as (keyof typeof traits)[]) {
  console.log(
    `  ${IDENTITY_LABELS.trait[trait][language]}: ${IDENTITY_LABELS.comparison[traits[trait]][language]}`,
  );
}
console.log(IDENTITY_LABELS.comparison[verdict][language]);

// What a status is worth depends on who says it: nothing here calls INSi, so nothing here verifies one.
const stated = statedIdentityStatus({ status: 'RECUP', by: { kind: 'holder' } });
console.log(describeIdentityStatus(stated, language));
for (const step of stepsToStatus('RECUP', 'QUAL') ?? [])
  console.log(`  ${IDENTITY_LABELS.step[step][language]}`);

const doctor = checkNationalId('person', '810003461033'); // PS_IdNat: 8, and an RPPS whose check digit is wrong
if (doctor.ok) {
  console.log(IDENTITY_LABELS.number[doctor.kind][language], doctor.value);
  for (const warning of doctor.warnings) console.log(`  ${IDENTITY_LABELS.warning[warning][language]}`);
}
// #endregion

const scanned = readInsDatamatrix(
  `IS01${'0'.repeat(22)}S1185057512345673S21.2.250.1.213.1.4.8\x1dS3ADA\x1dS4LOVELACE\x1dS5FS610-12-1815S799100`,
);
console.log(describeIdentityStatus(scanned.status, language));
