/** Our mark: the flap of an envelope over a millstone. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className="flex-none">
      <rect width="20" height="20" rx="5" fill="var(--accent)" />
      <g
        fill="none"
        stroke="var(--accent-foreground)"
        strokeWidth="1.7"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M4.4 6.2 10 10.6l5.6-4.4" />
        <path d="M4.4 11.2c1.3 2.2 3.2 3.4 5.6 3.4s4.3-1.2 5.6-3.4" opacity="0.66" />
      </g>
    </svg>
  );
}
