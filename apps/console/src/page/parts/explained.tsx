import { type ReactNode, useId } from 'react';

/** Something shown in short, with what stands behind it on hover, by keyboard and by tap. */
export function Explained({
  text,
  className = '',
  children,
}: {
  text: string;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <>
      <button
        type="button"
        className={`explained ${className}`.trim()}
        title={text}
        popoverTarget={id}
      >
        {children}
      </button>
      <span className="explanation" id={id} popover="auto">
        {text}
      </span>
    </>
  );
}
