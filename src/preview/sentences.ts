import type { PreviewRefusal } from './show.js';

/** A language the previews speak. @internal */
export type Language = 'fr' | 'en';

interface Sentences {
  readonly image: (name: string) => string;
  readonly textOf: (name: string) => string;
  readonly page: (name: string, page: number, pages: number) => string;
  readonly source: string;
  readonly incomplete: string;
  readonly readText: string;
  readonly noText: string;
  readonly fullSize: string;
  readonly save: string;
  readonly bytesShown: (shown: number, total: number) => string;
  readonly pagesShown: (shown: number, total: number) => string;
  readonly refusals: Readonly<Record<PreviewRefusal, string>>;
}

const SENTENCES: Readonly<Record<Language, Sentences>> = {
  fr: {
    image: (name) => `Image : ${name}`,
    textOf: (name) => `Texte : ${name}`,
    page: (name, page, pages) => `${name}, page ${page} sur ${pages}`,
    source: "Ce document est montré tel qu'il est écrit, avec ses balises.",
    incomplete:
      'Une partie de cette page ne peut pas être affichée ici ; enregistrez le fichier pour tout voir.',
    readText: 'Texte du document',
    noText: 'Ce document est une image : il ne contient pas de texte.',
    fullSize: 'Taille réelle',
    save: 'Enregistrer le fichier',
    bytesShown: (shown, total) =>
      `Affiché en partie : le début, ${sizeIn('fr', shown)} sur ${sizeIn('fr', total)}.`,
    pagesShown: (shown, total) => `Affiché en partie : les ${shown} premières pages sur ${total}.`,
    refusals: {
      kind: "Ce type de document ne peut pas être affiché ici. Vous pouvez l'enregistrer.",
      'too-large': "Ce document est trop grand pour être affiché ici. Vous pouvez l'enregistrer.",
      damaged: "Ce document semble abîmé et ne peut pas être affiché. Vous pouvez l'enregistrer.",
      password: "Ce PDF est protégé par un mot de passe. Vous pouvez l'enregistrer.",
      'too-slow': "Ce PDF demande trop de calcul pour être affiché ici. Vous pouvez l'enregistrer.",
      'no-pdf-reader': "Les PDF ne peuvent pas être affichés ici. Vous pouvez l'enregistrer.",
    },
  },
  en: {
    image: (name) => `Image: ${name}`,
    textOf: (name) => `Text: ${name}`,
    page: (name, page, pages) => `${name}, page ${page} of ${pages}`,
    source: 'This document is shown as it was written, markup and all.',
    incomplete: 'A part of this page cannot be shown here; save the file to see all of it.',
    readText: 'Text of the document',
    noText: 'This document is a picture: there is no text in it.',
    fullSize: 'Full size',
    save: 'Save the file',
    bytesShown: (shown, total) =>
      `Shown in part: the beginning, ${sizeIn('en', shown)} of ${sizeIn('en', total)}.`,
    pagesShown: (shown, total) => `Shown in part: the first ${shown} pages of ${total}.`,
    refusals: {
      kind: 'This kind of document cannot be shown here. You can save it.',
      'too-large': 'This document is too large to be shown here. You can save it.',
      damaged: 'This document seems damaged and cannot be shown. You can save it.',
      password: 'This PDF is protected by a password. You can save it.',
      'too-slow': 'This PDF takes too much work to be shown here. You can save it.',
      'no-pdf-reader': 'PDF cannot be shown here. You can save it.',
    },
  },
};

/** Everything a preview says in one language. @internal */
export function sentencesIn(language: Language): Sentences {
  return SENTENCES[language];
}

function sizeIn(language: Language, bytes: number): string {
  const [unit, count] =
    bytes < 1000 ? ['byte', bytes] : bytes < 1e6 ? ['kilobyte', bytes / 1000] : ['megabyte', bytes / 1e6];
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, style).format(count as number);
}
