/**
 * The one error class of the SDK and its table of codes.
 *
 * The family before the slash tells the caller what to do: `format` the bytes are wrong, `access` ask for the
 * key, `integrity` stop and tell the person, `store` look at the disk, `sync` try again later, `share` look at the
 * other person, `usage` fix the program.
 */

const MESSAGES = {
  'format/malformed': [
    'The data is not in a form this version can read.',
    'Les données ne sont pas dans un format lisible par cette version.',
  ],
  'format/unsupported': [
    'The data was made by another version or suite that this version does not accept.',
    "Les données viennent d'une version ou d'une suite que cette version n'accepte pas.",
  ],
  'format/too-large': [
    'The data is larger than this version accepts.',
    'Les données dépassent la taille que cette version accepte.',
  ],
  'format/kdf-policy': [
    'The cost of the passphrase check is outside the allowed limits, so it was refused before any work.',
    'Le coût de vérification de la phrase de passe sort des limites permises : refusé avant tout calcul.',
  ],
  'format/phrase': [
    'These are not the 24 words of a recovery phrase; check the spelling and the order.',
    "Ce ne sont pas les 24 mots d'une phrase de récupération ; vérifiez l'orthographe et l'ordre.",
  ],
  'access/wrong-passphrase': [
    'The passphrase is wrong, or the stored key was damaged. Nothing was changed.',
    "La phrase de passe est fausse, ou la clé enregistrée est abîmée. Rien n'a été modifié.",
  ],
  'access/locked': [
    'The vault is locked; open it again to go on.',
    'Le coffre est verrouillé ; ouvrez-le à nouveau pour continuer.',
  ],
  'access/no-key': [
    'You hold no key for this; its owner has to share it with you.',
    "Vous n'avez pas de clé pour ceci ; son propriétaire doit vous le partager.",
  ],
  'access/not-allowed': ['Your role does not allow this.', 'Votre rôle ne permet pas cette action.'],
  'access/thread-closed': [
    'This exchange was closed; whoever closed it has to open it again.',
    "Cet échange est clos ; la personne qui l'a clos doit le rouvrir.",
  ],
  'access/expired': ['This access has ended.', 'Cet accès est terminé.'],
  'access/unknown-phrase': [
    'No vault on this server answers to this recovery phrase.',
    'Aucun coffre de ce serveur ne répond à cette phrase de récupération.',
  ],
  'access/unknown-passkey': [
    'This passkey opens nothing here; choose another one, or use the passphrase or the 24 words.',
    "Cette clé d'accès n'ouvre rien ici ; choisissez-en une autre, ou utilisez la phrase de passe ou les 24 mots.",
  ],
  'access/passkey-refused': [
    'The passkey was not used: the request was cancelled, took too long, or no passkey fits.',
    "La clé d'accès n'a pas été utilisée : demande annulée, trop longue, ou aucune clé ne convient.",
  ],
  'access/phrase-first': [
    'Make the 24 words first: a passkey must not be the only way back to the vault.',
    "Créez d'abord les 24 mots : une clé d'accès ne doit pas être le seul moyen de retrouver le coffre.",
  ],
  'access/slot-removed': [
    'These words or this passkey were removed by their owner and open the vault no more.',
    "Ces mots ou cette clé d'accès ont été retirés par leur propriétaire et n'ouvrent plus le coffre.",
  ],
  'access/not-remembered': [
    'This device does not remember an open vault, or the time is over; open it with the passphrase or a passkey.',
    "Cet appareil ne garde pas de coffre ouvert, ou le délai est passé ; ouvrez-le avec la phrase de passe ou une clé d'accès.",
  ],
  'integrity/open-failed': [
    'The data could not be opened: it was altered, damaged or meant for someone else.',
    "Les données n'ont pas pu être ouvertes : altérées, abîmées ou destinées à quelqu'un d'autre.",
  ],
  'integrity/bad-signature': [
    'A signature does not match: someone or something altered the data.',
    "Une signature ne correspond pas : quelqu'un ou quelque chose a modifié les données.",
  ],
  'integrity/not-authorised': [
    'An entry was made by someone who was not allowed to make it.',
    "Une entrée a été faite par quelqu'un qui n'en avait pas le droit.",
  ],
  'integrity/bad-chain': [
    'The history does not hold together: an entry was changed, moved, repeated or left out.',
    "L'historique ne se tient pas : une entrée a été changée, déplacée, répétée ou omise.",
  ],
  'integrity/dropped': [
    'The server left out an entry that must exist.',
    'Le serveur a omis une entrée qui doit exister.',
  ],
  'integrity/rollback': [
    'The server shows an older state than one already seen on this device.',
    'Le serveur présente un état plus ancien que celui déjà vu sur cet appareil.',
  ],
  'integrity/fork': [
    'The server shows different histories to different people; the proof was kept.',
    'Le serveur présente des historiques différents selon les personnes ; la preuve a été conservée.',
  ],
  'integrity/wrong-audience': [
    'This was made for another person or another vault.',
    'Ceci a été fait pour une autre personne ou un autre coffre.',
  ],
  'integrity/blob': [
    'A file was altered, cut or damaged on the way.',
    'Un fichier a été modifié, coupé ou abîmé en route.',
  ],
  'integrity/frozen': [
    'This collection accepts no more writes since tampering was detected; what was verified stays readable.',
    "Cette collection n'accepte plus d'écriture depuis qu'une altération a été détectée ; ce qui a été vérifié reste lisible.",
  ],
  'share/key-changed': [
    'The keys of this person are not the ones you knew; compare the safety number with them before anything else.',
    "Les clés de cette personne ne sont plus celles que vous connaissiez ; comparez d'abord le numéro de sécurité.",
  ],
  'share/unknown-person': [
    'You have not added this person yet; add their contact card first.',
    "Vous n'avez pas encore ajouté cette personne ; ajoutez d'abord sa carte de contact.",
  ],
  'share/masked': [
    'This document is masked from this person; unmask it first.',
    "Ce document est masqué à cette personne ; démasquez-le d'abord.",
  ],
  'share/trust-too-low': [
    "This vault's policy asks for more certainty about who this person is.",
    'La politique de ce coffre demande plus de certitude sur cette personne.',
  ],
  'share/ticket-refused': [
    'The deposit ticket is not valid any more; ask the holder of the vault for a new card.',
    "Le ticket de dépôt n'est plus valable ; demandez une nouvelle carte au titulaire du coffre.",
  ],
  'store/quota': [
    'There is no room left on this device; nothing already saved was lost.',
    "Il n'y a plus de place sur cet appareil ; rien de ce qui était enregistré n'est perdu.",
  ],
  'store/damaged': [
    'Something stored on this device is damaged.',
    'Une donnée enregistrée sur cet appareil est abîmée.',
  ],
  'store/closed': ['The store is closed.', 'Le stockage est fermé.'],
  'store/busy': [
    'Another process or tab is using this store.',
    'Un autre processus ou onglet utilise ce stockage.',
  ],
  'store/unavailable': [
    'This browser or system offers no storage here (private window, blocked or unsupported).',
    "Ce navigateur ou système n'offre pas de stockage ici (fenêtre privée, bloqué ou non pris en charge).",
  ],
  'store/not-empty': [
    'This store already holds a person; open it, or choose an empty one.',
    'Ce stockage contient déjà une personne ; ouvrez-la ou choisissez un stockage vide.',
  ],
  'store/empty': [
    'This store holds nobody yet; create or recover a person first.',
    "Ce stockage ne contient encore personne ; créez ou récupérez d'abord une personne.",
  ],
  'sync/offline': [
    'The server cannot be reached; the work is kept and sent later.',
    'Le serveur est injoignable ; le travail est conservé et sera envoyé plus tard.',
  ],
  'sync/timeout': [
    'The server took too long to answer; the work is kept and sent later.',
    'Le serveur a mis trop de temps à répondre ; le travail est conservé et sera envoyé plus tard.',
  ],
  'sync/server-error': [
    'The server had a problem; the work is kept and sent later.',
    'Le serveur a eu un problème ; le travail est conservé et sera envoyé plus tard.',
  ],
  'sync/bad-answer': [
    'The server answered something that makes no sense.',
    'Le serveur a répondu quelque chose qui n’a pas de sens.',
  ],
  'sync/refused': ['The server refused the request.', 'Le serveur a refusé la demande.'],
  'sync/rate-limited': [
    'The server asks to slow down; the work is kept and sent later.',
    'Le serveur demande de ralentir ; le travail est conservé et sera envoyé plus tard.',
  ],
  'sync/quota': [
    'The space on the server is used up; nothing already saved was lost.',
    "L'espace sur le serveur est épuisé ; rien de ce qui était enregistré n'est perdu.",
  ],
  'sync/clock': [
    'The clock of this device and of the server disagree too much; check the date and time.',
    "L'horloge de cet appareil et celle du serveur diffèrent trop ; vérifiez la date et l'heure.",
  ],
  'usage/aborted': ['The work was stopped on request.', 'Le travail a été arrêté à la demande.'],
  'usage/closed': ['This object was closed.', 'Cet objet a été fermé.'],
  'usage/invalid': [
    'An argument is not what this call expects.',
    "Un argument n'est pas ce que cet appel attend.",
  ],
  'usage/not-found': ['There is nothing with this id.', 'Rien ne porte cet identifiant.'],
  'usage/file-changed': [
    'The file changed while it was being read; nothing was stored. Try again.',
    "Le fichier a changé pendant sa lecture ; rien n'a été enregistré. Réessayez.",
  ],
  'usage/file-unreadable': [
    'The file could not be read; nothing was stored.',
    "Le fichier n'a pas pu être lu ; rien n'a été enregistré.",
  ],
  'usage/insecure-context': [
    'Encryption needs a secure context: serve the page over HTTPS or from localhost.',
    'Le chiffrement demande un contexte sécurisé : servez la page en HTTPS ou depuis localhost.',
  ],
  'usage/no-passkey': [
    'This browser, device or password manager cannot open a vault with a passkey; use another one, or the passphrase.',
    "Ce navigateur, cet appareil ou ce gestionnaire de mots de passe ne sait pas ouvrir un coffre avec une clé d'accès ; prenez-en un autre, ou la phrase de passe.",
  ],
  'usage/no-webassembly': [
    "WebAssembly is not available; allow 'wasm-unsafe-eval' in the content security policy.",
    "WebAssembly n'est pas disponible ; autorisez 'wasm-unsafe-eval' dans la politique de sécurité.",
  ],
  'usage/frame-blocked': [
    'Previews are blocked; allow blob: in img-src and frame-src of the content security policy.',
    'Les aperçus sont bloqués ; autorisez blob: dans img-src et frame-src de la politique de sécurité.',
  ],
  'usage/not-loaded': [
    'A part of the program could not be loaded; load the page again. A service worker needs everything in one file.',
    "Une partie du programme n'a pas pu être chargée ; rechargez la page. Un service worker veut tout en un seul fichier.",
  ],
  'usage/duplicate': ['The same document is here already.', 'Le même document est déjà là.'],
  'usage/wrong-holder': [
    'This document seems to be about someone else; check it before it is filed here.',
    'Ce document semble concerner une autre personne ; vérifiez avant de le classer ici.',
  ],
  'usage/unknown-kind': [
    'The worker does not know this kind of record: give it to serveVault in the program of the worker.',
    'Le worker ne connaît pas ce type de fiche : donnez-le à serveVault dans le programme du worker.',
  ],
  'usage/no-worker': [
    'The worker that holds the keys could not start: its file must be served, and the content security policy allow it.',
    "Le worker qui garde les clés n'a pas pu démarrer : son fichier doit être servi, et la politique de sécurité l'autoriser.",
  ],
  'usage/no-provider': [
    'There is no <VaultProvider> above this component.',
    "Il n'y a pas de <VaultProvider> au-dessus de ce composant.",
  ],
  'usage/sodium-not-loaded': [
    'The cryptography is not loaded yet; await loadSodium() first.',
    "La cryptographie n'est pas encore chargée ; attendez loadSodium() d'abord.",
  ],
} as const satisfies Record<string, readonly [en: string, fr: string]>;

