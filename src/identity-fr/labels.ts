/** The same words in both languages. */
export interface InLanguages {
  readonly fr: string;
  readonly en: string;
}

/** The words of each code. */
export type Words<Code extends string> = Readonly<Record<Code, InLanguages>>;

const LABELS = {
  problem: {
    length: { fr: "Le nombre de caractères n'est pas le bon", en: 'Not the right number of characters' },
    characters: {
      fr: "Un caractère n'est pas permis à cette place",
      en: 'A character is not allowed in its place',
    },
    'first-digit': { fr: "Le premier chiffre n'est pas possible", en: 'The first digit is not possible' },
    month: { fr: "Le mois n'est pas possible", en: 'The month is not possible' },
    key: { fr: 'La clé ne correspond pas au numéro', en: 'The key does not fit the number' },
    authority: { fr: "Cet OID n'est pas celui d'un INS", en: 'This OID is not one of an INS' },
    'social-security': {
      fr: "C'est un numéro de sécurité sociale, pas un INS",
      en: 'This is a social security number, not an INS',
    },
    kind: { fr: "Le numéro n'est pas du type de son OID", en: 'The number is not of the kind of its OID' },
    test: { fr: "C'est un INS de test", en: 'This is a test INS' },
    empty: { fr: 'Ce trait manque', en: 'This trait is missing' },
    date: { fr: "Cette date n'existe pas", en: 'There is no such date' },
    sex: { fr: "Ce sexe n'est pas un de la liste", en: 'This sex is not one of the list' },
    place: { fr: "Ce n'est pas un code INSEE de lieu", en: 'This is not an INSEE code of a place' },
    'given-names': {
      fr: 'La liste ne commence pas par le premier prénom',
      en: 'The list does not begin with the first given name',
    },
    header: { fr: "Ce n'est pas un datamatrix INS", en: 'This is not an INS datamatrix' },
    field: { fr: "Un champ n'est pas lisible", en: 'A field cannot be read' },
    'missing-field': { fr: 'Un champ manque', en: 'A field is missing' },
    'repeated-field': { fr: 'Un champ est répété', en: 'A field is repeated' },
    signature: { fr: "La signature n'a pas la bonne forme", en: 'The signature has not the right form' },
    prefix: {
      fr: "Le premier chiffre n'est pas un type d'identifiant",
      en: 'The first digit is no type of identifier',
    },
  },
  warning: {
    'check-digit': {
      fr: 'La clé de contrôle ne correspond pas ; vérifiez le numéro',
      en: 'The check digit does not fit; check the number',
    },
    'check-not-known': {
      fr: "Aucune règle de contrôle n'est connue pour ce numéro",
      en: 'No rule to check this number is known',
    },
  },
  status: {
    PROV: { fr: 'Identité provisoire', en: 'Provisional identity' },
    RECUP: { fr: 'Identité récupérée', en: 'Recovered identity' },
    VALI: { fr: 'Identité validée', en: 'Validated identity' },
    QUAL: { fr: 'Identité qualifiée', en: 'Qualified identity' },
  },
  attribute: {
    DOUT: { fr: 'douteuse', en: 'doubtful' },
    HOMA: { fr: 'homonyme avéré', en: 'known homonym' },
    HOMD: { fr: 'homonyme possible', en: 'possible homonym' },
    FICT: { fr: 'fictive', en: 'fictitious' },
  },
  statedBy: {
    holder: { fr: 'le titulaire', en: 'the holder' },
    carer: { fr: 'un proche', en: 'a carer' },
    professional: { fr: 'un professionnel', en: 'a professional' },
    structure: { fr: 'une structure', en: 'a structure' },
    document: { fr: 'un document', en: 'a document' },
    datamatrix: { fr: 'un datamatrix', en: 'a datamatrix' },
  },
  step: {
    'ins-retrieval': {
      fr: "Un professionnel ou une structure récupère l'INS par le téléservice INSi",
      en: 'A professional or a structure retrieves the INS from the INSi service',
    },
    'document-check': {
      fr: "Un professionnel contrôle une pièce à haut niveau de confiance : passeport, carte d'identité, titre de séjour",
      en: 'A professional checks a document of high trust: passport, identity card, residence permit',
    },
    'traits-coherence': {
      fr: "Les traits de la pièce et ceux d'INSi concordent",
      en: 'The traits of the document and those of INSi agree',
    },
  },
  comparison: {
    same: { fr: 'Identique', en: 'Same' },
    close: { fr: 'Proche, à vérifier', en: 'Close, to be checked' },
    different: { fr: 'Différent', en: 'Different' },
    unknown: { fr: 'Non renseigné', en: 'Not told' },
    'to-check': { fr: 'À vérifier', en: 'To be checked' },
  },
  trait: {
    birthName: { fr: 'Nom de naissance', en: 'Birth name' },
    firstGivenName: { fr: 'Premier prénom de naissance', en: 'First given name' },
    givenNames: { fr: 'Prénoms de naissance', en: 'Given names' },
    birthDate: { fr: 'Date de naissance', en: 'Date of birth' },
    sex: { fr: 'Sexe', en: 'Sex' },
    birthPlace: { fr: 'Lieu de naissance', en: 'Place of birth' },
  },
  number: {
    RPPS: { fr: 'Numéro RPPS', en: 'RPPS number' },
    ADELI: { fr: 'Numéro ADELI', en: 'ADELI number' },
    FINESS: { fr: 'Numéro FINESS', en: 'FINESS number' },
    SIREN: { fr: 'Numéro SIREN', en: 'SIREN number' },
    SIRET: { fr: 'Numéro SIRET', en: 'SIRET number' },
    'RPPS-RANG': { fr: 'Cabinet, numéro RPPS et rang', en: 'Practice, RPPS number and rank' },
    'ADELI-RANG': { fr: 'Cabinet, numéro ADELI et rang', en: 'Practice, ADELI number and rank' },
  },
} as const satisfies Readonly<Record<string, Words<string>>>;

/** The words to show for each code: `IDENTITY_LABELS.problem.key.fr`. */
export const IDENTITY_LABELS: {
  readonly [Group in keyof typeof LABELS]: Words<Extract<keyof (typeof LABELS)[Group], string>>;
} = LABELS;

/** What no matricule tells, to be shown beside what it does. */
export const MATRICULE_DOES_NOT_TELL: readonly InLanguages[] = [
  { fr: 'le siècle et le jour de naissance', en: 'the century and the day of birth' },
  { fr: 'le nom de la commune ou du pays', en: 'the name of the commune or of the country' },
  { fr: "à qui il a été attribué, ni même s'il l'a été", en: 'who it was given to, nor whether it was' },
  { fr: 'la nationalité, la résidence, les droits', en: 'nationality, residence, entitlements' },
  { fr: 'si la personne vit', en: 'whether the person is alive' },
];
