import { applyCommand } from '../host/apply.ts';
import { type Change, intend, journalReady } from '../host/journal.ts';
import type { CaseRemedy } from '../model/case.ts';
import type { Facts } from '../model/facts.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { remedyOf } from './remedies.ts';
import type { Circumstances, Step } from './remedy.ts';

/** The steps of a case's remedy on this machine, every word filled in and every way back remembered. Changes nothing. */
export async function prepare(
  remedy: Pick<CaseRemedy, 'id' | 'commands' | 'undo' | 'boot_parameters'>,
  circumstances: Circumstances,
): Promise<Reading<readonly Step[]>> {
  if (remedy.boot_parameters.length > 0) return atNextBoot(remedy.boot_parameters, circumstances.facts);
  if (remedy.commands.length === 0) return unavailable(remedy.id, 'unsupported', 'it is advice: kmai does not do that by itself');
  const steps: Step[] = [];
  for (const argv of remedy.commands) {
    const kind = remedyOf(argv);
    if (kind === null) return unavailable(argv.join(' '), 'unsupported', 'kmai knows no way back from it', 'do it by hand');
    const remembered = await kind.remember(argv, circumstances, remedy.undo);
    if (!remembered.ok) return remembered;
    steps.push(...remembered.value);
  }
  return available(steps);
}

/** The command line belongs to the boot loader, of which every distribution has its own: kmai says what to add, and whether it is there. */
function atNextBoot(wanted: readonly string[], { commandLine }: Facts): Reading<readonly Step[]> {
  const text = wanted.join(' ');
  if (commandLine === undefined) return unavailable(text, 'unsupported', 'a boot parameter: kmai does not change the boot loader');
  const missing = wanted.filter((word) => {
    const [name = '', ...value] = word.split('=');
    return !Object.hasOwn(commandLine.parameters, name) || commandLine.parameters[name] !== value.join('=');
  });
  if (missing.length === 0) return unavailable(text, 'unsupported', 'this kernel was booted with it: something else is needed');
  return unavailable(
    missing.join(' '),
    'unsupported',
    'a boot parameter that this kernel was booted without: kmai does not change the boot loader',
    "add it to the kernel's command line, and reboot",
  );
}

/** Whether every way back could be written down; asked before anything is measured, sent or changed. */
export function ready(steps: readonly Step[]): Reading<string> {
  return journalReady(steps.some(({ lasting }) => lasting === true));
}

/** Journals, then applies, step by step; when one fails, those before it are undone. @returns the changes, all to be kept */
export async function apply(steps: readonly Step[]): Promise<Reading<readonly Change[]>> {
  const made: Change[] = [];
  for (const { argv, undo, lasting } of steps) {
    const intended =
      undo === null
        ? null
        : await intend({ what: argv.join(' '), undo, withinSeconds: null, ...(lasting === undefined ? {} : { lasting }) });
    const applied = intended === null || intended.ok ? await applyCommand(argv) : intended;
    if (!applied.ok) {
      if (intended?.ok === true) await intended.value.undo();
      for (const change of made.toReversed()) await change.undo();
      return applied;
    }
    if (intended?.ok === true) made.push(intended.value);
  }
  return available(made);
}
