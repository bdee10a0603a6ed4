import type { LanguageId } from '../language/index.ts';

/**
 * The shortest timeout that a piece of code states as a number, in milliseconds.
 *
 * @param text the lines that make the call, its client and its request
 */
export function timeoutMsIn(text: string, language: LanguageId): number | undefined {
  const found = patterns[language].flatMap(([pattern, unitMs]) =>
    [...text.matchAll(pattern)].map(([, number = '', unit = '']) => {
      const value = Number(number.replaceAll('_', ''));
      return value * (unit === '' ? unitMs : (units[unit.toLowerCase()] ?? unitMs));
    }),
  );
  const stated = found.filter((each) => Number.isFinite(each) && each > 0);
  return stated.length === 0 ? undefined : Math.round(Math.min(...stated));
}

const units: Readonly<Record<string, number>> = {
  millisecond: 1,
  milliseconds: 1,
  millis: 1,
  second: 1000,
  seconds: 1000,
  secs: 1000,
  minute: 60_000,
  minutes: 60_000,
  mins: 60_000,
};

type Patterns = readonly (readonly [pattern: RegExp, unitMs: number])[];

const jvm: Patterns = [
  [/[tT]imeout\w*\W+(?:\w+\.)*ofSeconds\((\d+)/g, 1000],
  [/[tT]imeout\w*\W+(?:\w+\.)*ofMillis\((\d+)/g, 1],
  [/[tT]imeout\w*\W+(?:\w+\.)*ofMinutes\((\d+)/g, 60_000],
  [/[tT]imeout\(\s*(\d+)L?,\s*(?:TimeUnit\.)?(MILLISECONDS|SECONDS|MINUTES)/g, 1],
];

/** How each language writes a timeout; a second group names the unit. */
const patterns: Readonly<Record<LanguageId, Patterns>> = {
  javascript: [
    [/\b[tT]imeout(?:Ms)?['"]?\s*:\s*([\d_]+)\b(?!\s*\*)/g, 1],
    [/AbortSignal\.timeout\(\s*([\d_]+)\s*\)/g, 1],
    [/\.abort\(\)[^\n]*?,\s*([\d_]+)\s*\)/g, 1],
  ],
  python: [
    [/\b\w*timeout\s*=\s*(?:[A-Za-z_]\w*\.)*(?:[A-Za-z_]\w*\()?([\d.]+)/g, 1000],
    [/wait_for\([^\n]*,\s*([\d.]+)\s*\)/g, 1000],
  ],
  go: [[/(?:Timeout|Deadline)\w*\W[^\n]*?(\d+)\s*\*\s*time\.(Millisecond|Second|Minute)/g, 1000]],
  java: jvm,
  kotlin: [
    ...jvm,
    [/[tT]imeout(?:Millis)?\s*(?:=|\()\s*([\d_]+)\b(?!\.)/g, 1],
    [/[tT]imeout\w*\W+(\d+)\.(seconds|milliseconds|minutes)/g, 1000],
  ],
  csharp: [
    [/TimeSpan\.From(?:Seconds)\((\d+)/g, 1000],
    [/TimeSpan\.From(?:Milliseconds)\((\d+)/g, 1],
    [/TimeSpan\.From(?:Minutes)\((\d+)/g, 60_000],
  ],
  swift: [[/timeoutInterval\w*\s*[:=]\s*([\d.]+)/g, 1000]],
  rust: [
    [/timeout\w*\W[^\n]*?Duration::from_secs\((\d+)/g, 1000],
    [/timeout\w*\W[^\n]*?Duration::from_millis\((\d+)/g, 1],
  ],
};
