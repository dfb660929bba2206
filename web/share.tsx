/** A share as a bar with its number: the bar is for the eye only. */
export function Share({ share }: { readonly share: number }) {
  const wide = Math.max(0, Math.min(1, share));
  return (
    <span class="share">
      <span class="gauge" aria-hidden="true">
        <span style={{ width: `${(wide * 100).toFixed(1)}%` }} />
      </span>
      {(share * 100).toFixed(share !== 0 && Math.abs(share) < 0.1 ? 1 : 0)} %
    </span>
  );
}
