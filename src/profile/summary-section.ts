import { deriveLive } from '../live/derive.js';
import type { Live } from '../live/live.js';
import type { BloodGroupView } from './blood-group.js';
import { codesOf } from './code-list.js';
import type { Entry } from './entry.js';
import type { Target } from './fact.js';
import type { EntryText } from './field-label.js';
import type { HabitsView } from './habits.js';
import { isListSection, SECTION_KINDS } from './list-section.js';
import { MEASURE_NAMES } from './measure-code.js';
import type { MeasureValue } from './measures.js';
import type { Stated } from './merge-facts.js';
import type { Profile } from './profile.js';
import type { ProfileLanguage, SectionName } from './section-name.js';
import { entryLine, habitLine, measureLine, type SummaryLine, statedLine, wishLine } from './summary.js';
import type { WishVersion } from './wishes.js';

/** The last value of each measure that has one, and what it should be. */
type LatestMeasures = readonly (readonly [MeasureValue | null, Stated<Target> | null])[];

/** What the lines of a section are made of. @internal */
export type SectionContent =
  | { readonly is: 'entries'; readonly all: readonly Entry<object>[] }
  | { readonly is: 'measures'; readonly all: LatestMeasures }
  | { readonly is: 'habits'; readonly all: HabitsView }
  | { readonly is: 'blood-group'; readonly all: BloodGroupView }
  | { readonly is: 'wishes'; readonly all: readonly WishVersion[] };

/** @internal */
export async function readContent(profile: Profile, name: SectionName): Promise<SectionContent> {
  if (name === 'measures') {
    const { measures } = profile;
    const each = MEASURE_NAMES.map(
      async (measure) => [await measures.latest(measure), await measures.target(measure)] as const,
    );
    return { is: 'measures', all: await Promise.all(each) };
  }
  if (isListSection(name)) return { is: 'entries', all: await profile.entries(name).list() };
  if (name === 'habits') return { is: 'habits', all: await profile.habits.all() };
  if (name === 'blood-group') return { is: 'blood-group', all: await profile.bloodGroup.get() };
  return { is: 'wishes', all: await wishesOf(profile, name).versions() };
}

/** As `readContent`, and all that follows. @internal */
export function liveContent(profile: Profile, name: SectionName): Live<SectionContent> {
  if (name === 'measures') {
    const { measures } = profile;
    const each = MEASURE_NAMES.map((measure) =>
      deriveLive(
        [measures.liveLatest(measure), measures.liveTarget(measure)],
        (value, target) => [value, target] as const,
      ),
    );
    return deriveLive(each, (...all) => ({ is: 'measures' as const, all }));
  }
  if (isListSection(name)) {
    const live = profile.entries(name).live() as Live<readonly Entry<object>[]>;
    return deriveLive([live], (all) => ({ is: 'entries' as const, all }));
  }
  if (name === 'habits')
    return deriveLive([profile.habits.live()], (all) => ({ is: 'habits' as const, all }));
  if (name === 'blood-group')
    return deriveLive([profile.bloodGroup.live()], (all) => ({ is: 'blood-group' as const, all }));
  return deriveLive([wishesOf(profile, name).liveVersions()], (all) => ({ is: 'wishes' as const, all }));
}

/** The lines of a section: of measures the last of each, of wishes every version, the last one first. @internal */
export function linesOf(
  name: SectionName,
  language: ProfileLanguage,
  content: SectionContent,
): readonly SummaryLine[] {
  switch (content.is) {
    case 'entries': {
      const { print } = (SECTION_KINDS as unknown as Readonly<Record<string, Printer>>)[name] as Printer;
      return content.all.map((entry) => entryLine(language, entry, print));
    }
    case 'measures':
      return content.all.flatMap(([value, target]) =>
        value === null ? [] : [measureLine(language, value, target)],
      );
    case 'habits':
      return codesOf('habit').flatMap((habit) => {
        const stated = content.all[habit];
        return stated === null ? [] : [habitLine(language, habit, stated)];
      });
    case 'blood-group': {
      const { abo, rhesus } = content.all;
      return [
        ...(abo === null ? [] : [statedLine(language, 'abo', abo)]),
        ...(rhesus === null ? [] : [statedLine(language, 'rhesus', rhesus)]),
      ];
    }
    case 'wishes':
      return content.all.map((version) => wishLine(language, version));
  }
}

interface Printer {
  readonly print: (value: object, language: ProfileLanguage) => EntryText;
}

function wishesOf(profile: Profile, name: SectionName): Profile['directives'] | Profile['organDonation'] {
  return name === 'directives' ? profile.directives : profile.organDonation;
}
