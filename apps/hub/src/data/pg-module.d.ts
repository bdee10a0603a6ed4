/** The part of `pg` 8 that is used here; the package brings no types of its own. */
declare module 'pg' {
  import type { PostgresPool, PostgresPoolClient } from 'kysely';

  type TypeParser = (text: string) => unknown;

  interface Types {
    getTypeParser(oid: number, format?: string): TypeParser;
  }
  export interface PoolConfig {
    connectionString: string;
    connectionTimeoutMillis?: number;
    types?: Types;
  }
  export interface PoolClient extends PostgresPoolClient {
    on(event: 'error', listener: (error: Error) => void): this;
  }
  export class Pool implements PostgresPool {
    constructor(config: PoolConfig);
    connect(): Promise<PoolClient>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
    readonly options: object;
  }
  const pg: { Pool: typeof Pool; types: Types };
  export default pg;
}
