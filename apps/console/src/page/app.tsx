import { type FormEvent, useEffect, useState } from 'react';
import { type FamilyView, HubError, loadFamily } from './api.ts';
import { sentenceOf, standingOf } from './summary.ts';
import { Decisions } from './views/decisions.tsx';
import { Devices } from './views/devices.tsx';
import { Journey } from './views/journey.tsx';
import { Variants } from './views/variants.tsx';

const refreshMs = 5000;
const tokenKey = 'selvedge-token';

/** The one page: is every device on the release, what is the release, where do inferences run. */
export function App() {
  const [chosen, choose] = useState<string>();
  const [token, setToken] = useState(() => sessionStorage.getItem(tokenKey) ?? undefined);
  const { view, error, now } = useFamily(chosen, token);
  const keepToken = (value: string) => {
    sessionStorage.setItem(tokenKey, value);
    setToken(value);
  };
  return (
    <div className="page">
      <header className="top">
        <h1>Selvedge</h1>
        {view && <Families view={view} choose={choose} />}
        <span className="right">
          {view ? `read ${new Date(now).toLocaleTimeString('en-GB')}` : ''}
        </span>
      </header>
      {error?.status === 401 || error?.status === 403 ? (
        <TokenForm message={error.message} onToken={keepToken} />
      ) : (
        error && <p className="notice">{error.message} The page asks again every 5 s.</p>
      )}
      {view && <Content view={view} now={now} />}
    </div>
  );
}

function Content({ view, now }: { view: FamilyView; now: number }) {
  const { current, devices } = view;
  if (!current) {
    return (
      <>
        <p className="answer">No release is published.</p>
        <p className="empty">
          Build one and publish it: <code>selvedge build MODEL --out build</code>{' '}
          <code>selvedge publish build --hub {location.origin} --keys keys</code>
        </p>
      </>
    );
  }
  const { release } = current;
  const standing = standingOf(release, devices.devices, devices.total);
  return (
    <main>
      <p className="answer">{sentenceOf(release, standing)}</p>
      <Journey current={current} standing={standing} />
      <Variants current={current} />
      <div className="columns">
        <Devices
          devices={devices.devices}
          total={devices.total}
          family={release.family}
          version={release.version}
          now={now}
        />
        <Decisions counts={view.counts} />
      </div>
    </main>
  );
}

function Families({ view, choose }: { view: FamilyView; choose: (family: string) => void }) {
  return (
    <nav className="families" aria-label="Families">
      {view.families.map(({ family }) => (
        <button
          type="button"
          key={family}
          aria-current={family === view.family?.family}
          onClick={() => choose(family)}
        >
          {family}
        </button>
      ))}
    </nav>
  );
}

function TokenForm({ message, onToken }: { message: string; onToken: (token: string) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onToken(String(new FormData(event.currentTarget).get('token') ?? '').trim());
  };
  return (
    <form className="token" onSubmit={submit}>
      <p className="answer">This hub shows its fleet to those who have a token.</p>
      <p className="soft">
        {message} The first one is in the hub's data directory, in admin.token. It is kept until
        this tab closes.
      </p>
      <input name="token" type="password" aria-label="Token" autoComplete="off" required />{' '}
      <button type="submit">Show the fleet</button>
    </form>
  );
}

/** Reads the family now and every few seconds while the tab is visible. */
function useFamily(chosen: string | undefined, token: string | undefined) {
  const [state, setState] = useState<{ view?: FamilyView; error?: HubError; now: number }>({
    now: Date.now(),
  });
  useEffect(() => {
    let gone = false;
    const read = async () => {
      if (document.hidden) return;
      try {
        const view = await loadFamily(chosen, token);
        if (!gone) setState({ view, now: Date.now() });
      } catch (caught) {
        const error = caught instanceof HubError ? caught : new HubError(0, String(caught));
        if (!gone)
          setState((before) => ({
            ...(before.view && error.status === 0 ? { view: before.view } : {}),
            error,
            now: Date.now(),
          }));
      }
    };
    void read();
    const timer = setInterval(read, refreshMs);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [chosen, token]);
  return state;
}
