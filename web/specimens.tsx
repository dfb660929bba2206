/** What was read from kernel memory: what the objects are, and whether anything leads to them. */
import { count, figure } from '../src/kernel/units.ts';
import type { CensusSpecimen, OrphansSpecimen, PagesSpecimen, Specimen } from '../src/model/evidence.ts';
import { Share } from './share.tsx';
import { useWords } from './state.ts';

export function Specimens({ specimens }: { readonly specimens: readonly Specimen[] }) {
  return (
    <>
      {specimens.map((one) => {
        if (one.kind === 'census') return <Census key={`census ${one.cache}`} census={one} />;
        if (one.kind === 'pages') return <Pages key="pages" pages={one} />;
        return one.kind === 'orphans' ? <Orphans key={`orphans ${one.cache}`} orphans={one} /> : null;
      })}
    </>
  );
}

function Census({ census }: { readonly census: CensusSpecimen }) {
  const { page } = useWords();
  return (
    <div class="part">
      <h3>
        {page.finding.census}: <bdi>{census.cache}</bdi>
      </h3>
      <p>{page.census(count(census.objects))}</p>
      <div class="pair">
        <table>
          <tbody>
            {census.types.map(({ type, score }) => (
              <tr key={type}>
                <th scope="row">
                  <code>struct {type}</code>
                </th>
                <td>
                  <Share share={score} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <table>
          <tbody>
            {census.offsets.map(({ offset, points_to, share }) => (
              <tr key={`${offset} ${points_to}`}>
                <th scope="row">
                  <code>+0x{offset.toString(16)}</code> → <code>{points_to}</code>
                </th>
                <td>
                  <Share share={share} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Orphans({ orphans }: { readonly orphans: OrphansSpecimen }) {
  const { page } = useWords();
  const { objects, unreachable, unreferenced, type, samples, holders } = orphans;
  const share = objects === 0 ? 0 : unreachable / objects;
  return (
    <div class="part">
      <h3>
        {page.finding.orphans} <bdi>{orphans.cache}</bdi>
      </h3>
      <p>
        {page.lost(count(unreachable), count(objects), `${figure(share * 100)} %`)} {page.unreferenced(count(unreferenced))}{' '}
        {type !== undefined && <code>struct {type}</code>}
      </p>
      <Share share={share} />
      {samples !== undefined && samples.length > 0 && (
        <p class="soft">
          <code>{samples.join(' ')}</code>
        </p>
      )}
      {holders !== undefined && holders.length > 0 && (
        <table>
          <tbody>
            {holders.map(({ place, pointers }) => (
              <tr key={place}>
                <th scope="row">
                  <code>{place}</code>
                </th>
                <td class="number">{count(pointers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** Every page of RAM by its use; what nothing points to stands first. */
function Pages({ pages }: { readonly pages: PagesSpecimen }) {
  const { page } = useWords();
  const { present, parts, unowned, holders, vmalloc } = pages;
  const row = (name: string, held: number) => (
    <tr key={name}>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td class="number">{count(held)}</td>
      <td>
        <Share share={present === 0 ? 0 : held / present} />
      </td>
    </tr>
  );
  return (
    <div class="part">
      <h3>{page.pages}</h3>
      <p>{page.unowned(count(unowned.pages), count(present))}</p>
      {unowned.samples.length > 0 && (
        <p class="soft">
          <code>{unowned.samples.join(' ')}</code>
        </p>
      )}
      <div class="pair">
        <table>
          <tbody>
            {parts
              .filter(({ pages: held }) => held > 0)
              .toSorted((a, b) => b.pages - a.pages)
              .map(({ id, pages: held }) => row(id, held))}
          </tbody>
        </table>
        {holders.length + vmalloc.length > 0 && (
          <table>
            <tbody>
              {holders.map(({ place, pages: held }) => row(place, held))}
              {vmalloc.map(({ caller, pages: held }) => row(caller, held))}
            </tbody>
          </table>
        )}
      </div>
    </div>
  );
}
