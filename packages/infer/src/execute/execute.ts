import { SelvedgeError } from '@selvedge/core/errors';
import type { Candidate, PlanStep, Rejection } from '@selvedge/core/route';
import type { RunResult } from '../engine/index.ts';
import { cancelled, makeAttempt } from './attempt.ts';
import type { Permit } from './breaker.ts';
import { noAnswer } from './no-answer.ts';
import { attemptTimeoutMs, narrowed, type Remaining } from './remaining.ts';
import type { Attempt, ExecuteOptions, Execution } from './types.ts';

/**
 * Runs a plan: its candidates in order until one answers, under one deadline and one budget.
 *
 * Right before each attempt the policy's constraints are checked again with fresh facts, both for
 * the original request and for what is left of its deadline and budget; a candidate that any of
 * them forbids is not attempted. So a fallback never crosses a constraint of the request
 * (promise 4). An error that is the request's own fault ends the plan at once.
 *
 * @throws SelvedgeError `privacy` or `licence` when nothing answered and such a rule had removed a
 * candidate, else `timeout` when the deadline passed and `no-route` when not; `cancelled`;
 * `bad-input` and `usage` of an attempt. Their `details` hold `attempts` and `rejected`.
 */
export async function execute<R = RunResult>(options: ExecuteOptions<R>): Promise<Execution<R>> {
  const { decision, signal } = options;
  const run = new PlanRun(options);
  for (const [index, step] of decision.plan.entries()) {
    if (signal?.aborted) throw run.failed(cancelled());
    const cleared = run.clear(step);
    if (!cleared) continue;
    const answer = await run.attempt(cleared, step, decision.plan.slice(index + 1));
    if (answer) return answer;
  }
  throw noAnswer(decision, run.attempts, run.rejected, run.outOfTime());
}

/** A candidate that may be attempted now. */
interface Cleared {
  readonly candidate: Candidate;
  readonly permit: Permit | undefined;
  readonly left: Remaining;
}

/** One request on its way through its plan. */
class PlanRun<R> {
  readonly attempts: Attempt[] = [];
  readonly rejected: Rejection[];
  readonly #options: ExecuteOptions<R>;
  readonly #startMs: number;
  #spent = 0;

  constructor(options: ExecuteOptions<R>) {
    this.#options = options;
    this.#startMs = options.clock.now();
    this.rejected = [...options.decision.rejected];
  }

  /** Checks a step's candidate against the facts of this moment; notes what forbids it. */
  clear({ candidate: id }: PlanStep): Cleared | undefined {
    const { request, recheck, breakers, clock } = this.#options;
    const nowMs = clock.now();
    const left = this.#left(nowMs);
    const known = this.#options.facts();
    const facts = breakers
      ? { ...known, candidates: breakers.overlay(known.candidates, nowMs) }
      : known;
    const candidate = facts.candidates.find((one) => one.id === id);
    const rejection =
      recheck(request, facts, id) ??
      overdue(id, left) ??
      recheck(narrowed(request, left), facts, id) ??
      (candidate ? undefined : { candidate: id, code: 'unavailable', rule: 'available' });
    const permit = rejection ? undefined : breakers?.permit(id, nowMs);
    if (rejection) this.rejected.push(rejection);
    else if (breakers && !permit) {
      this.rejected.push({ candidate: id, code: 'breaker', rule: 'breaker' });
    } else if (candidate) return { candidate, permit, left };
    return undefined;
  }

  /** Makes the attempt; undefined when the next step is to be tried. */
  async attempt(
    { candidate, permit, left }: Cleared,
    step: PlanStep,
    later: readonly PlanStep[],
  ): Promise<Execution<R> | undefined> {
    const { clock, attemptTimeoutMs: patienceMs = 30_000 } = this.#options;
    const timeoutMs = left.ms === undefined ? patienceMs : attemptTimeoutMs(left.ms, step, later);
    this.#spent += candidate.cost ?? 0;
    const beganMs = clock.now();
    const ending = await makeAttempt(this.#options, candidate, timeoutMs);
    const ms = clock.now() - beganMs;
    if (ending.ok) {
      permit?.succeeded();
      this.attempts.push({ candidate: candidate.id, outcome: 'answered', ms });
      const { attempts, rejected } = this;
      return { result: ending.result, candidate, attempts, rejected };
    }
    const { code, message } = ending.error;
    const outcome = outcomeOf(ending.error);
    this.attempts.push({ candidate: candidate.id, outcome, ms, code, message });
    // Too little time to judge by is not the candidate's failure.
    const unfair = outcome === 'timed-out' && timeoutMs < 2 * step.predictedMs;
    if (outcome === 'cancelled' || isOwnFault(ending.error) || unfair) permit?.dropped();
    else permit?.failed(clock.now());
    if (this.#options.signal?.aborted) throw this.failed(cancelled());
    if (isOwnFault(ending.error)) throw this.failed(ending.error);
    return undefined;
  }

  outOfTime(): boolean {
    const { ms } = this.#left(this.#options.clock.now());
    return ms !== undefined && ms <= 0;
  }

  /** An error that ends the plan, with the trail in its details. */
  failed({ code, message, hint, details, cause }: SelvedgeError): SelvedgeError {
    const { attempts, rejected } = this;
    return new SelvedgeError(code, message, {
      hint,
      cause,
      details: { ...details, attempts, rejected },
    });
  }

  #left(nowMs: number): Remaining {
    const { deadlineMs, maxCost } = this.#options.request;
    return {
      ms: deadlineMs === undefined ? undefined : deadlineMs - (nowMs - this.#startMs),
      cost: maxCost === undefined ? undefined : maxCost - this.#spent,
    };
  }
}

function overdue(candidate: string, { ms }: Remaining): Rejection | undefined {
  return ms === undefined || ms > 0 ? undefined : { candidate, code: 'deadline', rule: 'deadline' };
}

function outcomeOf({ code }: SelvedgeError): Attempt['outcome'] {
  if (code === 'timeout') return 'timed-out';
  return code === 'cancelled' ? 'cancelled' : 'failed';
}

/** Errors that every other place would answer with too. */
const isOwnFault = ({ code }: SelvedgeError): boolean => code === 'bad-input' || code === 'usage';
