import type { ReactNode } from 'react';

/** Own icons, 16 px on a grid of 24; they say nothing by themselves, so they are hidden from assistive technology. */
function icon(paths: ReactNode) {
  return function Icon({ size = 16 }: { size?: number }) {
    return (
      <svg
        className="icon"
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {paths}
      </svg>
    );
  };
}

export const LogoIcon = icon(
  <>
    <path d="M12 2.5 20.2 7.2v9.5L12 21.5l-8.2-4.8V7.2z" />
    <path d="M12 8.2l3.3 1.9v3.8L12 15.8l-3.3-1.9v-3.8z" />
  </>,
);
export const InboxIcon = icon(
  <>
    <path d="M5.5 5h13l2.5 8v6H3v-6z" />
    <path d="M3 13h5.5l1.5 3h4l1.5-3H21" />
  </>,
);
export const ImagesIcon = icon(
  <>
    <path d="M12 2.8 20 7.2v9.6l-8 4.4-8-4.4V7.2z" />
    <path d="M4 7.2l8 4.5 8-4.5M12 11.7v9.5" />
  </>,
);
export const MonitorIcon = icon(<path d="M2.5 12.5H7l3-8 4.5 15 3-7h4" />);
export const AuditIcon = icon(
  <>
    <path d="M5 3h14v18H5z" />
    <path d="M9 8h6M9 12h6M9 16h6" />
  </>,
);
export const SearchIcon = icon(
  <>
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m15.5 15.5 5 5" />
  </>,
);
export const GroupIcon = icon(<path d="M3 6h18M7 12h14M11 18h10" />);
export const StarIcon = icon(
  <path d="m12 3 2.7 5.9 6.3.7-4.7 4.3 1.3 6.3L12 17l-5.6 3.2 1.3-6.3L3 9.600l6.300-.7z" />,
);
export const CheckIcon = icon(<path d="m4.500 12.500 5 5 10-11" />);
export const CrossIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const MinusIcon = icon(<path d="M5 12h14" />);
export const ChevronIcon = icon(<path d="m9 5 7 7-7 7" />);
export const WarningIcon = icon(
  <>
    <path d="M12 3.500 22 20.500H2z" />
    <path d="M12 10v4.500M12 17.600v.1" />
  </>,
);
export const CopyIcon = icon(
  <>
    <path d="M8.500 8.500h12v12h-12z" />
    <path d="M15.500 8.500v-5h-12v12h5" />
  </>,
);
export const OutIcon = icon(
  <>
    <path d="M10 5H4v15h15v-6" />
    <path d="M14 3h7v7M21 3l-9.500 9.500" />
  </>,
);
export const BackIcon = icon(<path d="m14.500 5-7 7 7 7" />);
export const GearIcon = icon(
  <>
    <circle cx="12" cy="12" r="3" />
    <path d="M12 2.800v3M12 18.200v3M2.800 12h3M18.200 12h3M5.500 5.500l2.100 2.100M16.400 16.400l2.100 2.100M18.500 5.500l-2.100 2.100M7.600 16.400l-2.100 2.100" />
  </>,
);
export const FilterIcon = icon(<path d="M3 5h18l-7 8.500V20l-4-2v-4.500z" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
