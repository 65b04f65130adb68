import type { Vault } from '../index.js';
import {
  type BloodGroupView,
  type Entry,
  type HabitsView,
  type ListContents,
  type ListSection,
  type MeasureName,
  type MeasureValue,
  type Period,
  type Profile,
  type ProfileSummary,
  type Proposal,
  profileOf,
  type SectionName,
  type SectionState,
  type SummaryOptions,
  type WishSubject,
  type WishVersion,
} from '../profile/index.js';
import type { AnyVault } from './any-person.js';
import type { LiveOptions, LiveView } from './use-live.js';
import { NO_ITEM, NO_LIST, useOfVault, useVault } from './use-vault.js';

/**
 * The health profile in the vault, to write to it: `null` where there is no vault, `undefined` while that is not known.
 *
 * A worker's program has to know the kinds of the profile (`PROFILE_KINDS`, see `serveVault`); that of this package does.
 */
export function useProfile(): Profile | null | undefined {
  const vault = useVault();
  return vault && profileIn(vault);
}

/** The entries of a section, newest first; each is the same object until it changes. */
export function useSection<Name extends ListSection, Options extends LiveOptions = LiveOptions>(
  name: Name,
  options?: Options,
): LiveView<readonly Entry<ListContents[Name]>[], Options> {
  return useOfVault<readonly Entry<ListContents[Name]>[], Options>(
    (vault) => profileIn(vault).entries(name).live(),
    NO_LIST,
    options,
  );
}

/** How things stand with a section: recorded, not asked, or what was answered. */
export function useSectionState<Options extends LiveOptions = LiveOptions>(
  name: SectionName,
  options?: Options,
): LiveView<SectionState | null, Options> {
  return useOfVault<SectionState | null, Options>(
    (vault) => profileIn(vault).liveSection(name),
    NO_ITEM,
    options,
  );
}

/** The values of a measure in the order of time; the body mass index is computed. */
export function useMeasures<Options extends LiveOptions = LiveOptions>(
  measure: MeasureName,
  period: Period = {},
  options?: Options,
): LiveView<readonly MeasureValue[], Options> {
  return useOfVault<readonly MeasureValue[], Options>(
    (vault) => profileIn(vault).measures.live(measure, period),
    NO_LIST,
    options,
  );
}

/** What documents seem to say and nobody has confirmed or refused. */
export function useProposals<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly Proposal[], Options> {
  return useOfVault<readonly Proposal[], Options>(
    (vault) => profileIn(vault).proposals.live(),
    NO_LIST,
    options,
  );
}

/** All habits, by name. */
export function useHabits<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<HabitsView | null, Options> {
  return useOfVault<HabitsView | null, Options>((vault) => profileIn(vault).habits.live(), NO_ITEM, options);
}

/** The blood group. */
export function useBloodGroup<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<BloodGroupView | null, Options> {
  return useOfVault<BloodGroupView | null, Options>(
    (vault) => profileIn(vault).bloodGroup.live(),
    NO_ITEM,
    options,
  );
}

/** Every version of the advance directives, or of the wish about organ donation, the last one first. */
export function useWishes<Options extends LiveOptions = LiveOptions>(
  subject: WishSubject,
  options?: Options,
): LiveView<readonly WishVersion[], Options> {
  return useOfVault<readonly WishVersion[], Options>(
    (vault) => {
      const { directives, organDonation } = profileIn(vault);
      return (subject === 'directives' ? directives : organDonation).liveVersions();
    },
    NO_LIST,
    options,
  );
}

/** A synthesis of the profile in one language. */
export function useProfileSummary<Options extends LiveOptions = LiveOptions>(
  summary: SummaryOptions,
  options?: Options,
): LiveView<ProfileSummary | null, Options> {
  return useOfVault<ProfileSummary | null, Options>(
    (vault) => profileIn(vault).liveSummary(summary),
    NO_ITEM,
    options,
  );
}

/** The same in a worker as here, for a module. */
function profileIn(vault: AnyVault): Profile {
  return profileOf(vault as Vault);
}
