export {
  type ErrorDetails,
  fail,
  isSelvedgeError,
  SelvedgeError,
  toSelvedgeError,
} from './error.ts';
export { type ErrorCode, type ErrorRow, errorTable } from './table.ts';
