import { createContext, useCallback, useContext } from 'react';
import { explain, type VaultError } from '../errors.js';

/** The languages that the SDK speaks. */
export type Language = 'en' | 'fr';

/** The language the app chose, or `null`: then the page's own. */
export const LanguageContext = createContext<Language | null>(null);

/** A sentence for an error; none for none. */
export interface Explain {
  (error: VaultError): string;
  (error: VaultError | null): string | null;
}

/** Gives the function that turns an error into a sentence to show, in the provider's language or the page's. */
export function useExplain(): Explain {
  const language = useLanguage();
  return useCallback(
    (error: VaultError | null) => (error === null ? null : explain(error.code, language())),
    [language],
  ) as Explain;
}

/** Gives the function that says which language to speak: a page says it only once it is there. */
export function useLanguage(): () => Language {
  const chosen = useContext(LanguageContext);
  return useCallback(() => chosen ?? languageOfPage(), [chosen]);
}

/** What `<html lang>` says: English unless it is French. */
function languageOfPage(): Language {
  return typeof document !== 'undefined' && document.documentElement.lang.startsWith('fr') ? 'fr' : 'en';
}
