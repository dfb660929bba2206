import { shellLine, shellWord } from '../../host/shell.ts';
import { available, unavailable } from '../../model/reading.ts';
import { fill, type Remedy } from '../remedy.ts';

/** A service given a limit until reboot: `systemctl set-property --runtime UNIT MemoryHigh=SIZE` (systemd.resource-control(5)). */
export const serviceLimit: Remedy = {
  kind: 'service-limit',
  recognises: ([program, verb, flag]) => program === 'systemctl' && verb === 'set-property' && flag === '--runtime',
  async remember(argv, { host, given }) {
    const filled = fill(argv, given);
    if (!filled.ok) return unavailable(argv.join(' '), 'absent', `${filled.missing} is not known`, `--set ${filled.missing}=…`);
    const [, , , unit = '', setting = ''] = filled.argv;
    const [, property] = /^([A-Z][A-Za-z]+)=\S+$/.exec(setting) ?? [];
    if (property === undefined || filled.argv.length !== 5)
      return unavailable(argv.join(' '), 'malformed', 'expected one PROPERTY=VALUE', 'MemoryHigh=512M');
    const shown = await host.run(['systemctl', 'show', '-p', 'LoadState', '-p', property, unit]);
    if (!shown.ok) return shown;
    const values = new Map(shown.value.stdout.split('\n').map((line) => line.split(/=(.*)/, 2) as [string, string]));
    const now = values.get(property);
    if (values.get('LoadState') !== 'loaded' || now === undefined)
      return unavailable(unit, 'absent', `it is ${values.get('LoadState') ?? 'not known'}, or has no ${property}`, 'systemctl list-units');
    // systemd keeps what was set in a file of its own; where there was none, none is left.
    const file = `/run/systemd/system.control/${unit}.d/50-${property}.conf`;
    const kept = host.read(file).ok;
    return available([
      {
        argv: filled.argv,
        undo: [
          shellLine(['systemctl', 'set-property', '--runtime', unit, `${property}=${now}`]),
          ...(kept
            ? []
            : [
                `rm -f ${shellWord(file)}; rmdir ${shellWord(file.slice(0, file.lastIndexOf('/')))} 2>/dev/null || :`,
                'systemctl daemon-reload',
              ]),
        ],
      },
    ]);
  },
};
