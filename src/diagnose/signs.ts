import { reason } from '../messages/reasons.ts';
import { signLabel, type Sign, type SignStanding, type SingleSign } from '../model/sign.ts';
import { callsite } from './signs/callsite.ts';
import { counted } from './signs/counted.ts';
import { driver, notDriver } from './signs/driver.ts';
import { dyingCgroups } from './signs/dying-cgroups.ts';
import type { Examined } from './examined.ts';
import { experiment } from './signs/experiment.ts';
import { foundIn } from './signs/found-in.ts';
import { grows } from './signs/grows.ts';
import { heldBy, notHeld } from './signs/holders.ts';
import { ledgerPart, unaccounted } from './signs/ledger.ts';
import { log } from './signs/log.ts';
import { objectsOutnumber, populationExplains } from './signs/population.ts';
import { reclaimable } from './signs/reclaimable.ts';
import { anyOf } from './rise.ts';
import { census, unreachable } from './signs/specimens.ts';
import { vmallocCaller } from './signs/vmalloc-caller.ts';

/** What the evidence says to a sign: present, absent, or unknown where it could not be read. */
export function examine(sign: Sign, examined: Examined): SignStanding {
  if (!('any' in sign)) return examineOne(sign, examined);
  const each = sign.any.map((one) => examineOne(one, examined));
  const presence = anyOf(each.map((one) => one.presence));
  const telling = each.find((one) => one.presence === presence);
  return telling ?? { presence: 'unknown', reason: reason('sign_not_measured', { what: signLabel(sign) }), evidence: [] };
}

function examineOne(sign: SingleSign, examined: Examined): SignStanding {
  if ('grows' in sign) return grows(sign.grows, examined);
  if ('callsite' in sign) return callsite(sign.callsite, examined);
  if ('driver' in sign) return driver(sign.driver, sign.between, examined);
  if ('not_driver' in sign) return notDriver(sign.not_driver, examined);
  if ('counted' in sign) return counted(sign.counted, sign.at_least, examined);
  if ('found_in' in sign) return foundIn(sign.found_in, examined);
  if ('ledger' in sign) return ledgerPart(sign.ledger, examined);
  if ('unaccounted_grows' in sign) return unaccounted(examined);
  if ('vmalloc_caller' in sign) return vmallocCaller(sign.vmalloc_caller, examined);
  if ('objects_outnumber' in sign) return objectsOutnumber(sign.objects_outnumber.cache, sign.objects_outnumber.population, examined);
  if ('population_explains' in sign) return populationExplains(sign.population_explains, examined);
  if ('dying_cgroups' in sign) return dyingCgroups(sign.dying_cgroups, examined);
  if ('held_by' in sign) return heldBy(sign.held_by, examined);
  if ('not_held' in sign) return notHeld(examined);
  if ('reclaimable' in sign) return reclaimable(sign.reclaimable, examined);
  if ('log' in sign) return log(sign.log, examined);
  if ('census' in sign) return census(sign.census, examined);
  if ('unreachable' in sign) return unreachable(examined);
  if ('convicted' in sign) return experiment(sign.convicted, true, examined);
  return experiment(sign.acquitted, false, examined);
}
