import type { AgentEvent } from '@selvedge/agent';
import { formatBytes } from '@selvedge/core/units';
import type { InstallerEvent } from '@selvedge/node/install';
import type { Say } from './story.ts';

/**
 * Tells of an install in two lines, what was chosen and that it is committed, and of nothing else
 * unless it goes wrong. Polls that find nothing new stay silent. Once a second family is there, the
 * lines name theirs.
 */
export function installLines(say: Say): (event: InstallerEvent) => void {
  const families = new Map<string, (event: InstallerEvent) => void>();
  return (event) => {
    const { family } = event;
    const known = families.get(family);
    const tell =
      known ?? familyLines((text) => say(families.size > 1 ? `${family}: ${text}` : text));
    families.set(family, tell);
    tell(event);
  };
}

function familyLines(say: Say): (event: InstallerEvent) => void {
  let known: string | undefined;
  let troubled = false;
  let origin = '';
  let received = 0;
  return (event) => {
    const { step, text, variant = '', version = '' } = event;
    switch (step) {
      case 'chosen':
      case 'current':
        if (text !== known) say(choiceLine(event));
        else if (troubled) say(`answers with ${variant} ${version}, and nothing is wrong any more`);
        known = text;
        troubled = false;
        break;
      case 'fetching':
        if (text.includes(' from ')) origin = text.slice(text.indexOf(' from ') + 6);
        break;
      case 'verified':
        received = event.receivedBytes ?? 0;
        break;
      case 'committed':
        say(
          `${variant} ${version} is committed: ${received > 0 ? fetched(received, origin) : 'its bytes were here'}, every digest verified, golden inputs answered`,
        );
        received = 0;
        break;
      case 'rolled-back':
      case 'postponed':
      case 'lost':
        troubled = true;
        say(`${variant} ${version} ${step.replace('-', ' ')}: ${text}`.trim());
        break;
      default:
    }
  };
}

/** More than the model has: a device fetches its manifest and its golden document too. */
const fetched = (bytes: number, origin: string): string =>
  `${formatBytes(bytes)} with golden document and manifest from ${origin}`;

/** The same for everything an agent tells. That the hub was told is no news to a person. */
export function agentLines(say: Say): (event: AgentEvent) => void {
  const install = installLines(say);
  return (event) => {
    if (event.kind === 'install') install(event);
    else if (event.kind === 'refused') say(`refused (${event.code}): ${event.text}`);
    else if (event.kind !== 'report' || event.text.startsWith('not sent')) say(event.text);
  };
}

/** `chooses device-fp16, which takes 0.2 ms …`: the reason begins with the variant's name. */
function choiceLine({ step, text, variant = '', version }: InstallerEvent): string {
  const verb = step === 'chosen' ? `chooses ${variant}` : `has ${variant} ${version} already`;
  return text.startsWith(`${variant} `)
    ? `${verb}, which ${text.slice(variant.length + 1)}`
    : `${verb}: ${text}`;
}
