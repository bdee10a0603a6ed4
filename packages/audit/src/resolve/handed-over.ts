import { type CallExpr, type Expr, pathOf } from '../language/code.ts';

/**
 * The function that a call hands to another to be called: of `to_thread(client.create, q)` and of
 * `Thread(target=self.ask)` the one that is named. None of a call that keeps what it is handed, nor
 * what the function is to be given.
 */
export function handedOver({ callee, args }: CallExpr): Expr | undefined {
  const named = args.find(({ name = '' }) => keywords.test(name));
  const given = args.filter(({ name }) => name === undefined).map(({ value }) => value);
  const loop = given.findIndex((each) => loops.test(lastOf(each)));
  const runner = loop < 0 ? lastOf(callee) : lastOf(given[loop]!);
  if (!runners.test(runner)) return undefined;
  const after = given.slice(loop + (takesExecutor.test(runner) ? 2 : 1));
  return [...(named ? [named.value] : []), ...after].find(
    (each) => each.is === 'member' || each.is === 'name',
  );
}

/** The function whose answer a call gives: of `run_in_executor(None, partial(f, x))` it is `f`. */
export function ranBy(call: CallExpr): Expr | undefined {
  if (!answersFor.test(lastOf(call.callee))) return undefined;
  const inner = call.args.find(({ value }) => value.is === 'call')?.value;
  const handed = handedOver(call);
  if (handed) return handed;
  return inner?.is === 'call' && lastOf(inner.callee) === 'partial' ? handedOver(inner) : undefined;
}

const answersFor =
  /^(to_thread|run_in_executor|run_in_threadpool|run_sync|sync_to_async|async_to_sync)$/;

const lastOf = (expr: Expr): string => pathOf(expr).at(-1) ?? '';

/** Functions that call what they are given. */
const runners =
  /^(to_thread|run_in_executor|run_in_threadpool|run_sync|run_until_complete|run_coroutine_threadsafe|sync_to_async|async_to_sync|partial|submit|map|imap|imap_unordered|starmap|apply_async|map_async|Thread|Process|Timer|start_new_thread|start_soon|create_task|ensure_future|call_soon|call_soon_threadsafe|call_later|add_task|background|retry\w*|with_?[rR]etr(y|ies)|pRetry|backoff\w*|Retrying|AsyncRetrying|gather|run|run_async|execute_with_retry|call_with_retry|wait_for|limit|limiter|apply|call|bind|schedule|add|enqueue)$/;

/** What runs functions, as another function is handed it: `capture(loop.run_in_executor, None, f)`. */
const loops = /^(to_thread|run_in_executor|run_in_threadpool|run_sync)$/;

/** Its first argument is who calls. */
const takesExecutor = /^run_in_executor$/;

/** Under which a function is handed over by name. */
const keywords = /^(target|func|fn|function|callable|callback|f)$/;
