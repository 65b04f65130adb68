/** The parts of a journal; each is as true as its source. */
export type JournalPart = 'grants' | 'receipts' | 'fetches';

const WORDS: Readonly<Record<JournalPart, readonly [en: string, fr: string]>> = {
  grants: [
    'Who could read, since when and until when. In the vault this list is complete: an access exists only if it is written here. In an exported file the owner vouches for the list; where the other person has agreed, both have signed it.',
    'Qui pouvait lire, depuis quand et jusqu’à quand. Dans le coffre, cette liste est complète : un accès n’existe que s’il y est inscrit. Dans un fichier exporté, le titulaire répond de la liste ; là où l’autre personne a accepté, les deux l’ont signée.',
  ],
  receipts: [
    'What readers say they have read. Each line is signed by its reader and cannot be made up by anyone else. It shows nothing about those who said nothing: one can read without saying so, or say so without reading.',
    'Ce que des lecteurs disent avoir lu. Chaque ligne est signée par son lecteur et personne d’autre ne peut l’inventer. Elle ne montre rien de ceux qui n’ont rien dit : on peut lire sans le dire, ou le dire sans lire.',
  ],
  fetches: [
    'What the server says it has delivered, to which device of whom and when. It cannot take back or change what it said without that being noticed. A line shows that sealed data was handed over, not that anyone read it; and a server that lies can leave out what it gave to an accomplice. The list is complete only from the date it states.',
    'Ce que le serveur dit avoir remis, à quel appareil de qui et quand. Il ne peut ni retirer ni modifier ce qu’il a dit sans que cela se remarque. Une ligne montre que des données scellées ont été remises, non que quelqu’un les a lues ; et un serveur qui ment peut taire ce qu’il a donné à un complice. La liste n’est complète qu’à partir de la date qu’elle indique.',
  ],
};

/** What a part of a journal shows and what it does not, in a few sentences for people. */
export function explainJournal(part: JournalPart, language: 'en' | 'fr'): string {
  return WORDS[part][language === 'fr' ? 1 : 0];
}
