import type { Host } from '../../host/host.ts';
import { available } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { type NftRule, parseNftJson, parseNftText, withText } from '../nft.ts';
import { command, firstOf, type Place } from '../places.ts';

const help = 'install nftables';

/** The nftables ruleset. Its `fib` expressions look up routes for each packet, `socket` takes references on sockets. */
export const nftRules: Question<'nftRules'> = {
  id: 'nftRules',
  ask: (host) => {
    const listed = command(host, ['nft', '-a', 'list', 'ruleset'], help, parseNftText);
    return firstOf<'nftRules'>(asJson(host, listed), listed, command(host, ['nft', 'list', 'ruleset'], help, parseNftText));
  },
};

/** JSON for the structure, the listing for the text of each rule: joined by handle. */
function asJson(host: Host, listed: Place<NftRule[]>): Place<NftRule[]> {
  const structure = command(host, ['nft', '-j', 'list', 'ruleset'], help, parseNftJson);
  return {
    from: structure.from,
    read: async () => {
      const rules = await structure.read();
      if (!rules.ok || rules.value.length === 0) return rules;
      const printed = await listed.read();
      return printed.ok ? available(withText(rules.value, printed.value)) : rules;
    },
  };
}
