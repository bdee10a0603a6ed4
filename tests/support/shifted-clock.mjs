/**
 * Preloaded (`node --import`) into a process whose clock is wrong by SELVEDGE_TEST_CLOCK_SHIFT_MS
 * milliseconds: everything in it that asks for the date gets the wrong one.
 */
const shiftMs = Number(process.env.SELVEDGE_TEST_CLOCK_SHIFT_MS ?? 0);
const RightDate = Date;

globalThis.Date = class ShiftedDate extends RightDate {
  constructor(...args) {
    super(...(args.length === 0 ? [RightDate.now() + shiftMs] : args));
  }
  static now() {
    return RightDate.now() + shiftMs;
  }
};
