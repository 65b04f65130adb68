import type { ListReach } from '../vault/journal-reach.js';
import type {
  VerifiedFetch,
  VerifiedGrant,
  VerifiedJournal,
  VerifiedReceipt,
} from '../vault/journal-verify.js';
import { explainJournal, type JournalPart } from '../vault/journal-words.js';

/** In which language a journal is described. */
export type Language = 'en' | 'fr';

interface Words {
  readonly holds: string;
  readonly exported: (person: string, time: string) => string;
  readonly lists: Readonly<Record<JournalPart, string>>;
  readonly complete: (by: string, since: string | null, until: string) => string;
  readonly incomplete: string;
  readonly by: Readonly<Record<ListReach['by'], string>>;
  readonly none: string;
  readonly columns: {
    readonly open: string;
    readonly givenBy: string;
    readonly endedBy: string;
    readonly for: string;
    readonly document: string;
    readonly both: string;
    readonly owner: string;
    readonly changes: string;
    readonly file: string;
  };
  readonly server: (key: string) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    holds: 'Every signature in this journal is right. Vault:',
    exported: (person, time) => `Exported and signed by ${person} on ${time}.`,
    lists: { grants: 'Accesses given', receipts: 'Read receipts', fetches: 'Deliveries by the server' },
    complete: (by, since, until) =>
      since === null
        ? `Complete until ${until}, says ${by}.`
        : `Complete from ${since} to ${until}, says ${by}.`,
    incomplete: 'Not complete: nobody vouches that nothing is missing.',
    by: {
      logs: 'the vault',
      owner: 'the owner who exported it',
      readers: 'each reader',
      server: 'the server',
    },
    none: 'None.',
    columns: {
      open: 'no end',
      givenBy: 'given by',
      endedBy: 'ended by',
      for: 'for',
      document: 'document',
      both: 'signed by both',
      owner: 'signed by the owner',
      changes: 'changes',
      file: 'file',
    },
    server: (key) => `Signed with the server key ${key}.`,
  },
  fr: {
    holds: 'Toutes les signatures de ce journal sont justes. Coffre :',
    exported: (person, time) => `Exporté et signé par ${person} le ${time}.`,
    lists: { grants: 'Accès donnés', receipts: 'Accusés de lecture', fetches: 'Remises par le serveur' },
    complete: (by, since, until) =>
      since === null
        ? `Complète jusqu’au ${until}, selon ${by}.`
        : `Complète du ${since} au ${until}, selon ${by}.`,
    incomplete: 'Incomplète : personne ne garantit que rien ne manque.',
    by: {
      logs: 'le coffre',
      owner: 'le titulaire qui l’a exportée',
      readers: 'chaque lecteur',
      server: 'le serveur',
    },
    none: 'Aucune ligne.',
    columns: {
      open: 'sans fin',
      givenBy: 'donné par',
      endedBy: 'terminé par',
      for: 'pour',
      document: 'document',
      both: 'signé par les deux',
      owner: 'signé par le titulaire',
      changes: 'modifications',
      file: 'fichier',
    },
    server: (key) => `Signé avec la clé de serveur ${key}.`,
  },
};

/** A verified journal as text, each list by itself with what it shows and what it does not. Times are in UTC. */
export function describeJournal(journal: VerifiedJournal, language: Language): string {
  const words = WORDS[language];
  const { vault, person, time, grants, receipts, fetches, reach, server } = journal;
  const list = (part: JournalPart, lines: readonly string[]): string[] => [
    '',
    `${words.lists[part]} (${lines.length})`,
    reachOfList(reach[part], words),
    ...(lines.length === 0 ? [`  ${words.none}`] : lines.map((line) => `  ${line}`)),
    explainJournal(part, language),
  ];
  const key = server === null ? [] : [words.server(Buffer.from(server).toString('hex'))];
  return [
    `${words.holds} ${vault}`,
    words.exported(person, moment(time)),
    ...list(
      'grants',
      grants.map((grant) => grantLine(grant, words)),
    ),
    ...list(
      'receipts',
      receipts.map((receipt) => receiptLine(receipt, words)),
    ),
    ...list(
      'fetches',
      fetches.map((fetch) => fetchLine(fetch, words)),
    ),
    ...key,
  ].join('\n');
}

function reachOfList({ complete, since, until, by }: ListReach, words: Words): string {
  if (!complete || until === null) return words.incomplete;
  return words.complete(words.by[by], since === null ? null : moment(since), moment(until));
}

function grantLine(grant: VerifiedGrant, { columns }: Words): string {
  const end = grant.ended ?? grant.expires;
  return [
    `${moment(grant.begins)} – ${end === null ? columns.open : moment(end)}`,
    grant.person,
    behalf(grant, columns),
    grant.category === null ? `${columns.document} ${grant.document ?? ''}` : printable(grant.category),
    grant.role,
    printable(grant.purpose),
    `${columns.givenBy} ${grant.by}`,
    grant.endedBy === null ? '' : `${columns.endedBy} ${grant.endedBy}`,
    grant.signedBy === 'both' ? columns.both : columns.owner,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

function receiptLine(receipt: VerifiedReceipt, { columns }: Words): string {
  const items = receipt.items.map(({ item }) => item).join(' ');
  return [moment(receipt.time), receipt.person, behalf(receipt, columns), receipt.device, receipt.log, items]
    .filter((part) => part !== '')
    .join('  ');
}

function fetchLine({ time, person, device, log, from, to, blob }: VerifiedFetch, { columns }: Words): string {
  const what = blob === null ? `${columns.changes} ${from}–${to}  ${log}` : `${columns.file} ${blob}`;
  return [moment(time), person, device, what].join('  ');
}

function behalf({ onBehalfOf }: { readonly onBehalfOf: string | null }, columns: Words['columns']): string {
  return onBehalfOf === null ? '' : `(${columns.for} ${onBehalfOf})`;
}

/** Text that someone chose, without what could command a terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '�');
}

/** Whatever a signed time may be, it is shown. */
function moment(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
