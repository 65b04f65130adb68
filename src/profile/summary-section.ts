import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { LiveCache } from '../live/live-cache.js';
import { codesOf } from './code-list.js';
import type { Entry } from './entry.js';
import type { EntryText } from './field-label.js';
import { isListSection, SECTION_KINDS } from './list-section.js';
import { MEASURE_NAMES } from './measure-code.js';
import type { Profile } from './profile.js';
import type { ProfileLanguage, SectionName } from './section-name.js';
import {
  entryLine,
  habitLine,
  measureLine,
  type SummaryLine,
  type SummarySection,
  statedLine,
  summarySection,
  wishLine,
} from './summary.js';

/** One section of a synthesis, live: of measures the last of each, of wishes every version, the last one first. @internal */
export function liveSummarySection(
  profile: Profile,
  name: SectionName,
  language: ProfileLanguage,
  lives: LiveCache,
): Live<SummarySection> {
  return lives.get(`summary of ${name} ${language}`, () =>
    deriveLive([profile.liveSection(name), linesOf(profile, name, language)], (state, lines) =>
      summarySection(language, state, lines),
    ),
  );
}

function linesOf(
  profile: Profile,
  name: SectionName,
  language: ProfileLanguage,
): Live<readonly SummaryLine[]> {
  if (name === 'measures') return measureLines(profile, language);
  if (isListSection(name)) {
    const { print } = SECTION_KINDS[name] as unknown as {
      readonly print: (value: object, language: ProfileLanguage) => EntryText;
    };
    return deriveLive([profile.entries(name).live() as Live<readonly Entry<object>[]>], (entries) =>
      entries.map((entry) => entryLine(language, entry, print)),
    );
  }
  if (name === 'habits')
    return deriveLive([profile.habits.live()], (habits) =>
      codesOf('habit').flatMap((habit) => {
        const stated = habits[habit];
        return stated === null ? [] : [habitLine(language, habit, stated)];
      }),
    );
  if (name === 'blood-group')
    return deriveLive([profile.bloodGroup.live()], ({ abo, rhesus }) => [
      ...(abo === null ? [] : [statedLine(language, 'abo', abo)]),
      ...(rhesus === null ? [] : [statedLine(language, 'rhesus', rhesus)]),
    ]);
  const wishes = name === 'directives' ? profile.directives : profile.organDonation;
  return deriveLive([wishes.liveVersions()], (versions) =>
    versions.map((version) => wishLine(language, version)),
  );
}

function measureLines(profile: Profile, language: ProfileLanguage): Live<readonly SummaryLine[]> {
  const { measures } = profile;
  // A live value may be null and still be one: what is missing is told from what is not there yet.
  const each = MEASURE_NAMES.map((measure) =>
    deriveLive([measures.liveLatest(measure), measures.liveTarget(measure)], (value, target) =>
      value === null ? [] : [measureLine(language, value, target)],
    ),
  );
  return deriveLive(each, (...lines) => lines.flat());
}
