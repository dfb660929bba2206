import type { FindingClass, Syndrome } from './diagnosis.ts';
import type { Bounds, Sign } from './sign.ts';

/** A text in every language of the casebook. */
export interface Wording {
  readonly en: string;
  readonly zh: string;
}

/** A commit and the first release that has it: "5.16" is mainline, "5.10.84" a stable branch. */
export interface ReleaseMark {
  readonly commit?: string;
  readonly in: string;
}

/** The first fixed package of a distribution that carries its own kernel. */
export interface DistributionFix {
  /** ID of os-release */
  readonly id: string;
  /** VERSION_ID of os-release; left out where it holds for all */
  readonly version?: string;
  readonly package: string;
  readonly fixed: string;
  readonly advisory?: string;
}

/** Which kernels have the bug. Left out of a case that is no bug: any kernel grows like that. */
export interface Affects {
  readonly introduced: readonly ReleaseMark[];
  readonly fixed: readonly ReleaseMark[];
  readonly distributions: readonly DistributionFix[];
}

/** A condition of this host that arms the bug: a CEL expression over `facts`. */
export interface Trigger {
  readonly id: string;
  readonly title: Wording;
  /** bool */
  readonly when: string;
  /** string or list of strings: what was found, the rule's text above all */
  readonly found: readonly string[];
  /** Who is known to install it; which of them did is for a recogniser to say. */
  readonly installedBy: readonly string[];
  /** Without it the bug cannot show: its absence rules the case out. Otherwise it only counts. */
  readonly necessary: boolean;
}

export interface ChallengeArm {
  readonly id: string;
  /** udp4, udp6, tcp4, tcp6, … */
  readonly stimulus: string;
  readonly target: 'loopback' | 'on-link' | 'off-link' | 'none';
  readonly expect: 'grows' | 'flat';
  /** Objects per event, where it grows. */
  readonly perEvent?: Bounds;
}

/** The experiment that would decide the case: arms that must grow beside arms that must not. */
export interface Challenge {
  readonly hypothesis: Wording;
  readonly cache: string;
  readonly events: number;
  readonly arms: readonly ChallengeArm[];
}

export interface CaseRemedy {
  readonly id: string;
  readonly does: Wording;
  readonly risk: Wording;
  readonly reversible: boolean;
  /** argv by argv, never a shell line; PLACEHOLDERS in capitals are filled in by whoever applies it. */
  readonly commands: readonly (readonly string[])[];
  readonly undo: readonly (readonly string[])[];
  /** For the kernel's command line, at the next boot: a hint, the boot loader is the operator's. */
  readonly boot_parameters: readonly string[];
}

/** A known leak, or a known growth that is none: knowledge as data, with the evidence it must and must not match. */
export interface Case {
  readonly id: string;
  readonly title: Wording;
  readonly summary: Wording;
  readonly class: FindingClass;
  readonly syndrome: Syndrome;
  readonly affects?: Affects;
  readonly signs: {
    /** All must be present; one that is absent rules the case out. */
    readonly require: readonly Sign[];
    /** Speak for the case when present, a little against it when absent. */
    readonly support: readonly Sign[];
    /** One that is present rules the case out. */
    readonly exclude: readonly Sign[];
    /** One that is present, with all that is required, confirms the case: only what no other case shows. */
    readonly confirm: readonly Sign[];
  };
  readonly triggers: readonly Trigger[];
  readonly challenge?: Challenge;
  readonly remedies: readonly CaseRemedy[];
  readonly cautions: readonly Wording[];
  readonly references: readonly string[];
}