/** Every stable error code. */
export type VaultErrorCode = keyof typeof MESSAGES;

/** What may go with an error: never plaintext, never key material. */
export type VaultErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The typed error of every public call.
 *
 * `code` is stable across versions, `message` is one plain English sentence, `details` holds opaque ids and numbers
 * only. The cause is never attached: it could carry plaintext.
 */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;
  readonly details: VaultErrorDetails;

  constructor(code: VaultErrorCode, details: VaultErrorDetails = {}) {
    super(`${code}: ${MESSAGES[code][0]}`);
    this.code = code;
    this.details = details;
  }
}

/**
 * Tells whether a value is a `VaultError`, and of this code if one is given.
 *
 * Looks at the shape, so it also holds for errors of another copy of the package, an iframe or a worker.
 */
export function isVaultError(value: unknown, code?: VaultErrorCode): value is VaultError {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code: own } = value as { name?: unknown; code?: unknown };
  if (name !== 'VaultError' || typeof own !== 'string' || !Object.hasOwn(MESSAGES, own)) return false;
  return code === undefined || own === code;
}

/** The sentence for a person that goes with a code, in English or French. */
export function explain(code: VaultErrorCode, language: 'en' | 'fr'): string {
  return MESSAGES[code][language === 'fr' ? 1 : 0];
}
