import { once } from 'node:events';
import type { CDPSession, Page } from 'playwright-core';

/** Where one thread spent its time. */
interface ThreadProfile {
  readonly thread: string;
  /** Milliseconds in each function itself, longest first; `(idle)` and `(program)` are the engine's words. */
  readonly functions: readonly { readonly name: string; readonly ms: number }[];
}

const CATEGORIES = ['disabled-by-default-v8.cpu_profiler', 'v8', '__metadata'];
const FUNCTIONS_SHOWN = 14;

interface TraceEvent {
  readonly name: string;
  readonly id?: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: {
    readonly name?: string;
    readonly data?: {
      readonly timeDeltas?: readonly number[];
      readonly cpuProfile?: { readonly nodes?: readonly ProfileNode[]; readonly samples?: readonly number[] };
    };
  };
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url?: string; readonly lineNumber?: number };
}

/** Samples every thread of the page and its workers while `work` runs, and prints where their time went. */
export async function printProfile(page: Page, title: string, work: () => Promise<unknown>): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  try {
    await work();
    const complete = once(session as never, 'Tracing.tracingComplete');
    await session.send('Tracing.end');
    await complete;
  } finally {
    await session.detach();
  }
  console.log(`  profile: ${title}`);
  for (const { thread, functions } of threadsOf(events)) {
    const lines = functions
      .slice(0, FUNCTIONS_SHOWN)
      .map(({ name, ms }) => `${ms.toFixed(0).padStart(9)} ms  ${name}`);
    console.log(`    ${thread}\n${lines.join('\n')}`);
  }
}

function threadsOf(events: readonly TraceEvent[]): ThreadProfile[] {
  const names = new Map<string, string>();
  const threads = new Map<string, { nodes: Map<number, string>; times: Map<string, number> }>();
  const owners = new Map<string, string>();
  for (const { name, args, pid, tid, id } of events) {
    const thread = `${String(pid)}/${String(tid)}`;
    if (name === 'thread_name') names.set(thread, args.name ?? '');
    // Chunks are written by a thread of their own; they and the start of the profile share an id.
    if (name === 'Profile') owners.set(`${String(pid)}/${id ?? ''}`, thread);
    if (name !== 'ProfileChunk' || args.data === undefined) continue;
    const owner = owners.get(`${String(pid)}/${id ?? ''}`) ?? thread;
    const known = threads.get(owner) ?? {
      nodes: new Map<number, string>(),
      times: new Map<string, number>(),
    };
    threads.set(owner, known);
    const { cpuProfile, timeDeltas = [] } = args.data;
    for (const node of cpuProfile?.nodes ?? []) known.nodes.set(node.id, nameOf(node));
    for (const [index, sample] of (cpuProfile?.samples ?? []).entries()) {
      const function_ = known.nodes.get(sample) ?? '?';
      known.times.set(function_, (known.times.get(function_) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
    }
  }
  return [...threads].map(([thread, { times }]) => ({
    thread: names.get(thread) ?? thread,
    functions: [...times].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms),
  }));
}

function nameOf({ callFrame: { functionName, url = '', lineNumber } }: ProfileNode): string {
  const file = url.slice(url.lastIndexOf('/') + 1);
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${String(lineNumber ?? 0)}`}`;
}
