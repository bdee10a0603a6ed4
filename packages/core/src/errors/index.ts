export { type ErrorCode, errorTable, type ErrorRow } from './table.ts';
export { fail, isSelvedgeError, type ErrorDetails, SelvedgeError, toSelvedgeError } from './error.ts';
