/** What a device may show when messages came: text that says nothing of who, to whom or about what. */
export interface MessageNotice {
  readonly title: string;
  readonly body: string;
  /** Later notices take the place of this one. */
  readonly tag: string;
}

/** The notice for so many unread messages, or null for none: nothing in it depends on what they say (design: no content). */
export function messageNotice(unread: number, language: 'en' | 'fr'): MessageNotice | null {
  if (unread <= 0) return null;
  const isOne = unread === 1;
  const french = isOne ? 'Vous avez un nouveau message.' : 'Vous avez de nouveaux messages.';
  const english = isOne ? 'You have a new message.' : 'You have new messages.';
  const title = language === 'fr' ? 'Messagerie de santé' : 'Health messages';
  return { title, body: language === 'fr' ? french : english, tag: 'coffret-messages' };
}
